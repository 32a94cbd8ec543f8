"""Modules whose forward hands out none of their own parameters, nor anything that was kept: only what it computes.

Where no graph is recorded, a module computes values without one; but a parameter that it returned as it is would still
lead to itself.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.syntax import FUNCTIONS, arguments, bound_names, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode

DEPTH = 12
ARITHMETIC = (ast.Sub, ast.Div, ast.Pow, ast.MatMult, ast.FloorDiv, ast.Mod)
"""Operators that no list or string knows with another, so that what comes out is computed."""

SETS = frozenset({"Counter", "frozenset", "set"})
VIEWS = frozenset({"items", "keys"})


def takes_from_sets(world: World) -> bool:
    """Whether a difference may be one of sets, which computes nothing: what is left are the elements themselves."""
    for node in world.scopes.of_node:
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            if (node.id if isinstance(node, ast.Name) else node.attr) in SETS:
                return True
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            if any(
                isinstance(one, ast.Call) and callee_name(one) in VIEWS for one in (node.left, node.right)
            ):
                return True
    return False


def computes(world: World, families: frozenset[str]) -> bool:
    """Whether no forward of these classes returns a parameter or what it kept."""
    return all(
        _Method(world, one, method).returns_computed()
        for one in world.all_classes
        if world.scopes.families[one.name] in families
        for method in one.body
        if isinstance(method, FUNCTIONS) and method.name in ("forward", "__call__")
    )


class _Method(Struct, eq=False):
    """One method. ``bound``: the values of its variables; None among them where one is bound in another way."""

    world: World
    owner: ast.ClassDef
    node: FunctionNode
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    looped: dict[str, list[ast.expr]] = field(default_factory=dict)

    def returns_computed(self) -> bool:
        """Whether nothing that the method returns can be a parameter of the instance."""
        inner = (*FUNCTIONS, ast.ClassDef, ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)
        if any(isinstance(one, inner) for one in walk(self.node) if one is not self.node):
            return False
        for one in walk(self.node):
            self._bind(one)
        returns = [one.value for one in walk(self.node) if isinstance(one, ast.Return)]
        return all(one is None or self._is_free(one, DEPTH) for one in returns)

    def _bind(self, node: ast.AST) -> None:
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and all(
            isinstance(one, ast.Name) or _only_names(one) for one in node.targets
        ):
            value = node.value
        elif isinstance(node, ast.AugAssign):
            value = node.value
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            self.looped.setdefault(node.target.id, []).append(node.iter)
        for name in () if node is self.node else bound_names(node):
            self.bound.setdefault(name, []).append(value)

    def _is_free(self, node: ast.expr, depth: int) -> bool:
        """Whether a value is none of the instance's own: computed, or what the method was handed."""
        if not depth:
            return False
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return self._name_is_free(node, depth)
        if isinstance(node, ast.BinOp):
            computed = isinstance(node.op, ARITHMETIC) and not (
                isinstance(node.op, ast.Sub) and takes_from_sets(self.world)
            )
            return computed or (self._is_free(node.left, depth - 1) and self._is_free(node.right, depth - 1))
        if isinstance(node, ast.UnaryOp):
            return self._is_free(node.operand, depth - 1)
        if isinstance(node, ast.Tuple | ast.List):
            return all(self._is_free(one, depth - 1) for one in node.elts)
        if isinstance(node, ast.IfExp):
            return self._is_free(node.body, depth - 1) and self._is_free(node.orelse, depth - 1)
        if isinstance(node, ast.Subscript | ast.Attribute):
            return self._is_free(node.value, depth - 1)
        if isinstance(node, ast.Call):
            return self._call_is_free(node, depth)
        return False

    def _name_is_free(self, node: ast.Name, depth: int) -> bool:
        parameters = self.world.scope(self.node).parameters
        if parameters and node.id == parameters[0]:
            return False
        values = self.bound.get(node.id, [])
        if not values and node.id not in parameters:
            return False
        return all(
            one is not None and self._is_free(one, depth - 3) if depth > 3 else False for one in values
        )

    def _call_is_free(self, node: ast.Call, depth: int) -> bool:
        if not all(self._is_free(one, depth - 1) for one in arguments(node)):
            return False
        func = node.func
        full = self.world.evidence.imported(func)
        if full is not None:
            return full.startswith(("torch.", "math.", "builtins."))
        if isinstance(func, ast.Name):
            # What is called is a module of the instance's own, whose forward is looked at too.
            loops = self.looped.get(func.id, [])
            return (
                bool(loops)
                and self.bound.get(func.id) == [None] * len(loops)
                and all(map(self._is_own, loops))
            )
        if not isinstance(func, ast.Attribute):
            return False
        return self._is_own(func) or self._is_free(func.value, depth - 1)

    def _is_own(self, node: ast.expr) -> bool:
        """Whether ``self.x`` is only ever a module of torch, or of a class of the file."""
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return False
        path = self.world.scopes.path(node)
        if path is None or not path.scope.startswith("class ") or len(path.rest) != 1:
            return False
        made = self.world.evidence.bindings.get(path, [])
        return bool(made) and all(one is not None and self.world.builds_module(one) for one in made)


def _only_names(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and all(isinstance(one, ast.Name) for one in node.elts)
