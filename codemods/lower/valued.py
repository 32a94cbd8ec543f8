"""Classes that are used as values: where one of them is called under another name, its constructor runs unseen."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.syntax import callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.world import World

LOOKED_AT = frozenset("__name__ __qualname__ __module__ __doc__ __mro__".split())
"""What is asked of the class of an object without making another one."""

ASKED = frozenset({"isinstance", "issubclass", "super"})


def constructed_unseen(world: World) -> frozenset[str]:
    """Names of classes of the file whose constructor may run by an expression that names none of them.

    That is so where a class, or one derived from it, is assigned, handed over, kept, raised as it stands, or calls
    itself ``cls``.
    """
    names = set(world.classes)
    makers = [one for name, one in world.functions.items() if name.endswith(".__init__")]
    if not any(world.touches(one) for one in makers):
        return frozenset()
    plain: set[int] = set()
    found: set[str] = set()
    for node in world.scopes.of_node:
        plain.update(id(one) for one in _only_named(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _makes_its_own(node):
            parent = world.scope(node).parent
            if parent is not None and isinstance(parent.node, ast.ClassDef):
                found |= {one.name for one in world.all_classes if parent.node in world.lineage(one)}
    for node in world.scopes.of_node:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in plain:
            if node.id in names:
                found.add(node.id)
        if _is_class_of(node) and id(node) not in plain:
            return frozenset(names)
    found |= names & world.spelled
    return frozenset(
        each.name for one in world.all_classes if one.name in found for each in world.lineage(one)
    )


def _is_class_of(node: ast.AST) -> bool:
    """``type(x)`` or ``x.__class__``."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1
    return isinstance(node, ast.Attribute) and node.attr == "__class__"


def _only_named(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that name a class without using it as a value: a call of it, a test, an annotation."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            yield node.func
        if callee_name(node) in ASKED:
            for one in node.args:
                yield from walk(one)
    elif isinstance(node, ast.ClassDef):
        yield from node.bases
    elif isinstance(node, ast.Attribute):
        if not node.attr.startswith("__") or node.attr in LOOKED_AT:
            yield node.value
    elif isinstance(node, ast.Compare | ast.FormattedValue):
        yield from (one for one in children(node) if _is_class_of(one) or isinstance(one, ast.Name))
    elif isinstance(node, ast.arg | ast.AnnAssign):
        if node.annotation is not None:
            yield from walk(node.annotation)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if node.returns is not None:
            yield from walk(node.returns)
    elif isinstance(node, ast.ExceptHandler):
        if node.type is not None:
            yield from walk(node.type)
    elif isinstance(node, ast.MatchClass):
        yield from walk(node.cls)


def _makes_its_own(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a class method uses its class as a value, or calls it."""
    decorators = {getattr(one, "id", "") for one in node.decorator_list}
    if "classmethod" not in decorators or not node.args.args:
        return False
    own = node.args.args[0].arg
    looked = {id(one.value) for one in walk(node) if isinstance(one, ast.Attribute)}
    return any(
        isinstance(one, ast.Name)
        and one.id == own
        and isinstance(one.ctx, ast.Load)
        and id(one) not in looked
        for one in walk(node)
    )
