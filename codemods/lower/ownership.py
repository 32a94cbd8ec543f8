"""Which gradients belong to which names, as far as the file shows it, and what makes a file unfit for any proof."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path, Rebind
from codemods.lower.evidence import GRADIENT_ATTRIBUTES
from codemods.syntax import FUNCTIONS, arguments, bound_targets, callee_name

if TYPE_CHECKING:
    from codemods.ir.nodes import Function
    from codemods.lower.world import World

QUIET_USES = frozenset(
    "cpu cuda double eval float forward half named_parameters parameters requires_grad_ state_dict to train zero_grad".split()
)
"""Methods of a module after which it still has exactly the parameters that it was built with."""


def hooked(world: World) -> bool:
    """Whether a backward or a step may run code of the file that looks at gradients."""
    return world.evidence.hooked or any(
        isinstance(node, FUNCTIONS)
        and getattr(node, "name", "") == "backward"
        and any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in ast.walk(node))
        for node in world.functions.values()
    )


def veto(world: World) -> str | None:
    """Why nothing in this file can be proved: it gives ``zero_grad``, ``step`` or ``backward`` another meaning."""
    words = GRADIENT_ATTRIBUTES - {"grad"}
    for node, scope in world.scopes.of_node.items():
        for target in bound_targets(node):
            replaced = isinstance(target, ast.Attribute) and target.attr in words
            inside = isinstance(target, ast.Name) and target.id in words and scope.is_class
            if replaced or inside:
                return f"line {target.lineno} replaces {ast.unparse(target)}()"
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.NamedExpr | ast.Subscript) and isinstance(value, ast.Call):
            if callee_name(value) in ("globals", "locals") and not isinstance(
                getattr(node, "ctx", None), ast.Load
            ):
                return f"line {node.lineno} can give any name another value"
    return None


def keeps_references(world: World) -> bool:
    """Whether some code of the file takes hold of a gradient, so that clearing it in place could show there."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("grad", "_grad")
        and not world.evidence.is_autograd(node)
        for node in world.scopes.of_node
    )


def ownership(world: World, functions: dict[str, Function]) -> tuple[dict[Path, Path], frozenset[Path]]:
    """Which paths are only ever optimizers over one module, and which modules are built once and share nothing."""
    if any(
        isinstance(node, ast.Attribute) and node.attr == "add_param_group" for node in world.scopes.of_node
    ):
        return {}, frozenset()
    if any(
        ".param_groups" in path.rest and path.rest[-1] in (".param_groups", "['params']")
        for path in _written(world)
    ):
        return {}, frozenset()
    rebinds: dict[Path, list[Path | None]] = {}
    for function in functions.values():
        for block in function.blocks:
            for event in block.events:
                if isinstance(event, Rebind):
                    rebinds.setdefault(event.target, []).append(event.source)
    sources = {
        target: found[0]
        for target, found in rebinds.items()
        if found[0] is not None
        and all(one == found[0] for one in found)
        and len(found) == len(world.evidence.bindings.get(target, found))
    }
    distinct = {path for path in set(sources.values()) if _shares_nothing(world, path)}
    return sources, frozenset(distinct)


def _written(world: World) -> list[Path]:
    """Paths that are assigned, or whose methods may change what they hold."""
    found = list(world.evidence.bindings)
    found += [path for path, _ in world.evidence.filled]
    return found


def _shares_nothing(world: World, path: Path) -> bool:
    """Whether a module is built once, from nothing but numbers, and is then only called, trained and moved."""
    value = world.evidence.sole_binding(path)
    if path.rest or value is None or not world.builds_apart(value) or not _plainly_built(world, value):
        return False
    parents = {id(child): node for node in world.scopes.of_node for child in ast.iter_child_nodes(node)}
    for node in world.scopes.of_node:
        if (
            not isinstance(node, ast.Name)
            or not isinstance(node.ctx, ast.Load)
            or world.scopes.path(node) != path
        ):
            continue
        parent = parents.get(id(node))
        if isinstance(parent, ast.Call) and parent.func is node:
            continue
        call = parents.get(id(parent))
        if not (
            isinstance(parent, ast.Attribute) and parent.attr in QUIET_USES and isinstance(call, ast.Call)
        ):
            return False
    return True


def _plainly_built(world: World, value: ast.expr) -> bool:
    while (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in QUIET_USES
    ):
        value = value.func.value
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Name) and world.evidence.imported(value.func) is None:
        built = world.definition(value.func.id, world.scopes.of_node[value.func])
        if not isinstance(built, ast.ClassDef) or not _plain_class(world, built):
            return False
    return all(_plain(world, one) for one in arguments(value))


def _plain(world: World, node: ast.expr) -> bool:
    """Whether an argument cannot bring in a module that others use too."""
    if isinstance(node, ast.Call):
        full = world.evidence.imported(node.func) or ""
        return full.startswith("torch.nn.") and all(_plain(world, one) for one in arguments(node))
    if isinstance(node, ast.Name):
        values = world.evidence.bindings.get(world.scopes.variable(node.id, world.scopes.of_node[node]), [])
        return bool(values) and all(isinstance(one, ast.Constant) for one in values)
    return isinstance(node, ast.Constant | ast.Attribute | ast.UnaryOp | ast.BinOp) and not any(
        isinstance(one, ast.Name) and world.evidence.holds(one) for one in ast.walk(node)
    )


def _plain_class(world: World, one: ast.ClassDef) -> bool:
    """Whether instances of a class share nothing: methods only, and no names of the code around it but imports."""
    if (
        one.decorator_list
        or one.keywords
        or any(not base.startswith("torch.nn.") for base in world.foreign_bases(one))
    ):
        return False
    for each in one.body:
        documented = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if not documented and not (isinstance(each, FUNCTIONS) and each.name != "__new__"):
            return False
    for node in ast.walk(one):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            scope = world.scopes.of_node[node]
            path = world.scopes.path(node)
            inside = path is not None and (
                path.scope.startswith(("class ", one.name)) and path.scope != one.name
            )
            bound = node.id in world.scopes.binding(node.id, scope).bound
            if not inside and bound and world.evidence.imported(node) is None:
                return False
    return True
