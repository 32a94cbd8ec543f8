"""What is certain of names: receivers that never hold ``None``, functions whose models never leave them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import NOTHING, Call
from codemods.lower.bodies import body_of
from codemods.lower.resolve import Target, resolve
from codemods.syntax import GETTERS, FunctionNode, arguments, bound_targets, defaults
from codemods.trees import children

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.ir.nodes import Function
    from codemods.lower.scopes import Scope
    from codemods.lower.world import World


def certain_paths(world: World, functions: dict[str, Function], calls: list[ast.Call]) -> frozenset[Path]:
    """Paths that are only ever bound to a constructed optimizer or module, parameters by every call in the file.

    A parameter counts only when nobody outside the file may call its function.
    """
    evidence = world.evidence
    certain = {
        path
        for path, values in evidence.bindings.items()
        if values
        and all(
            one is not None and (evidence.builds_optimizer(one) or world.builds_module(one)) for one in values
        )
    }
    handed: dict[Path, list[Path | None]] = {}
    for call in calls:
        target = resolve(world, call, None)
        if isinstance(target, Target):
            for parameter, value in target.arguments:
                handed.setdefault(parameter, []).append(value)
            for parameter in target.fresh:
                handed.setdefault(parameter, []).append(None)
    changed = True
    while changed:
        changed = False
        for parameter, values in handed.items():
            function = functions.get(parameter.scope)
            if parameter in certain or function is None or function.root:
                continue
            if evidence.bindings.get(parameter) == [None] and all(one in certain for one in values):
                certain.add(parameter)
                changed = True
    return frozenset(certain)


def sealed(world: World, node: FunctionNode) -> bool:
    """Whether every model, optimizer and parameter that a function touches is made in it and does not leave it.

    Leaving means being returned, yielded, or stored anywhere but in the function's own variables. Handing one to
    code that cannot be followed is that code's affair (the assumption closed-world).
    """
    evidence = world.evidence
    scope = world.scope(node)
    parameters = {world.scopes.variable(one, scope) for one in scope.parameters}
    body = body_of(world, node)
    if body.leaks or body.opens:
        return False
    for name in body.names:
        path = world.scopes.path(name)
        if path is None or not isinstance(name.ctx, ast.Load):
            continue
        if path in evidence.losses and path in parameters:
            return False
        if path in evidence.holders and not path.scope.startswith("class "):
            local = path.scope == scope.name or path.scope.startswith(scope.name + ".")
            if not local or path in parameters or _drawn(world, scope, path):
                return False
    for attribute in body.attributes:
        path = world.scopes.path(attribute)
        own = path is not None and f"{path.scope}.".startswith(scope.name + ".")
        if path is None or not own or path.variable in parameters or _drawn(world, scope, path.variable):
            if evidence.holds(attribute):
                return False
    return not any(one.value is not None and evidence.holds(one.value) for one in body.returns) and not any(
        not isinstance(target, ast.Name) and _stores_holder(world, one)
        for one in body.binders
        for target in bound_targets(one)
    )


TAKING = GETTERS | {"popitem", "popleft", "setdefault"}
"""Methods of containers that give back what is in them."""


def _drawn(world: World, scope: Scope, path: Path) -> bool:
    """Whether a variable may be bound to something that is found in a parameter, or in the code around a function."""
    parameters = {world.scopes.variable(one, scope) for one in scope.parameters}
    pending = [one for one in world.evidence.bindings.get(path, ()) if one is not None]
    seen = {path}
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Name):
            meant = world.scopes.path(one)
            if meant is None or meant in seen:
                continue
            seen.add(meant)
            if meant in parameters:
                return True
            if meant.scope == scope.name or meant.scope.startswith(scope.name + "."):
                pending += [each for each in world.evidence.bindings.get(meant, ()) if each is not None]
            elif world.evidence.holds(one):
                return True
        elif isinstance(one, ast.Call):
            full = world.evidence.imported(one.func) or ""
            if isinstance(one.func, ast.Attribute) and one.func.attr in TAKING and not full:
                pending.append(one.func.value)
            elif full.startswith("builtins."):
                pending.extend(arguments(one))
        elif isinstance(one, ast.Attribute):
            pending.append(one.value)
        else:
            pending += [each for each in children(one) if isinstance(each, ast.expr)]
    return False


def opened(world: World, functions: dict[str, Function]) -> frozenset[str]:
    """Functions that are not sealed after all: something they call in this file reaches a model of the code around it.

    What a callee is handed, makes itself, or finds on an instance that was made in the caller is the caller's own.
    """
    contained = {
        name: node is not None and _contained(world, node)
        for name, node in ((name, world.functions.get(name)) for name in functions)
    }
    calls = {
        name: [event for block in one.blocks for event in block.events if isinstance(event, Call)]
        for name, one in functions.items()
    }
    found = set()
    for name, one in functions.items():
        if not one.sealed:
            continue
        seen: set[str] = set()
        pending = list(calls[name])
        shared = any(value.scope.startswith("class ") for event in pending for _, value in event.arguments)
        while pending and not shared:
            callee = pending.pop().function
            if callee not in seen:
                seen.add(callee)
                shared = not contained.get(callee, False)
                pending.extend(calls.get(callee, ()))
        if shared:
            found.add(name)
    return frozenset(found)


def _contained(world: World, node: FunctionNode) -> bool:
    """Whether a function reaches no model, optimizer or parameter but its own, those handed to it, and ``self``'s."""
    scope = world.scope(node)
    body = body_of(world, node)
    if body.leaks:
        return False
    for one in body.names:
        path = world.scopes.path(one)
        if path in world.evidence.holders and path is not None and not path.scope.startswith("class "):
            if path.scope != scope.name and not path.scope.startswith(scope.name + "."):
                return False
    return True


def _stores_holder(world: World, node: ast.AST) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, ast.expr) and world.evidence.holds(value)


TESTING: tuple[type[ast.AST], ...] = (
    ast.Compare, ast.If, ast.While, ast.IfExp, ast.Assert, ast.BoolOp, ast.Assign, ast.AnnAssign, ast.arguments, ast.Call,
)  # fmt: skip
"""The nodes that say of something that it may be None."""


def nullable(world: World) -> frozenset[str]:
    """Last words of the names that the file sets to None, compares with None, or tests for being there."""
    found: set[str] = set()

    def note(node: ast.expr | None) -> None:
        if isinstance(node, ast.Name | ast.Attribute):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.UnaryOp):
            note(node.operand)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                note(value)

    for node in (each for kind in TESTING for each in world.scopes.all(kind)):
        if isinstance(node, ast.Compare) and any(_is_none(one) for one in (node.left, *node.comparators)):
            for one in (node.left, *node.comparators):
                note(one)
        elif isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
            note(node.test)
        elif isinstance(node, ast.BoolOp):
            note(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            branches = (
                [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            )
            if any(_is_none(one) for one in branches):
                for target in bound_targets(node):
                    note(target)
        elif isinstance(node, ast.arguments):
            found.update(one.arg for one, value in defaults(node) if _is_none(value))
        elif isinstance(node, ast.Call):
            ran = resolve(world, node, None)
            if isinstance(ran, Target):
                found.update(parameter.root for parameter, value in ran.arguments if value == NOTHING)
    return frozenset(found)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
