"""Attributes that are stored otherwise than by ``x.a = value``, or are looked up on another name than they are stored on.

``setattr(x, "a", v)``, ``vars(x)["a"] = v``, ``x.__dict__["a"] = v``, ``type(x).a = v``, ``Class.a = v`` and a property
all give a value to whatever is looked up as ``.a`` anywhere in the file.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path
from codemods.syntax import bound_targets, callee_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.lower.evidence import Evidence

ANY = ""
"""The name of an attribute that is not written out."""


def spread_loose_stores(evidence: Evidence, telling: Iterable[ast.AST]) -> None:
    """Bind every path that ends in such an attribute to what is stored there, and to something that is not known."""
    stored: dict[str, list[ast.expr]] = {}
    for node in telling:
        for name, value in _stores(evidence, node):
            stored.setdefault(name, []).append(value)
    if not stored:
        return
    for name, values in stored.items():
        evidence.bindings[Path("<attributes>", "", (f".{name}",))].extend(values)
    paths = dict.fromkeys(
        path
        for node in evidence.scopes.all(ast.Attribute)
        if node.attr in stored and isinstance(node.ctx, ast.Load)
        if (path := evidence.scopes.path(node)) is not None
    )
    for path in paths:
        evidence.bindings[path].extend([*stored[path.rest[-1][1:]], None])


def _stores(evidence: Evidence, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names of the attributes that one node stores so, each with its value."""
    if isinstance(node, ast.Call):
        yield from _called(node)
        return
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or not isinstance(value, ast.expr):
        return
    for target in bound_targets(node):
        if isinstance(target, ast.Attribute):
            if _is_loose(evidence, target):
                yield target.attr, value
        elif isinstance(target, ast.Subscript) and _is_namespace(target.value):
            yield _word(target.slice), value


def _called(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    name = callee_name(call)
    if name in ("setattr", "__setattr__") and len(call.args) > 1:
        key, value = call.args[-2:]
        yield _word(key), value
    elif name in ("update", "__setitem__", "setdefault") and isinstance(call.func, ast.Attribute):
        if _is_namespace(call.func.value):
            for one in call.args:
                yield ANY, one
            for keyword in call.keywords:
                yield keyword.arg or ANY, keyword.value


def _word(key: ast.expr) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY


def _is_namespace(node: ast.expr) -> bool:
    """Whether an expression is the dictionary of an object's attributes: ``x.__dict__`` or ``vars(x)``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__"
    return isinstance(node, ast.Call) and callee_name(node) == "vars"


def _is_loose(evidence: Evidence, target: ast.Attribute) -> bool:
    """Whether an attribute is stored on a class of the file, or on an object that is computed."""
    if evidence.scopes.path(target) is None:
        return True
    owner = target.value
    return isinstance(owner, ast.Name) and owner.id in evidence.scopes.families
