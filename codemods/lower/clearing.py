"""Which statements of a file clear gradients by hand, once what their names mean is known.

A statement that merely looks like one stays what its parts are: gradients that are written, which nothing is moved
across.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.clearings import Clearing, Over, clearing_of
from codemods.events import Flavour, Zero
from codemods.idioms.torch import READERS, flavour
from codemods.syntax import arguments, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.events import Path, Span
    from codemods.lower.world import World

OTHER_MEANING = frozenset(
    "__delattr__ __getattr__ __getattribute__ __setattr__ data detach_ grad named_parameters param_groups parameters "
    "requires_grad_ values zero_ zero_grad".split()
)
"""Where the file defines one of these, a clearing may run its code."""

KNOWN = frozenset({"builtins.list", "builtins.tuple", "itertools.chain", "torch._foreach_zero_"})
"""What the functions in a clearing must be."""

BLIND = frozenset({"eval", "exec", "globals", "locals", "vars"})
"""Builtins that may look at a variable whose name they are not told in the source."""

NAMING = OTHER_MEANING - {"data", "grad", "param_groups", "values"}
"""Those of the names that mean nothing else where they stand in a string."""

SETTING = frozenset({"__setattr__", "setattr"})
MAKERS = frozenset({"builtins.type", "dataclasses.make_dataclass", "types.new_class"})
"""Functions that make a class of what they are handed."""


class Cleared(Struct, frozen=True):
    """A clearing, and the paths whose gradients it clears, one for each of its owners."""

    clearing: Clearing
    paths: tuple[Path, ...]

    def zeros(self, span: Span) -> Iterable[Zero]:
        """The events: one for each path."""
        clearing = self.clearing
        by_hand = Flavour.NONE if clearing.to_none else Flavour.ZEROS
        for path, owner in zip(self.paths, clearing.owners, strict=True):
            yield Zero(
                path,
                by_hand if clearing.call is None else flavour(clearing.call),
                span,
                written=ast.unparse(owner),
                how=clearing.text,
                bare=clearing.bare,
                whole=clearing.call is not None or clearing.over in (Over.PARAMETERS, Over.GROUPS),
            )


SHAPES = (ast.Assign, ast.Expr, ast.For, ast.If)
"""The statements that can be clearings."""


def with_clearings(world: World) -> World:
    """The world with every statement noted that clears gradients by hand."""
    candidates = {
        node: found
        for kind in SHAPES
        for node in world.scopes.all(kind)
        if (found := clearing_of(node)) is not None
    }
    if not candidates or _blind(world):
        return world
    named = {name.rpartition(".")[2] for name in world.functions}
    named = named.union(*(one.bound for one in world.scopes.inner.values() if one.is_class))
    replaced = world.scopes.stored - {"data", "grad", "param_groups"}
    if OTHER_MEANING & (named | replaced | world.scopes.computed):
        return world
    known = {}
    for node, clearing in candidates.items():
        paths = _owners(world, node, clearing)
        if paths:
            known[node] = Cleared(clearing, paths)
    nested = {id(inner) for node in known for inner in walk(node) if inner is not node}
    return replace(world, clearings={node: one for node, one in known.items() if id(node) not in nested})


def _blind(world: World) -> bool:
    """Whether the file may look at any variable, or give an object any attribute, by a name that cannot be told."""
    if any(node.id in BLIND for node in world.scopes.all(ast.Name)):
        return True
    calls = world.scopes.all(ast.Call)
    # A library that is handed the attributes of an object prints or stores them.
    shown = {id(one) for call in calls if world.evidence.imported(call.func) for one in arguments(call)}
    if any(node.attr == "__dict__" and id(node) not in shown for node in world.scopes.all(ast.Attribute)):
        return True
    if any(_names(one, world.evidence.imported(one.func) or "") for one in calls):
        return True
    told = {id(one.func) for one in calls if len(one.args) > 1 and isinstance(one.args[-2], ast.Constant)}
    setting: list[ast.expr] = [one for one in world.scopes.all(ast.Name) if one.id == "setattr"]
    setting += [one for one in world.scopes.all(ast.Attribute) if one.attr in SETTING]
    return (
        any(id(one) not in told for one in setting) or "builtins.setattr" in world.evidence.imports.values()
    )


def _names(call: ast.Call, full: str) -> bool:
    """Whether a call may give an object, or a class that it makes, an attribute that a clearing looks up."""
    if full in MAKERS:
        return len(call.args) + len(call.keywords) > 1
    given = {one.value for one in arguments(call) if isinstance(one, ast.Constant)}
    return full != "builtins.print" and not given.isdisjoint(NAMING | SETTING | {"__dict__"})


def _owners(world: World, node: ast.stmt, clearing: Clearing) -> tuple[Path, ...]:
    """The paths whose gradients a clearing clears, none when they, or what else it does, cannot be told."""
    if world.scopes.of_node[node].is_class:
        return ()
    if not all(world.evidence.imported(one) in KNOWN for one in clearing.known):
        return ()
    if not all(_private(world, node, one) for one in clearing.variables):
        return ()
    found = []
    for owner in clearing.owners:
        path = world.evidence.path(owner)
        if path is None or world.evidence.is_import(path):
            return ()
        if any(isinstance(one, ast.Name) and one.id in clearing.variables for one in walk(owner)):
            return ()
        if clearing.over in (Over.ITEMS, Over.OPTIMIZERS) and not fixed_list(world, path):
            return ()
        found.append(path)
    return tuple(found)


def _private(world: World, node: ast.stmt, name: str) -> bool:
    """Whether nothing outside the statement sees the value that it gives a name.

    Every other use of the name stands in a loop or a comprehension that binds it anew, and that this is no part of.
    """
    inside = {id(one) for one in walk(node)}
    first = next(
        one for one in walk(node) if isinstance(one, ast.Name) and one.id == name and not _loads(one)
    )
    variable = world.scopes.path(first)
    others = [
        one
        for one in world.scopes.of_node
        if isinstance(one, ast.Name)
        and one.id == name
        and id(one) not in inside
        and world.scopes.path(one) == variable
    ]
    if not others:
        return True
    bound: set[int] = set()
    for loop in world.scopes.of_node:
        parts = list(_binding_parts(loop, name))
        if parts:
            found = {id(one) for part in parts for one in walk(part)}
            if id(node) not in found:
                bound |= found
    return all(id(one) in bound for one in others)


def _loads(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _binding_parts(loop: ast.AST, name: str) -> Iterable[ast.AST]:
    """The parts of a loop or comprehension in which ``name`` is what it binds."""
    if isinstance(loop, ast.For | ast.AsyncFor):
        if any(isinstance(one, ast.Name) and one.id == name for one in walk(loop.target)):
            yield loop.target
            yield from loop.body
    elif isinstance(loop, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        first = loop.generators[0]
        if any(isinstance(one, ast.Name) and one.id == name for one in walk(first.target)):
            yield from (one for one in children(loop) if one is not first)
            yield first.target
            yield from first.ifs


def fixed_list(world: World, path: Path) -> bool:
    """Whether a name or an attribute only ever means one list or dict, whose items stay the same.

    It is bound by one assignment, to a new one (``model.parameters()`` itself can be gone through only once), and then
    only gone through, looked into by subscripts, or handed to an optimizer or to functions that leave it as it is.
    """
    evidence = world.evidence
    value = evidence.sole_binding(path)
    if len(path.rest) > 1 or path not in evidence.holders or value is None:
        return False
    if path.rest and not (path.scope.startswith("class ") and path.rest[0].startswith(".")):
        return False
    if path.rest and any(isinstance(one, ast.Name) and one.id in SETTERS for one in world.scopes.of_node):
        return False
    if isinstance(value, ast.Call):
        if evidence.imported(value.func) not in ("builtins.list", "builtins.tuple", "builtins.dict"):
            return False
    elif not isinstance(value, ast.List | ast.Tuple | ast.ListComp | ast.Dict | ast.DictComp):
        return False
    mapping = isinstance(value, ast.Dict | ast.DictComp) or (
        isinstance(value, ast.Call) and callee_name(value) == "dict"
    )
    allowed: set[int] = set()
    for node in world.scopes.of_node:
        if isinstance(node, ast.Assign) and node.value is value and len(node.targets) == 1:
            allowed.add(id(node.targets[0]))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            allowed.add(id(node.iter))
        elif isinstance(node, ast.Call) and _only_looks(world, node):
            allowed.update(id(one) for one in node.args)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            allowed.add(id(node.value))
        elif isinstance(node, ast.Attribute) and mapping and node.attr in ("items", "keys", "values"):
            allowed.add(id(node.value))
    return all(id(one) in allowed for one in _mentions(world, path))


def _mentions(world: World, path: Path) -> Iterable[ast.expr]:
    """Every place where a variable, or an attribute of that name on whatever object, is used or set."""
    name = path.rest[0][1:] if path.rest else path.root
    for one in world.scopes.of_node:
        if path.rest:
            if isinstance(one, ast.Attribute) and one.attr == name:
                yield one
        elif isinstance(one, ast.Name) and one.id == name and world.scopes.path(one) == path:
            yield one


SETTERS = frozenset({"setattr", "delattr"})
LOOKERS = frozenset(f"builtins.{one}" for one in "dict enumerate len list sum tuple zip".split())


def _only_looks(world: World, call: ast.Call) -> bool:
    """Whether a function leaves a list as it is that it is handed."""
    full = world.evidence.imported(call.func) or ""
    if full.startswith("torch.") or full in (
        "builtins.len",
        "builtins.list",
        "builtins.tuple",
        "builtins.sum",
    ):
        return True
    return callee_name(call) in READERS and bool(full)
