"""Fills in the :class:`Evidence` of a module: one pass over the tree, before what it says is spread (holders.py)."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from codemods.clearings import Over, clearing_of
from codemods.custom import words_of
from codemods.lower import harmless
from codemods.lower.evidence import (
    ACCUMULATING,
    FILLERS,
    NOTHING_TOLD,
    Evidence,
    Told,
)
from codemods.lower.handing import hand_arguments
from codemods.lower.holders import close, seed_holders
from codemods.lower.keepers import find_keepers
from codemods.lower.loose import spread_loose_stores
from codemods.lower.prepared import forget_wrapping
from codemods.syntax import BINDERS, FUNCTIONS, alternatives, bound_names, bound_targets, callee_name
from codemods.trees import walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path
    from codemods.lower.scopes import Scopes

BINDING = (*BINDERS, ast.Lambda)
Aliasing: TypeAlias = ast.Assign | ast.AnnAssign | ast.NamedExpr
ALIASING = (ast.Assign, ast.AnnAssign, ast.NamedExpr)
TELLING = frozenset({*BINDING, ast.Attribute, ast.Call, ast.Expr, ast.GeneratorExp, ast.Match})
"""The nodes that say anything of names by themselves."""


def collected(tree: ast.Module, scopes: Scopes) -> Evidence:
    """Read the whole file once: what it says of its names by itself, nothing worked out yet (:func:`concluded`)."""
    evidence = Evidence(scopes)
    telling = [node for node in walk(tree) if type(node) in TELLING]
    for node in telling:
        _collect_node(evidence, node)
    evidence.starred = any(name == "*" for _, name in evidence.imports)
    spread_loose_stores(evidence, telling)
    evidence.members = _members(evidence)
    hand_arguments(evidence)
    evidence.aliases = _aliases(
        evidence, tree, [one for one in telling if isinstance(one, ALIASING) and one.value is not None]
    )
    if evidence.aliases:
        _merge_aliases(evidence)
    forget_wrapping(evidence)
    evidence.collected = True
    return evidence


def concluded(read: Evidence, tree: ast.Module, told: Told = NOTHING_TOLD) -> Evidence:
    """What follows of all that was read and told: "holds" is carried along bindings until nothing changes.

    ``read`` stays as it is, for those who are told something else.
    """
    evidence = read.unconcluded()
    evidence.touching = touching(evidence, tree, told)
    seed_holders(evidence)
    evidence.holders |= told.handed
    close(evidence)
    evidence.settled = True
    evidence.held_lookups |= told.lookups
    evidence.owning.update(_owning(evidence))
    evidence.keepers, evidence.iterators = find_keepers(evidence)
    for path in evidence.holders & evidence.methods.keys():
        evidence.held_variables.update((path.variable, *(one.variable for one in path.indices)))
        evidence.held_lookups.update(path.rest, *(one.rest for one in path.indices))
        evidence.indexed = evidence.indexed or bool(path.indices)
    return evidence


def touching(read: Evidence, tree: ast.Module, told: Told) -> set[str]:
    """The functions and classes of the file that may touch gradients by what they mention, for who is told this."""
    return _touching(read.scopes, told.touching | words_of(tree) | _renamed(read))


def _members(evidence: Evidence) -> dict[Path, list[Path]]:
    """What may mean a variable of a class body: ``self.net`` and ``Carrier.net`` for ``class Carrier: net = model``."""
    bodies = {scope.name for scope in evidence.scopes.inner.values() if scope.is_class}
    found: dict[Path, list[Path]] = {
        path: [] for path in evidence.bindings if path.scope in bodies and not path.rest
    }
    words: dict[str, list[Path]] = defaultdict(list)
    for path in found:
        words[path.root].append(path)
    for node in evidence.scopes.all(ast.Attribute) if words else ():
        looked_up = evidence.scopes.path(node) if node.attr in words else None
        if looked_up is not None:
            for path in words[node.attr]:
                found[path].append(looked_up)
    return found


def _merge_aliases(evidence: Evidence) -> None:
    """What is known of names that only stand for others is known of those."""
    for path in [one for one in evidence.methods if one.variable in evidence.aliases]:
        evidence.methods[evidence.meaning(path)] |= evidence.methods[path]
    for path in [one for one in evidence.called if one.variable in evidence.aliases]:
        evidence.called.add(evidence.meaning(path))
    for path in [one for one in evidence.bindings if one.rest and one.variable in evidence.aliases]:
        evidence.bindings[evidence.meaning(path)].extend(evidence.bindings[path])


def _owning(evidence: Evidence) -> Iterator[str]:
    """The modules from which the file has its models and optimizers: their functions have them at hand."""
    for path, methods in evidence.methods.items():
        if methods & OWNED and evidence.is_import(path):
            full = evidence.imports[(path.scope or "<module>", path.root)] + "".join(path.rest)
            owner = full.rpartition(".")[0]
            if owner and owner.partition(".")[0] != "torch":
                yield owner


OWNED = frozenset({"named_parameters", "parameters", "step", "zero_grad"})


def _collect_node(evidence: Evidence, node: ast.AST) -> None:
    if isinstance(node, ast.Attribute):
        _collect_attribute(evidence, node)
        return
    if isinstance(node, ast.Call):
        _collect_call(evidence, node)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name if alias.asname else alias.name.partition(".")[0]
            _collect_import(evidence, node, alias.asname or root, root)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            module = "." * node.level + (node.module or "")
            _collect_import(evidence, node, alias.asname or alias.name, f"{module}.{alias.name}")
    elif isinstance(node, ast.For | ast.Expr):
        _collect_clearing(evidence, node)
    elif isinstance(node, ast.Match):
        _collect_captures(evidence, node)
    elif isinstance(node, ast.GeneratorExp):
        evidence.lazy.update(id(one.iter) for one in node.generators)
    if isinstance(node, BINDING):
        _collect_bindings(evidence, node)


def _collect_attribute(evidence: Evidence, node: ast.Attribute) -> None:
    path = evidence.scopes.path(node.value)
    if path is not None and isinstance(node.ctx, ast.Load):
        evidence.methods[path].add(node.attr)
    evidence.hooked = evidence.hooked or node.attr in harmless.HOOKS
    evidence.grouped = evidence.grouped or node.attr == "param_groups"


def _collect_call(evidence: Evidence, node: ast.Call) -> None:
    path = evidence.scopes.path(node.func)
    if path is not None and evidence.imported(node.func) is None:
        evidence.called.add(path)
    base = evidence.scopes.path(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if callee_name(node) in ("setattr", "__setattr__") and len(node.args) > 1:
        owner = evidence.scopes.path(node.args[0]) if base is None else base
        if owner is not None:
            evidence.filled.append((owner.extended((".__dict__",)), node))
    if base is not None and callee_name(node) in FILLERS:
        evidence.filled.append((base, node))
    elif base is not None and (base.rest or not base.scope.startswith("class ")):
        evidence.asked.append((base, node))


def _collect_import(evidence: Evidence, node: ast.stmt, name: str, full: str) -> None:
    """A name that is imported from several places stands for none of them, unless libraries call one thing so."""
    scope = evidence.scopes.of_node[node]
    owner = scope if name == "*" else evidence.scopes.binding(name, scope)
    known = evidence.imports.get((owner.name, name), full)
    evidence.imports[owner.name, name] = full
    same = (
        known.rpartition(".")[2] == full.rpartition(".")[2]
        and known.startswith(MOVING)
        and full.startswith(MOVING)
    )
    if known != full and name != "*" and not same:
        evidence.bindings[evidence.scopes.variable(name, scope)].append(None)


MOVING = ("torch.", "torchvision.", "transformers.", "tqdm.", "apex.")
"""Libraries that took over names of each other, or have moved them: ``AdamW``, ``GradScaler``, ``tqdm``."""


def _collect_captures(evidence: Evidence, node: ast.Match) -> None:
    """What the patterns of a match capture are parts of its subject."""
    for pattern in (one for case in node.cases for one in walk(case.pattern)):
        for name in bound_names(pattern):
            path = evidence.scopes.variable(name, evidence.scopes.of_node[node])
            evidence.captured.append((path, node.subject))


def _collect_clearing(evidence: Evidence, node: ast.stmt) -> None:
    """What a clearing loop goes through is a receiver, though nothing may be asked of it itself."""
    clearing = clearing_of(node)
    if clearing is None or clearing.over not in (Over.ITEMS, Over.OPTIMIZERS, Over.DISPLAYED):
        return
    asked = (
        "__iter__"
        if clearing.over is not Over.DISPLAYED
        else "grad" if clearing.call is None else "zero_grad"
    )
    for owner in clearing.owners:
        path = evidence.scopes.path(owner)
        if path is not None:
            evidence.methods[path].add(asked)


def _collect_bindings(evidence: Evidence, node: ast.AST) -> None:
    value: ast.expr | None = None
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        value = node.value
        if isinstance(node, ast.AnnAssign) and value is None:
            return
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        value = node.iter
        evidence.iterated.update(map(id, alternatives(value)))
    elif isinstance(node, ast.withitem):
        value = node.context_expr
        evidence.entered.update(map(id, alternatives(value)))
    elif isinstance(node, FUNCTIONS):
        scope = evidence.scopes.inner[node]
        for name in scope.parameters:
            evidence.bindings[evidence.scopes.variable(name, scope)].append(None)
        for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if one.annotation is not None:
                evidence.annotations[evidence.scopes.variable(one.arg, scope)] = one.annotation
    added = node.value if isinstance(node, ast.AugAssign) else value
    for target in bound_targets(node):
        path = evidence.scopes.path(target)
        if added is not None and (path is None or isinstance(node, ast.AugAssign)):
            evidence.added.append((target, added))
        if path is None:
            continue
        own = value
        if isinstance(node, ast.Assign) and target not in node.targets:
            own = _matching(node, target)
        evidence.bindings[path].extend([None] if own is None else alternatives(own))
        if isinstance(node, ast.Delete) and not path.rest:
            evidence.deletions[path] = evidence.deletions.get(path, 0) + 1


def _aliases(evidence: Evidence, tree: ast.Module, assignments: list[Aliasing]) -> dict[Path, Path]:
    """Plain names bound exactly once, by an assignment of a path that itself never changes afterwards."""
    aliases: dict[Path, Path] = {}
    top = {id(one) for one in tree.body}
    outermost = {id(one.value) for one in tree.body if isinstance(one, ast.Assign)}
    subscripts = any(each.rest and each.rest[-1].startswith("[") for each in evidence.bindings)
    used: dict[Path, int] = {}
    for name in evidence.scopes.all(ast.Name):
        if isinstance(name.ctx, ast.Load):
            variable = evidence.scopes.path(name)
            if variable is not None:
                used[variable] = min(name.lineno, used.get(variable, name.lineno))
    for node in assignments:
        targets = _targets(node)
        for target in bound_targets(node):
            path = evidence.scopes.path(target)
            if (
                path is None
                or path.rest
                or len(evidence.bindings.get(path, ())) != 1
                or evidence.is_import(path)
            ):
                continue
            if not path.scope and (evidence.starred or id(node) not in top):
                continue
            manual = _manual_optimizer(evidence, node, target)
            if manual is not None:
                aliases[path] = manual
                continue
            value = node.value if target in targets else _matching(node, target)
            if value is node.value and target not in targets:
                continue
            while isinstance(value, ast.NamedExpr):
                value = value.value
            meaning = None if value is None else evidence.scopes.path(value)
            if meaning is None or meaning.variable == path:
                continue
            if not _is_stable(evidence, meaning, node, outermost, stored=subscripts):
                continue
            if not path.scope and path in used and used[path] < node.lineno:
                continue
            aliases[path] = meaning
    return aliases


def _targets(node: Aliasing) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _manual_optimizer(evidence: Evidence, node: Aliasing, target: ast.expr) -> Path | None:
    """What ``opt = self.optimizers()`` or one of ``a, b = self.optimizers()`` means in a LightningModule.

    The method gives the same optimizers in the same order each time (lightning 2.6, ``pytorch/core/module.py``).
    """
    call = node.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.args:
        return None
    this = evidence.scopes.path(call.func.value)
    owner = next((one.method_of for one in evidence.scopes.of_node[node].enclosing() if one.method_of), None)
    if call.func.attr != "optimizers" or owner is None or this is None or this.rest:
        return None
    if (
        not this.scope.startswith("class ")
        or "optimizers" in evidence.scopes.stored | evidence.scopes.computed
    ):
        return None
    defined = {getattr(one, "name", "") for one in evidence.scopes.inner}
    if "optimizers" in defined or not any(
        harmless.LIGHTNING_MODULE.fullmatch(evidence.imported(base) or "") for base in owner.bases
    ):
        return None
    found = this.extended((".optimizers()",))
    if target in _targets(node):
        return found
    for whole in _targets(node):
        if isinstance(whole, ast.Tuple | ast.List) and target in whole.elts:
            if not any(isinstance(one, ast.Starred) for one in whole.elts):
                return found.extended((f"[{whole.elts.index(target)}]",))
    return None


def _is_stable(evidence: Evidence, path: Path, alias: Aliasing, outermost: set[int], *, stored: bool) -> bool:
    """Whether a path denotes the same object from its first use on: nothing assigns to it but a set-up.

    ``outermost``: what the module's own statements assign. ``stored``: the file assigns to some subscript.
    """
    if path.indices or evidence.is_import(path):
        return False
    if not path.scope.startswith("class "):
        values = evidence.bindings.get(path.variable, [])
        if len(values) > 1 or any(
            isinstance(one, ast.Name | ast.Attribute | ast.Subscript) for one in values
        ):
            return False
        if any(one is not None and one.lineno >= alias.lineno for one in values):
            return False
        if not path.scope and values and id(values[0]) not in outermost:
            return False
    for lookup in path.rest:
        if lookup.startswith("["):
            return not stored
        if lookup[1:] in evidence.scopes.unsettled:
            return False
    return True


def _matching(node: Aliasing, target: ast.expr) -> ast.expr | None:
    """The part of the value that goes to ``target`` in ``a, b = x, y``; the whole value when that is unclear."""
    for whole in _targets(node):
        if (
            isinstance(whole, ast.Tuple | ast.List)
            and isinstance(node.value, ast.Tuple | ast.List)
            and len(whole.elts) == len(node.value.elts)
            and target in whole.elts
        ):
            return node.value.elts[whole.elts.index(target)]
    if isinstance(node.value, ast.Call) and callee_name(node.value) == "prepare":
        for given in node.value.args:
            if ast.unparse(given) == ast.unparse(target):
                return given
    return node.value


def _renamed(evidence: Evidence) -> frozenset[str]:
    """What the file calls imported functions that touch gradients by their own names."""
    words = GRADIENT_ATTRIBUTES | ACCUMULATING
    return frozenset(name for (_, name), full in evidence.imports.items() if full.rpartition(".")[2] in words)


def _touching(scopes: Scopes, told: frozenset[str]) -> set[str]:
    """Names (plain and qualified) of functions and classes that may touch gradients, by name alone."""
    mentions: dict[str, set[str]] = defaultdict(set)
    nodes: list[ast.Attribute | ast.Name] = [*scopes.all(ast.Attribute), *scopes.all(ast.Name)]
    for node in nodes:
        word = node.attr if isinstance(node, ast.Attribute) else node.id
        one = scopes.of_node[node]
        while one.parent is not None and word not in mentions[one.name]:
            # The scopes around have what one inside them has.
            mentions[one.name].add(word)
            one = one.parent
    found: set[str] = set()
    words = {*GRADIENT_ATTRIBUTES, *ACCUMULATING, *told}
    changed = True
    while changed:
        changed = False
        for name, mentioned in mentions.items():
            if name not in found and not mentioned.isdisjoint(words):
                found.add(name)
                words.add(name.rpartition(".")[2].partition("#")[0])
                changed = True
    return found | {name.rpartition(".")[2] for name in found}
