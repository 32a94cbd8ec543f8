"""Objects of other libraries that keep a model, an optimizer or a parameter that they were handed when they were made.

Whoever iterates or calls one runs code that cannot be followed and has all of that at hand: a collator that asks its model,
the loader that calls the collator. What is used as modules are is taken for one, whose forward pass is known.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.lower import harmless
from codemods.lower.least import least
from codemods.lower.published import is_wrapper
from codemods.syntax import GETTERS, arguments, callee_name
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

MODULE_USES = harmless.MODULE_METHODS - {"type", "add_module", "extra_repr"} | {
    "forward",
    "module",
    "zero_grad",
}
"""What is looked up on modules, and not on what calls them."""

NOTHING = frozenset({ast.BinOp, ast.Compare, ast.Constant, ast.JoinedStr, ast.Lambda, ast.UnaryOp})
"""Expressions that are no such object and have none at hand."""

ITERATING = frozenset("dict enumerate filter iter list map next reversed set tuple zip".split())
"""Builtins that iterate what they are handed, or give back what does."""


MADE, GIVEN = "<made>", "<given>"
"""What such objects come from, besides paths and functions of the file: a constructor, another function."""


class Keepers(Struct, frozen=True):
    """``paths`` that hold such an object or something that has one at hand, and functions of the file ``returning`` one.

    ``any_function``: what functions give back counts, not what constructors make alone.
    """

    paths: frozenset[Path] = frozenset()
    returning: frozenset[str] = frozenset()
    any_function: bool = True

    def keeps(self, evidence: Evidence, value: ast.expr) -> bool:
        """Whether a value is such an object, or has one at hand."""
        return any(
            one == MADE or (self.any_function if one == GIVEN else one in self.paths or one in self.returning)
            for one in _sources(evidence, value)
        )


def _sources(evidence: Evidence, value: ast.expr) -> Iterator[Path | str]:
    """What a value is, or has at hand, if one of these is or has: paths, functions by their names, MADE or GIVEN."""
    pending: list[ast.AST] = [value]
    while pending:
        one = pending.pop()
        kind = type(one)
        if kind in NOTHING:
            continue
        if isinstance(one, ast.Name | ast.Attribute):
            path = evidence.scopes.path(one)
            if path is not None:
                yield path
                yield evidence.meaning(path)
            elif isinstance(one, ast.Attribute):
                pending.append(one.value)
        elif isinstance(one, ast.Call):
            full = evidence.source(one.func)
            if full is None:
                yield callee_name(one)
                if isinstance(one.func, ast.Attribute) and one.func.attr in GETTERS:
                    pending.append(one.func.value)
            elif not full.startswith("builtins.") or callee_name(one) in ITERATING:
                pending.extend(arguments(one))
                if _keeps(evidence, one):
                    yield MADE if _is_class(full) else GIVEN
        else:
            if isinstance(one, ast.GeneratorExp):
                pending.extend(each.iter for each in one.generators)
            pending.extend(each for each in children(one) if isinstance(each, ast.expr))


NOBODY = Keepers()


def find_keepers(evidence: Evidence) -> tuple[Keepers, Keepers]:
    """Who keeps what he was handed, by all that the file binds, hands over and returns.

    First by what constructors make alone, then by what any function gives back.
    """
    if not any(_keeps(evidence, one) for one in evidence.scopes.all(ast.Call)):
        return NOBODY, NOBODY
    returned = [
        (scope.name.rpartition(".")[2], node.value)
        for node, scope in evidence.scopes.of_node.items()
        if isinstance(node, ast.Return) and node.value is not None and scope.parent is not None
    ]
    bound = [
        (path, value)
        for path, values in evidence.bindings.items()
        for value in (*values, *evidence.handed.get(path, ()))
        if value is not None and not evidence.is_iterated(value)
    ]
    pairs = [
        (path, value)
        for path, value in bound
        if not evidence.methods.get(path, set()) & MODULE_USES and not _wraps_itself(evidence, path, value)
    ]
    rules: list[tuple[Sequence[Path | str], Collection[Path | str]]] = [
        ((path, *evidence.members.get(path, ())), set(_sources(evidence, value))) for path, value in pairs
    ]
    rules += [((name,), set(_sources(evidence, value))) for name, value in returned]
    made, given = least(rules, [MADE]), least(rules, [MADE, GIVEN])
    return _keepers(made, any_function=False), _keepers(given, any_function=True)


def _keepers(found: set[Path | str], *, any_function: bool) -> Keepers:
    names = frozenset(one for one in found - {MADE, GIVEN} if isinstance(one, str))
    return Keepers(frozenset(one for one in found if not isinstance(one, str)), names, any_function)


def _keeps(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a call of another library is handed a model or the like, and may give back what keeps it."""
    full = evidence.source(call.func)
    if full is None or full.startswith(("builtins.", "torch.", *harmless.PREFIXES)):
        return False
    if full in harmless.FUNCTIONS or harmless.DATA.match(full) or harmless.HOST.fullmatch(full):
        return False
    if evidence.is_plain_collator(call) or is_wrapper(evidence, call):
        return False
    return any(evidence.holds(one) for one in arguments(call))


def _is_class(full: str) -> bool:
    return any(word[:1].isupper() for word in full.split(".")[-2:])


def _wraps_itself(evidence: Evidence, path: Path, value: ast.expr) -> bool:
    """Whether a value is what wraps the model of that name: ``model = wrap(model)``."""
    return isinstance(value, ast.Call) and any(evidence.scopes.path(one) == path for one in arguments(value))
