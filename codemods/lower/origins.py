"""Where optimizers come from: whether a file shows that they are torch's own, or leaves that to somebody else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path
from codemods.lower.world import World, world_of
from codemods.syntax import callee_name, dotted
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLAIN = frozenset(
    "torch optim torch_optimizer pytorch_optimizer timm transformers apex bitsandbytes lion_pytorch adabelief_pytorch "
    "adabound madgrad prodigyopt dadaptation schedulefree".split()
)
"""Packages whose optimizers step when told to, and clear gradients when told to."""

DEPTH = 5


def wrapped(tree: ast.Module, paths: Iterable[Path]) -> str | None:
    """Why one of these optimizers may be more than an optimizer, None when the file gives no reason to think so.

    A parameter, or a name that the file does not bind, is taken for what it is called.
    """
    world = world_of(tree)
    for path in paths:
        for one in _prefixes(path):
            maker = _maker(world, one, DEPTH)
            if maker is not None:
                return f"{path.text} comes from {maker}, which may clear or accumulate by itself"
    return None


def _prefixes(path: Path) -> Iterator[Path]:
    """The path and, but for an instance's own attributes, what it is looked up on."""
    shortest = 1 if path.scope.startswith("class ") else 0
    return (Path(path.scope, path.root, path.rest[:end]) for end in range(shortest, len(path.rest) + 1))


def _maker(world: World, path: Path, depth: int) -> str | None:
    bound = world.evidence.bindings.get(path, [])
    if None in bound and not _is_parameter(world, path):
        return f"code that binds {path.text} with others"
    for value in (*bound, *world.evidence.handed.get(path, ())):
        found = None if value is None or id(value) in world.evidence.iterated else _made(world, value, depth)
        if found is not None:
            return found
    return None


def _is_parameter(world: World, path: Path) -> bool:
    return any(
        scope.name == path.scope and path.root in scope.parameters for scope in world.scopes.inner.values()
    )


def _made(world: World, value: ast.expr, depth: int) -> str | None:
    if isinstance(value, ast.Call):
        name = world.evidence.imported(value.func) or dotted(value.func) or ""
        if name.partition(".")[0] in PLAIN or _is_instance(world, value):
            return None
        return f"{dotted(value.func) or callee_name(value)}()"
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        path = world.scopes.path(value)
        return None if path is None or not depth else _maker(world, path, depth - 1)
    for child in children(value):
        found = _made(world, child, depth) if isinstance(child, ast.expr) else None
        if found is not None:
            return found
    return None


def _is_instance(world: World, call: ast.Call) -> bool:
    """Whether a class of the file is called that does not step by itself."""
    if not isinstance(call.func, ast.Name):
        return False
    found = world.definition(call.func.id, world.scopes.of_node[call.func])
    return isinstance(found, ast.ClassDef) and world.method(found, "step") is None
