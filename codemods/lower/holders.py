"""Which names hold a model, an optimizer, a parameter, a gradient or a callback: seeds, then a fixed point."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from codemods.events import NOTHING, Path
from codemods.lower import harmless
from codemods.lower.evidence import (
    ACCUMULATING,
    FILLERS,
    HOLDER_METHODS,
    HOLDER_USES,
    NEVER_HOLDING,
    TENSOR_EVIDENCE,
    Evidence,
    mentions_accumulate,
)
from codemods.lower.filled import Filling
from codemods.lower.groups import passes_groups_on, spread_grouping
from codemods.lower.least import least
from codemods.lower.traced import trace_back
from codemods.lower.within import within
from codemods.syntax import arguments, callee_name
from codemods.trees import children, walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence


OPTIMIZER_SETTINGS = frozenset(
    "alpha amsgrad betas capturable centered dampening differentiable eps etas foreach fused initial_accumulator_value "
    "lambd learning_rate lr lr_decay maximize momentum momentum_decay nesterov rho step_sizes weight_decay".split()
)
"""Arguments of optimizers by which they get no parameter. Those of ``torch.optim`` get theirs by the first one."""


def seed_holders(evidence: Evidence) -> None:
    """Note the names that are used as models and optimizers are, or that are called so."""
    defined = {
        evidence.scopes.variable(node.name, evidence.scopes.of_node[node])
        for node in evidence.scopes.inner
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for path, methods in list(evidence.methods.items()):
        if methods & HOLDER_METHODS or "grad" in methods:
            evidence.holders.add(path)
            evidence.holders.update(
                Path(path.scope, path.root, path.rest[:end]) for end in range(len(path.rest) + 1)
            )
        if "backward" in methods:
            evidence.losses.add(path)
    names = (evidence.scopes.path(one) for one in evidence.scopes.all(ast.Name))
    for path in dict.fromkeys(
        (*evidence.bindings, *evidence.methods, *(one for one in names if one is not None))
    ):
        if path in defined:
            continue
        if evidence.is_import(path) and (path.rest or not harmless.CARRIER_WORD.match(path.root)):
            continue
        if harmless.CARRIER_WORD.search((path.rest or (path.root,))[-1].lstrip(".")) and not _is_plain(
            evidence, path
        ):
            evidence.holders.add(path)
    for path in evidence.called:
        if not path.rest and (evidence.is_import(path) or path in defined):
            continue
        if (
            path.rest
            and path not in evidence.bindings
            and not (path.scope.startswith("class ") and len(path.rest) == 1)
        ):
            continue
        if (
            path.root not in evidence.touching
            and not _is_tensor(evidence, path)
            and not _is_partial(evidence, path)
        ):
            evidence.holders.add(path)
    for call in evidence.scopes.all(ast.Call):
        if evidence.builds_optimizer(call):
            for one in (name for part in _owning(evidence, call) for name in walk(part)):
                own = isinstance(one, ast.Name) and evidence.imported(one) is None
                given = evidence.scopes.path(one) if isinstance(one, ast.Name) and own else None
                if given is not None and not evidence.is_import(given) and call.func is not one:
                    evidence.holders.add(given)
    evidence.holders.update(_fillable(evidence))
    _loss_makers(evidence)
    trace_back(evidence)
    _forget_data(evidence)


def _fillable(evidence: Evidence) -> Iterator[Path]:
    """What a method puts something into that is used as a value: what it will be called with is not followed."""
    callees = {id(one.func) for one in evidence.scopes.all(ast.Call)}
    for node in evidence.scopes.all(ast.Attribute):
        if node.attr in FILLERS and isinstance(node.ctx, ast.Load) and id(node) not in callees:
            owner = evidence.scopes.path(node.value)
            if owner is not None and not evidence.is_import(owner):
                yield owner


def _owning(evidence: Evidence, call: ast.Call) -> Iterator[ast.expr]:
    """The parts of a call that makes an optimizer which may lead to parameters: settings are numbers and switches."""
    yield call.func
    own = (evidence.imported(call.func) or "").startswith("torch.optim.")
    yield from call.args[:1] if own else call.args
    yield from (one.value for one in call.keywords if one.arg not in OPTIMIZER_SETTINGS)


def _is_plain(evidence: Evidence, path: Path) -> bool:
    """Whether a telling name is used as options are, bound to options or a constant, or belongs to a scheduler."""
    values = evidence.bindings.get(path, [])
    used = evidence.methods.get(path, set())
    if len(used) > 1 and not used & HOLDER_USES and path not in evidence.called:
        return True
    return evidence.is_scheduler(path) or (
        bool(values)
        and all(
            isinstance(one, ast.Constant) or (isinstance(one, ast.Call) and callee_name(one) == "parse_args")
            for one in values
        )
    )


def _is_partial(evidence: Evidence, path: Path) -> bool:
    """Whether a name only stands for something imported, with some arguments filled in."""
    value = evidence.sole_binding(path)
    if not isinstance(value, ast.Call) or evidence.imported(value.func) != "functools.partial":
        return False
    return bool(value.args) and evidence.imported(value.args[0]) is not None


def _is_tensor(evidence: Evidence, path: Path) -> bool:
    return bool(evidence.methods.get(path, set()) & TENSOR_EVIDENCE) and not evidence.is_module(path)


def _loss_makers(evidence: Evidence) -> None:
    """Objects whose methods computed a loss may hold the model: ``loss = trainer.compute(batch)``.

    What a loop iterates over is data, and so is what a model is called with.
    """
    pending = list(evidence.losses)
    seen = set(pending)
    while pending:
        for value in evidence.bindings.get(pending.pop(), ()):
            if value is None or evidence.is_iterated(value):
                continue
            for path in _computing(evidence, value):
                if path not in seen and path not in evidence.holders:
                    seen.add(path)
                    pending.append(path)


def _computing(evidence: Evidence, value: ast.expr) -> Iterator[Path]:
    """The names whose values went into ``value``; objects whose methods made it are noted as holders."""
    stack: list[ast.AST] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            path = evidence.scopes.path(node)
            if path is not None:
                yield path
        elif isinstance(node, ast.Call):
            base = evidence.scopes.path(node.func.value) if isinstance(node.func, ast.Attribute) else None
            callee = evidence.scopes.path(node.func)
            if base in evidence.holders or callee in evidence.holders:
                continue
            if (
                isinstance(node.func, ast.Attribute)
                and base is not None
                and evidence.imported(node.func) is None
                and node.func.attr not in harmless.TENSOR_METHODS | TENSOR_EVIDENCE | {"to"}
            ):
                evidence.holders.add(base)
        stack.extend(children(node))


def _forget_data(evidence: Evidence) -> None:
    """Take out what is data, and then what is data because it was handed nothing else."""
    while data := {
        path for path in evidence.holders if evidence.is_data(path) or evidence.is_data(path.variable)
    }:
        evidence.holders -= data


def close(evidence: Evidence) -> None:
    """Carry facts along bindings: each round adds at least one path to a set, so it ends.

    What holds a model follows from what may be called back, and from nothing else that is carried here.
    """
    _spread_callbacks(evidence)
    results: list[ast.Return | ast.Yield | ast.YieldFrom] = [
        *evidence.scopes.all(ast.Return),
        *evidence.scopes.all(ast.Yield),
        *evidence.scopes.all(ast.YieldFrom),
    ]
    returned = [
        Binding([node.value], NOTHING, scope.name.rpartition(".")[2].partition("#")[0])
        for node in results
        if node.value is not None and (scope := evidence.scopes.of_node[node]).parent is not None
        if type(node.value) not in NEVER_HOLDING
    ]
    bindings = _bindings(evidence)
    filling = Filling(evidence, lambda path: _is_tensor(evidence, path))
    changed = True
    while changed:
        changed = _spread_holders(evidence, bindings)
        changed = _spread_returning(evidence, returned) or changed
        changed = filling.spread() or changed
    words = {one.attr for one in evidence.scopes.all(ast.Attribute)}
    named = words | {one.id for one in evidence.scopes.all(ast.Name)}
    evidence.reentrant.update(_closed(evidence, Evidence.reasons_to_call_back))
    if words & {"grad", "_grad"}:
        while _spread_gradients(evidence):
            pass
    if named & ACCUMULATING:
        while _spread_accumulating(evidence):
            pass
    while _spread_groups(evidence):
        pass


class Binding(Struct, eq=False):
    """Something that may bring what holds to a name or a field, by the values that it is bound to or is handed.

    ``asked``: how much was known (:meth:`codemods.lower.evidence.Evidence.known`) when these values held nothing.
    """

    values: list[ast.expr]
    path: Path
    word: str | None = None
    asked: int = -1


class Bindings(NamedTuple):
    """All of them in a file, constants left out.

    ``names``: those that are not known to be tensors, each with the attribute that it is (ANY, too). ``fields``: those of
    classes, by their words. ``given``: what a method is called on, with what it is handed.
    """

    names: list[Binding]
    fields: list[Binding]
    given: list[Binding]


def _bindings(evidence: Evidence) -> Bindings:
    """What is the same in each round is asked once."""
    names: list[Binding] = []
    for path, values in evidence.bindings.items():
        found = _holding([*values, *evidence.handed.get(path, ())])
        if found and not _is_tensor(evidence, path):
            last = path.rest[-1] if path.rest else f".{path.root}" if path in evidence.members else ""
            names.append(Binding(found, path, last[1:] if last.startswith(".") else None))
    fields = [
        Binding(found, NOTHING, name)
        for name, call in _fields(evidence)
        if (found := _holding(arguments(call)))
    ]
    given = [
        Binding(found, path)
        for path, call in (*evidence.filled, *evidence.asked)
        if (found := _holding(arguments(call)))
        and not (evidence.is_host(path) or evidence.is_import(path) or evidence.is_scheduler(path))
    ]
    return Bindings(names, fields, given)


def _holding(values: Iterable[ast.expr | None]) -> list[ast.expr]:
    return [one for one in values if one is not None and type(one) not in NEVER_HOLDING]


def _spread(evidence: Evidence, into: set[Path], fits: Callable[[ast.expr], bool]) -> bool:
    """Add every path that some binding makes fit; whether any was added."""
    count = len(into)
    for path, values in evidence.bindings.items():
        if path not in into and any(
            one is not None and fits(one) for one in (*values, *evidence.handed.get(path, ()))
        ):
            into.add(path)
            into.update(evidence.members.get(path, ()))
    return len(into) > count


def _spread_callbacks(evidence: Evidence) -> None:
    evidence.callbacks.update(_closed(evidence, _reasons_to_call_back))
    evidence.holders |= evidence.callbacks


def _closed(evidence: Evidence, reasons: Callable[[Evidence, ast.expr], Iterator[Path | None]]) -> set[Path]:
    """Every path that a value with a reason makes fit: the reason None, or another path that does."""
    rules: list[tuple[Sequence[Path | None], Collection[Path | None]]] = []
    for path, values in evidence.bindings.items():
        every = {
            each
            for one in (*values, *evidence.handed.get(path, ()))
            if one is not None
            for each in reasons(evidence, one)
        }
        if every:
            rules.append(((path, *evidence.members.get(path, ())), every))
    return {one for one in least(rules, [None]) if one is not None}


def _spread_holders(evidence: Evidence, bindings: Bindings) -> bool:
    before = known = evidence.known()
    for one in bindings.names:
        path, word = one.path, one.word
        by_word = word is not None and word not in evidence.held_attributes
        if one.asked == known or not (by_word or path not in evidence.holders):
            continue
        if not any(map(evidence.holds, one.values)):
            one.asked = known
            continue
        if word is not None and by_word and not evidence.is_data(path):
            evidence.held_attributes.add(word)
            if not path.rest:
                _hold_in_class(evidence, path)
        if (
            path not in evidence.holders
            and any(map(evidence.holds, one.values))
            and not evidence.is_data(path)
        ):
            evidence.holders.add(path)
            if path.rest and (path.rest[-1].startswith("[") or not path.scope.startswith("class ")):
                evidence.holders.add(path.variable.extended(path.rest[:-1]))
        known = evidence.known()
    for path, subject in evidence.captured:
        if evidence.holds(subject):
            evidence.holders.add(path)
    for one in bindings.fields:
        if one.word is not None and one.word not in evidence.held_attributes and _holds(evidence, one):
            evidence.held_attributes.add(one.word)
    for one in bindings.given:
        path = one.path
        if path not in evidence.holders and not evidence.is_data(path.variable) and _holds(evidence, one):
            evidence.holders.add(path)
    return evidence.known() > before


def _holds(evidence: Evidence, one: Binding) -> bool:
    """Whether one of its values holds something; what held nothing does not as long as nothing more is known."""
    known = evidence.known()
    if one.asked == known:
        return False
    if any(map(evidence.holds, one.values)):
        return True
    one.asked = known
    return False


def _hold_in_class(evidence: Evidence, path: Path) -> None:
    """Note that a variable of a class body holds something, and so does every class of the family."""
    families = evidence.scopes.families
    family = families[path.scope.rpartition(".")[2].partition("#")[0]]
    evidence.holding.update(one for one, its in families.items() if its == family)


def _fields(evidence: Evidence) -> Iterator[tuple[str, ast.Call]]:
    """The fields of classes of the file that take what they are handed without a constructor in sight."""
    written = {
        scope.method_of.name
        for node, scope in evidence.scopes.inner.items()
        if scope.method_of is not None and getattr(node, "name", "") == "__init__"
    }
    fields = {
        one.name: [
            each.target.id
            for each in one.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        for one in evidence.scopes.all(ast.ClassDef)
        if one.name not in written
    }
    if not any(fields.values()):
        return
    for call in evidence.scopes.all(ast.Call):
        for name in fields.get(callee_name(call), ()):
            yield name, call


def _spread_returning(evidence: Evidence, returned: list[Binding]) -> bool:
    """Functions of the file whose result may hold a model, by their plain names."""
    count = len(evidence.returning)
    for one in returned:
        if one.word is not None and one.word not in evidence.returning and _holds(evidence, one):
            evidence.returning.add(one.word)
    return len(evidence.returning) > count


def _spread_gradients(evidence: Evidence) -> bool:
    count = len(evidence.gradients)
    for path, call in evidence.filled:
        if any(evidence.aliases_gradient(one) for one in arguments(call)):
            evidence.gradients.add(path)
    changed = _spread(evidence, evidence.gradients, evidence.aliases_gradient)
    return changed or len(evidence.gradients) > count


def _spread_accumulating(evidence: Evidence) -> bool:
    return _spread(evidence, evidence.accumulating, lambda value: mentions_accumulate(evidence, value))


def _spread_groups(evidence: Evidence) -> bool:
    if not evidence.grouped:
        return False
    changed = _spread(evidence, evidence.groups, lambda value: passes_groups_on(evidence, value))
    return spread_grouping(evidence) or changed


def is_callback(evidence: Evidence, value: ast.expr | None) -> bool:
    """Whether calling a name bound to ``value`` could run code that touches gradients."""
    return value is not None and any(
        one is None or one in evidence.callbacks for one in _reasons_to_call_back(evidence, value)
    )


def _reasons_to_call_back(evidence: Evidence, value: ast.expr) -> Iterator[Path | None]:
    """What makes a value a callback: None for what it is itself, or the paths of which one must be one."""
    pending = [value]
    seen: set[int] = set()
    while pending:
        start = pending.pop()
        if id(start) in seen:
            continue
        seen.add(id(start))
        for one in within(evidence, start):
            if isinstance(one, ast.Lambda):
                if evidence.scopes.inner[one].name in evidence.touching:
                    yield None
            elif isinstance(one, ast.GeneratorExp):
                if any(
                    isinstance(each, ast.Attribute) and each.attr in GRADIENT_ATTRIBUTES for each in walk(one)
                ):
                    yield None
            elif isinstance(one, ast.Call):
                pending.extend(arguments(one))
            elif isinstance(one, ast.Attribute):
                named = one.attr in GRADIENT_ATTRIBUTES - {"grad"} or one.attr in evidence.touching
                if named and evidence.imported(one) is None:
                    yield None
            elif isinstance(one, ast.Name):
                path = evidence.scopes.path(one)
                if path is not None:
                    yield path
                if one.id in evidence.touching and one.id not in evidence.scopes.families:
                    yield None
            elif isinstance(one, ast.Subscript):
                pending.append(one.value)
