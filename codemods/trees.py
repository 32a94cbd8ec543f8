"""Walks over ``ast`` trees, the same as those of the ``ast`` module and several times faster.

What lies directly below a node is worked out once and kept on the node: whoever changes a node calls :func:`forget`.
Left out are the nodes that stand for no code of their own: contexts (``Load``) and operators.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_NODES = frozenset(
    "ctx op ops id attr name asname module level kind type_comment simple arg is_async conversion rest".split()
)
"""Fields that never hold nodes worth a visit."""

_fields: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Global: (), ast.Nonlocal: ()}


def children(node: ast.AST) -> tuple[ast.AST, ...]:
    """The nodes directly below, in the order of the fields: :func:`ast.iter_child_nodes`."""
    kind = type(node)
    fields = _fields.get(kind)
    if fields is None:
        # Only the name in ``type Name = ...`` is a node.
        left_out = NO_NODES - {"name"} if kind.__name__ == "TypeAlias" else NO_NODES
        fields = _fields[kind] = tuple(name for name in node._fields if name not in left_out)
    known = node.__dict__
    found: tuple[ast.AST, ...] | None = known.get("_below")
    if found is None:
        if not fields:
            known["_below"] = ()
            return ()
        below: list[ast.AST] = []
        for name in fields:
            value = known.get(name)
            if value is None:
                continue
            if type(value) is list:
                below += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                below.append(value)
        found = known["_below"] = tuple(below)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, level by level: :func:`ast.walk`."""
    level: list[ast.AST] = [node]
    while level:
        yield from level
        below: list[ast.AST] = []
        for one in level:
            found = one.__dict__.get("_below")
            below += children(one) if found is None else found
        level = below


SUITES = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields that hold suites, or what has one."""


def holding(tree: ast.AST) -> Iterator[ast.AST]:
    """What may hold suites, a statement after what holds it: the tree itself, its statements, their handlers and cases."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        known = node.__dict__
        for name in SUITES:
            found = known.get(name)
            if type(found) is list:
                pending += found


def alike(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees are the same code, wherever it stands: whether :func:`ast.dump` shows them alike."""
    pending: list[tuple[object, object]] = [(one, other)]
    while pending:
        here, there = pending.pop()
        if type(here) is not type(there):
            return False
        if isinstance(here, ast.AST):
            pending += [(getattr(here, name, None), getattr(there, name, None)) for name in here._fields]
        elif isinstance(here, list):
            assert isinstance(there, list)
            if len(here) != len(there):
                return False
            pending += zip(here, there, strict=True)
        elif here is not there and repr(here) != repr(there):
            return False
    return True


def forget(node: ast.AST) -> None:
    """Look again at what lies directly below a node: it changes."""
    node.__dict__.pop("_below", None)
