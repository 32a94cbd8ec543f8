"""Modules that are visibly built once each and share no parameter: where each is built is its site.

Two optimizers over modules of different sites hold different parameters. A module counts only while all that
happens to it is in sight: it is called, moved, asked for its parameters, handed to functions of the file that do no
more with it. One use that is not known, and it does not count.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.closed import Closed
from codemods.lower.configured import only_looked_into
from codemods.lower.resolve import Target, resolve
from codemods.lower.toggles import only_toggled
from codemods.lower.uses import Uses, uses_of
from codemods.syntax import FUNCTIONS
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codemods.events import Path
    from codemods.lower.world import World

QUIET_USES = frozenset(
    "apply bfloat16 cpu cuda double eval float forward half load_state_dict named_parameters parameters "
    "requires_grad_ state_dict to train zero_grad".split()
)
"""Methods of a module after which it still has exactly the parameters that it was built with."""

LOOKERS = frozenset(
    {"copy.deepcopy", "builtins.print", "builtins.isinstance", "builtins.id", "builtins.repr", "builtins.str"}
)
"""Functions that a module may be handed to: it stays as it is, and they keep nothing of it."""

KNOWN_BASES = ("torch.nn.Module", "abc.ABC", "typing.", "object")
DEPTH = 4


def sites(world: World, paths: Iterable[Path], trusted: Collection[Path] = ()) -> frozenset[Path]:
    """Those of the paths that denote modules built in one place each, which share nothing with any other.

    ``trusted``: attributes of an instance that code outside the file has which is known to leave them as they are.
    """
    closed = Closed(world)
    built = [one for one in paths if _is_built(world, closed, one)]
    if not built:
        return frozenset()
    uses = uses_of(world)
    return frozenset(one for one in built if _is_site(world, uses, one, one in trusted))


def _is_built(world: World, closed: Closed, path: Path) -> bool:
    value = world.evidence.sole_binding(path)
    return value is not None and (closed.builds_own(value) or _is_copy(world, value))


def _is_site(world: World, uses: Uses, path: Path, trusted: bool) -> bool:
    if path.rest and not _is_settled(world, uses, path, trusted):
        return False
    return _only_quiet(world, uses, path, DEPTH)


def _is_copy(world: World, value: ast.expr) -> bool:
    """Whether a value is a deep copy of a module that does not say itself how it is copied."""
    copied = isinstance(value, ast.Call) and world.evidence.imported(value.func) == "copy.deepcopy"
    return copied and not any("__deepcopy__" in name for name in world.functions)


def _is_settled(world: World, uses: Uses, path: Path, trusted: bool) -> bool:
    """Whether ``self.x`` is set once, in the constructor of a class whose instances stay in sight."""
    if len(path.rest) != 1 or not path.scope.startswith("class ") or not path.rest[0].startswith("."):
        return False
    name = path.rest[0][1:]
    if name in world.scopes.unsettled or name in world.scopes.computed or name in world.spelled:
        return False
    if trusted:
        return all(only_looked_into(uses, one) for one in uses.names[path.variable])
    family = path.scope.removeprefix("class ")
    members = [one for one in world.all_classes if world.scopes.families.get(one.name) == family]
    if any(not base.startswith(KNOWN_BASES) for one in members for base in world.foreign_bases(one)):
        return False
    if any(one.decorator_list or one.keywords for one in members):
        return False
    return all(isinstance(uses.parent(one), ast.Attribute) for one in uses.names[path.variable]) and all(
        instances_in_sight(world, uses, one) for one in members
    )


def instances_in_sight(world: World, uses: Uses, one: ast.ClassDef) -> bool:
    """Whether every instance that the file makes of a class is only looked into: no other code is handed it."""
    for node in world.scopes.of_node:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == one.name):
            continue
        parent = uses.parent(node)
        if isinstance(parent, ast.Attribute | ast.Expr):
            continue
        target = parent.targets[0] if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else None
        path = world.scopes.path(target) if isinstance(target, ast.Name) else None
        if path is None or any(not isinstance(uses.parent(use), ast.Attribute) for use in uses.of(path)):
            return False
    return True


def _only_quiet(world: World, uses: Uses, path: Path, depth: int) -> bool:
    return all(_is_quiet(world, uses, use, depth) for use in uses.of(path))


def _is_quiet(world: World, uses: Uses, use: ast.expr, depth: int) -> bool:
    parent = uses.parent(use)
    if only_toggled(world, uses, use):
        return True
    if isinstance(parent, ast.Call):
        return parent.func is use or _is_looked_at(world, uses, parent, use, depth)
    if isinstance(parent, ast.keyword):
        call = uses.parent(parent)
        return isinstance(call, ast.Call) and _is_looked_at(world, uses, call, use, depth)
    call = uses.parent(parent) if isinstance(parent, ast.Attribute) else None
    if isinstance(parent, ast.Attribute) and parent.attr == "training":
        return True
    if not (isinstance(parent, ast.Attribute) and parent.attr in QUIET_USES and isinstance(call, ast.Call)):
        return False
    if parent.attr == "apply":
        return len(call.args) == 1 and not call.keywords and _only_initialises(world, call.args[0])
    return parent.attr != "load_state_dict" or not any(one.arg == "assign" for one in call.keywords)


def _only_initialises(world: World, value: ast.expr) -> bool:
    """Whether a function that ``apply`` runs on each submodule stores nothing and hands no submodule on."""
    found = world.definition(value.id, world.scopes.of_node[value]) if isinstance(value, ast.Name) else None
    if (
        not isinstance(found, ast.FunctionDef)
        or found.decorator_list
        or len(world.scope(found).parameters) != 1
    ):
        return False
    own = world.scope(found).parameters[0]
    for node in walk(found):
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Return | ast.Yield | ast.YieldFrom | ast.Lambda):
            return False
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Name) and isinstance(node.ctx, ast.Store):
            if not isinstance(node, ast.Name) or node.id == own:
                return False
        if isinstance(node, ast.Call):
            full = world.evidence.imported(node.func) or ""
            handed = [*node.args, *(one.value for one in node.keywords)]
            whole = any(isinstance(one, ast.Name) and one.id == own for one in handed)
            looked = full in ("builtins.isinstance", "builtins.type", "builtins.hasattr", "builtins.print")
            if whole and not looked:
                return False
            if not full.startswith(("torch.nn.init.", "builtins.", "math.")) and not (
                isinstance(node.func, ast.Attribute)
                and (node.func.attr.endswith("_") or node.func.attr in PLAIN)
            ):
                return False
    return True


PLAIN = frozenset("find lower size startswith endswith".split())


def _is_looked_at(world: World, uses: Uses, call: ast.Call, use: ast.expr, depth: int) -> bool:
    """Whether what a call hands a module to does no more with it than this file shows."""
    if world.evidence.imported(call.func) in LOOKERS:
        return True
    target = resolve(world, call, None)
    if not depth or not isinstance(target, Target):
        return False
    path = world.evidence.path(use)
    parameters = [parameter for parameter, value in target.arguments if value == path]
    function = target.node
    handed = sum(
        one is use or (isinstance(one, ast.Name | ast.Attribute) and world.evidence.path(one) == path)
        for one in (*call.args, *(each.value for each in call.keywords))
    )
    return (
        bool(parameters)
        and len(parameters) == handed
        and isinstance(function, FUNCTIONS)
        and all(
            world.evidence.bindings.get(one) == [None] and _only_quiet(world, uses, one, depth - 1)
            for one in parameters
        )
    )
