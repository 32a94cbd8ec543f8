"""Attributes that are stored otherwise than by ``x.a = value``, or are looked up on another name than they are stored on.

``setattr(x, "a", v)``, ``vars(x)["a"] = v``, ``x.__dict__["a"] = v``, ``type(x).a = v``, ``Class.a = v``, a property, and
``me.a = v`` behind ``me = self if ready else other`` all give a value to whatever is looked up as ``.a`` anywhere in the file.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path
from codemods.syntax import CARRYING, arguments, bound_targets, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.lower.evidence import Evidence

ANY = ""
"""The name of an attribute that is not written out."""


def spread_loose_stores(evidence: Evidence, telling: Iterable[ast.AST]) -> None:
    """Bind every path that ends in such an attribute to what is stored there, and to something that is not known."""
    stored: dict[str, list[ast.expr]] = {}
    standing = _standing_for_self(evidence)
    for node in telling:
        for owner, name, value in _stores(evidence, node, standing):
            stored.setdefault(name, []).append(value)
            path = evidence.scopes.path(owner)
            if path is not None:
                evidence.bindings[path.extended((f".{name}",))].append(value)
    if not stored:
        return
    for name, values in stored.items():
        evidence.bindings[_anywhere(name)].extend(values)
    paths = dict.fromkeys(
        path
        for node in evidence.scopes.all(ast.Attribute)
        if node.attr in stored and isinstance(node.ctx, ast.Load)
        if (path := evidence.scopes.path(node)) is not None
    )
    for path in paths:
        evidence.bindings[path].extend([*stored[path.rest[-1][1:]], None])


def stored_loosely(evidence: Evidence, name: str) -> list[ast.expr | None]:
    """What such stores give to an attribute, on whatever object."""
    return evidence.bindings.get(_anywhere(name), [])


def _anywhere(name: str) -> Path:
    return Path("<attributes>", "", (f".{name}",))


def _standing_for_self(evidence: Evidence) -> frozenset[Path]:
    """The variables that may be a method's instance, apart from those that are nothing else."""
    found: set[Path] = set()
    known: dict[tuple[Path, int], bool] = {}
    for path, values in evidence.bindings.items():
        if path.rest or path.scope.startswith("class "):
            continue
        plain = len(values) == 1 and values[0] is not None and id(values[0]) not in evidence.iterated
        if not plain or not isinstance(_unwrapped(values[0]), ast.Name):
            found.update({path} if any(may_be_self(evidence, one, known) for one in values) else ())
    return frozenset(found)


def _unwrapped(value: ast.expr | None) -> ast.expr | None:
    while isinstance(value, ast.NamedExpr):
        value = value.value
    return value


def may_be_self(
    evidence: Evidence, value: ast.expr | None, known: dict[tuple[Path, int], bool], depth: int = 3
) -> bool:
    """Whether a value may be the instance of a method: by itself, out of a container, or given back by a function.

    ``known``: the answers for variables, looked into so deep, as long as nothing more is bound to any.
    """
    if isinstance(value, ast.Name):
        path = evidence.scopes.path(value)
        if path is None or not depth:
            return False
        if path.scope.startswith("class "):
            return not path.rest
        if (path, depth) not in known:
            values = evidence.bindings.get(path, ())
            known[path, depth] = any(may_be_self(evidence, one, known, depth - 1) for one in values)
        return known[path, depth]
    if isinstance(value, ast.Call):
        full = evidence.imported(value.func) or callee_name(value)
        if full.rpartition(".")[2][:1].isupper() or full.startswith("builtins."):
            return False
        return any(may_be_self(evidence, one, known, depth) for one in arguments(value))
    if isinstance(value, (*CARRYING, ast.IfExp)):
        return any(
            may_be_self(evidence, one, known, depth) for one in children(value) if isinstance(one, ast.expr)
        )
    return False


def _stores(
    evidence: Evidence, node: ast.AST, standing: frozenset[Path]
) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    """The names of the attributes that one node stores so, each with its value."""
    if isinstance(node, ast.Call):
        yield from _called(node)
        return
    bound = {"For": "iter", "AsyncFor": "iter", "comprehension": "iter", "withitem": "context_expr"}
    value = getattr(node, bound.get(type(node).__name__, "value"), None)
    if isinstance(node, ast.AugAssign | ast.Attribute | ast.Expr) or not isinstance(value, ast.expr):
        return
    for target in bound_targets(node):
        if isinstance(target, ast.Attribute):
            if _is_loose(evidence, target, standing):
                yield target.value, target.attr, value
        elif isinstance(target, ast.Subscript) and is_namespace(target.value):
            yield _owner(target.value), _word(target.slice), value


def _called(call: ast.Call) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    name = callee_name(call)
    if name in ("setattr", "__setattr__") and len(call.args) > 1:
        key, value = call.args[-2:]
        bound = call.func.value if isinstance(call.func, ast.Attribute) and len(call.args) == 2 else None
        yield bound or call.args[0], _word(key), value
    elif name in ("update", "__setitem__", "setdefault") and isinstance(call.func, ast.Attribute):
        if is_namespace(call.func.value):
            owner = _owner(call.func.value)
            for one in call.args:
                for display in (each for each in walk(one) if isinstance(each, ast.Dict)):
                    pairs = zip(display.keys, display.values, strict=True)
                    yield from ((owner, _word(key), value) for key, value in pairs if key is not None)
                if not isinstance(one, ast.Dict) or None in one.keys:
                    yield owner, ANY, one
            for keyword in call.keywords:
                yield owner, keyword.arg or ANY, keyword.value


def _word(key: ast.expr) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY


def is_namespace(node: ast.expr) -> bool:
    """Whether an expression is the dictionary of an object's attributes: ``x.__dict__`` or ``vars(x)``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__"
    return isinstance(node, ast.Call) and callee_name(node) == "vars"


def _owner(namespace: ast.expr) -> ast.expr:
    """The object that a dictionary of attributes belongs to."""
    if isinstance(namespace, ast.Call) and namespace.args:
        return namespace.args[0]
    return namespace.value if isinstance(namespace, ast.Attribute) else namespace


def _is_loose(evidence: Evidence, target: ast.Attribute, standing: frozenset[Path]) -> bool:
    """Whether an attribute is stored on a class of the file, or on an object that is computed or may be an instance."""
    path = evidence.scopes.path(target)
    if path is None or path.variable in standing:
        return True
    owner = target.value
    return isinstance(owner, ast.Name) and owner.id in evidence.scopes.families
