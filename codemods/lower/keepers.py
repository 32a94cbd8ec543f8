"""Objects of other libraries that keep a model, an optimizer or a parameter that they were handed when they were made.

Whoever iterates or calls one runs code that cannot be followed and has all of that at hand: a collator that asks its model,
the loader that calls the collator. What is used as modules are is taken for one, whose forward pass is known.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.lower import harmless
from codemods.lower.published import is_wrapper
from codemods.syntax import GETTERS, arguments, callee_name
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

MODULE_USES = harmless.MODULE_METHODS - {"type", "add_module", "extra_repr"} | {
    "forward",
    "module",
    "zero_grad",
}
"""What is looked up on modules, and not on what calls them."""

ITERATING = frozenset("dict enumerate filter iter list map next reversed set tuple zip".split())
"""Builtins that iterate what they are handed, or give back what does."""


class Keepers(Struct, frozen=True):
    """``paths`` that hold such an object or something that has one at hand, and functions of the file ``returning`` one.

    ``any_function``: what functions give back counts, not what constructors make alone.
    """

    paths: frozenset[Path] = frozenset()
    returning: frozenset[str] = frozenset()
    any_function: bool = True

    def keeps(self, evidence: Evidence, value: ast.expr) -> bool:
        """Whether a value is such an object, or has one at hand."""
        if isinstance(value, ast.Name | ast.Attribute):
            path = evidence.scopes.path(value)
            if path is not None or isinstance(value, ast.Name):
                return path is not None and (path in self.paths or evidence.meaning(path) in self.paths)
        if isinstance(value, ast.Call):
            full = evidence.source(value.func)
            if full is None and callee_name(value) in self.returning:
                return True
            if full is None and isinstance(value.func, ast.Attribute) and value.func.attr in GETTERS:
                return self.keeps(evidence, value.func.value)
            if full is None or (full.startswith("builtins.") and callee_name(value) not in ITERATING):
                return False
            return any(self.keeps(evidence, one) for one in arguments(value)) or (
                _keeps(evidence, value) and (self.any_function or _is_class(full))
            )
        if isinstance(
            value, ast.Compare | ast.Constant | ast.JoinedStr | ast.UnaryOp | ast.BinOp | ast.Lambda
        ):
            return False
        if isinstance(value, ast.GeneratorExp) and any(
            self.keeps(evidence, one.iter) for one in value.generators
        ):
            return True
        return any(self.keeps(evidence, one) for one in children(value) if isinstance(one, ast.expr))


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
    made, given = (_closed(evidence, Keepers(any_function=one), pairs, returned) for one in (False, True))
    return made, given


def _closed(
    evidence: Evidence,
    found: Keepers,
    bound: Sequence[tuple[Path, ast.expr]],
    returned: Sequence[tuple[str, ast.expr]],
) -> Keepers:
    """With all that holds what one of them holds."""
    while True:
        paths = found.paths.union(
            each
            for path, value in bound
            if path not in found.paths and found.keeps(evidence, value)
            for each in (path, *evidence.members.get(path, ()))
        )
        names = found.returning.union(name for name, value in returned if found.keeps(evidence, value))
        if (paths, names) == (found.paths, found.returning):
            return found
        found = Keepers(paths, names, found.any_function)


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
