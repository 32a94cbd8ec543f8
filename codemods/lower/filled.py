"""What is put into an object by one of its names is in it by all of them: ``d = c; d.append(model)``.

A container or an instance that gets a model holds it for whoever made it, keeps it in another one, or handed it over.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.evidence import FILLERS
from codemods.lower.harmless import SELF_RETURNING
from codemods.syntax import FUNCTIONS, arguments, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

GIVING = SELF_RETURNING | frozenset("__getitem__ __iter__ __next__ get items pop setdefault values".split())
"""Methods that give back what they are asked of, or what is in it."""

PUTTING = ("bisect.", "heapq.", "operator.")
"""Libraries whose functions put what they are handed into what they are handed first."""

LOOKING = ("argparse.", "builtins.", "collections.", "contextlib.", "itertools.", "operator.", "types.")
"""Libraries whose functions give back what they are handed, or what is in it."""


def spread_filled(evidence: Evidence, is_tensor: Callable[[Path], bool]) -> bool:
    """Note as holders what else denotes an object into which something that holds is put; whether there was any."""
    count = len(evidence.holders) + len(evidence.held_attributes) + len(evidence.returning)
    together: dict[int, list[Path]] | None = None
    seen: set[Path] = set()
    pending = [path for path in _filled(evidence) if path.rest or not path.scope.startswith("class ")]
    while pending:
        path = pending.pop()
        if path in seen or evidence.is_import(path) or is_tensor(path):
            continue
        seen.add(path)
        evidence.holders.add(path)
        evidence.data[path.variable] = False
        if path.rest:
            pending.append(path._replace(rest=path.rest[:-1]))
            if path.rest[-1].startswith("."):
                evidence.held_attributes.add(path.rest[-1][1:])
                pending += [one for one in evidence.bindings if one.rest[-1:] == path.rest[-1:]]
        if together is None:
            together = _together(evidence)
        for value in (*evidence.bindings.get(path, ()), *evidence.handed.get(path, ())):
            if value is not None:
                pending += together.get(id(value), ())
                pending += [
                    one for one in _denoted(evidence, value) if one.rest or not one.scope.startswith("class ")
                ]
    return len(evidence.holders) + len(evidence.held_attributes) + len(evidence.returning) > count


def _filled(evidence: Evidence) -> Iterator[Path]:
    """The objects into which the file puts something that holds."""
    for path, call in evidence.filled:
        if path.rest[-1:] != (".__dict__",) and any(evidence.holds(one) for one in arguments(call)):
            yield path
    for path, values in evidence.bindings.items():
        if path.rest and any(one is not None and evidence.holds(one) for one in values):
            yield path._replace(rest=path.rest[:-1], indices=())
    for path, value in evidence.added:
        if evidence.holds(value):
            yield path
    for call in evidence.scopes.all(ast.Call):
        full, name = evidence.imported(call.func) or "", callee_name(call)
        own = full.startswith("builtins.") and name in FILLERS | {"__setitem__"}
        if (own or full.startswith(PUTTING)) and call.args:
            if any(evidence.holds(one) for one in list(arguments(call))[1:]):
                yield from _denoted(evidence, call.args[0])
        elif name in FILLERS and isinstance(call.func, ast.Attribute):
            base = call.func.value
            if evidence.scopes.path(base) is None and any(evidence.holds(one) for one in arguments(call)):
                yield from _denoted(evidence, base)
                _note_computed(evidence, base)


def _note_computed(evidence: Evidence, base: ast.expr) -> None:
    """What is filled where it is looked up on an object that is computed, or is what a function of the file gave back."""
    for one in walk(base):
        if isinstance(one, ast.Attribute):
            evidence.held_attributes.add(one.attr)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            evidence.held_attributes.add(one.value)
        elif isinstance(one, ast.Call) and evidence.named(callee_name(one)):
            evidence.returning.add(callee_name(one))


def _together(evidence: Evidence) -> dict[int, list[Path]]:
    """What is bound to one and the same value: ``c = d = []``."""
    found: dict[int, list[Path]] = {}
    for node in evidence.scopes.all(ast.Assign):
        paths = [evidence.scopes.path(one) for one in node.targets] if len(node.targets) > 1 else []
        if paths:
            found[id(node.value)] = [one for one in paths if one is not None]
    return found


def _denoted(evidence: Evidence, value: ast.expr) -> Iterator[Path]:
    """The paths whose objects, or parts of them, a value may be."""
    path = evidence.scopes.path(value)
    if path is not None:
        yield path
    elif isinstance(value, ast.IfExp):
        yield from _denoted(evidence, value.body)
        yield from _denoted(evidence, value.orelse)
    elif isinstance(value, ast.BoolOp | ast.List | ast.Tuple | ast.Set):
        for one in value.values if isinstance(value, ast.BoolOp) else value.elts:
            yield from _denoted(evidence, one)
    elif isinstance(value, ast.Dict):
        for one in value.values:
            yield from _denoted(evidence, one)
    elif isinstance(value, ast.NamedExpr | ast.Starred | ast.Attribute | ast.Subscript | ast.Await):
        yield from _denoted(evidence, value.value)
    elif isinstance(value, ast.Call):
        full = evidence.imported(value.func) or ""
        if full.startswith(LOOKING):
            for one in arguments(value):
                yield from _denoted(evidence, one)
        elif isinstance(value.func, ast.Attribute) and callee_name(value) in GIVING:
            yield from _denoted(evidence, value.func.value)
        elif not full:
            yield from _returned(evidence, callee_name(value))
            meant = evidence.scopes.path(value.func)
            for bound in () if meant is None else evidence.bindings.get(meant, ()):
                if isinstance(bound, ast.Lambda):
                    yield from _denoted(evidence, bound.body)


def _returned(evidence: Evidence, name: str) -> Iterator[Path]:
    """The paths that the functions of the file of a name give back."""
    for function in evidence.named(name):
        for one in walk(function) if isinstance(function, FUNCTIONS) else ():
            path = (
                evidence.scopes.path(one.value)
                if isinstance(one, ast.Return | ast.Yield) and one.value
                else None
            )
            if path is not None:
                yield path
