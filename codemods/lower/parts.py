"""What changes which parameters a module has: a submodule or a parameter that is put in, taken out, exchanged.

``model.zero_grad()`` clears those that the model has then, an optimizer uses those that it was built over. A constructor
that gives a new instance its parts changes nothing of what was there.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.bodies import body_of
from codemods.lower.carried import carries, may_be_none
from codemods.lower.danger import is_container
from codemods.lower.published import is_wrapper
from codemods.syntax import arguments, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.world import World

CLASS = re.compile(r"torch\.nn\.(?:modules\.(?:\w+\.)*)?[A-Z]\w*(?<!Loss)$")
"""The classes of ``torch.nn`` that may have parameters."""

LISTS = frozenset({"ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"})
NO_PARTS = frozenset({"_grad", "data", "grad", "param_groups", "requires_grad", "training"})
REGISTERING = frozenset({"add_module", "register_module", "register_parameter"})
PUTTING = frozenset({"append", "extend", "insert"})
TAKING = frozenset({"__delitem__", "clear", "pop", "popitem"})
CHANGING = REGISTERING | PUTTING | TAKING | {"load_state_dict", "update"}
UTILITIES = re.compile(
    r"torch\.nn\.utils\.(?!rnn\.|clip_|get_total_norm|parameters_to_vector|vector_to_parameters)"
)
"""Functions that exchange parameters of a module that they are handed: for a norm of its weights, say."""

DEPTH = 3


def stores_part(world: World, target: ast.expr, value: ast.expr | None) -> bool:
    """Whether a store may give a module another submodule or parameter."""
    if world.evidence.builds_optimizer(value):
        return False
    if isinstance(target, ast.Attribute):
        if target.attr in NO_PARTS or not _may_have_parts(world, target.value):
            return False
    elif not isinstance(target, ast.Subscript) or is_container(world, target.value):
        return False
    if _is_constructing(world, target.value):
        return False
    values = [value] if value is not None else _gone_through(world, target)
    if any(may_be_part(world, one) or _is_handed(world, target.value, one) for one in values):
        return True
    if not _is_owner(world, target.value):
        return False
    return any(_carries(world, one) for one in values) or (
        any(may_be_none(world, one) for one in values) and takes_part(world, target)
    )


def takes_part(world: World, target: ast.expr) -> bool:
    """Whether what goes, when an attribute or an item is deleted or set to None, may be a part of a module."""
    if not isinstance(target, ast.Attribute | ast.Subscript) or not _is_owner(world, target.value):
        return False
    if is_container(world, target.value) or _is_constructing(world, target.value):
        return False
    if isinstance(target, ast.Subscript):
        return True
    if target.attr in NO_PARTS or not _may_have_parts(world, target.value):
        return False
    bound = [
        one
        for path, found in world.evidence.bindings.items()
        if path.rest[-1:] == (f".{target.attr}",)
        for one in found
        if one is not None and not (isinstance(one, ast.Constant) and one.value is None)
    ]
    return not bound or any(may_be_part(world, one) or _carries(world, one) for one in bound)


def _is_owner(world: World, owner: ast.expr) -> bool:
    """Whether an object may be a module of the file: one that is used as such, or the instance of a class of modules."""
    path = world.scopes.path(owner)
    own = path is not None and not path.rest and path.scope.startswith("class ")
    return world.evidence.holds(owner) or (own and _may_have_parts(world, owner))


def extends_part(world: World, target: ast.expr, value: ast.expr) -> bool:
    """Whether ``target += value`` may give a list of modules another one."""
    if not isinstance(target, ast.Name) or is_container(world, target):
        return stores_part(world, target, value)
    return world.evidence.holds(target) and _carries(world, value)


def _carries(world: World, value: ast.expr) -> bool:
    return carries(world, value, lambda call: _makes_part(world, call, 0))


def _gone_through(world: World, target: ast.Attribute | ast.Subscript) -> list[ast.expr]:
    """What a target may get a part of: ``heads`` for ``for net.head in heads``, what it is looked up on where that is unclear."""
    path = world.scopes.path(target)
    if path is None:
        return [target.value]
    return [one for one in world.evidence.bindings.get(path, ()) if one is not None]


def _is_handed(world: World, owner: ast.expr, value: ast.expr) -> bool:
    """Whether a function puts what it was handed into a model that it was handed: ``model.head = head``."""
    if isinstance(value, ast.List | ast.Tuple):
        return any(_is_handed(world, owner, one) for one in value.elts)
    paths = [world.scopes.path(one) for one in (owner, value) if isinstance(one, ast.Name)]
    bound = [world.evidence.bindings.get(one) for one in paths if one is not None]
    return bound == [[None], [None]] and paths[0] in world.evidence.holders and _is_free(paths[0])


def _is_free(path: Path | None) -> bool:
    return path is not None and not path.scope.startswith("class ")


def changes_parts(world: World, call: ast.Call) -> bool | None:
    """Whether what a call puts into a module is new, None when it changes no module."""
    name, evidence = callee_name(call), world.evidence
    if UTILITIES.match(evidence.imported(call.func) or "") and any(map(evidence.holds, arguments(call))):
        return False
    if is_wrapper(evidence, call):
        return True
    if _is_method_as_value(world, call):
        return False
    if not isinstance(call.func, ast.Attribute) or evidence.imported(call.func) is not None:
        return None
    base = call.func.value
    if name == "load_state_dict":
        asked = [one.value for one in call.keywords if one.arg == "assign"] + call.args[2:]
        asked += [one.value for one in call.keywords if one.arg is None]
        kept = all(isinstance(one, ast.Constant) and one.value is False for one in asked)
        return None if kept else True
    if _is_constructing(world, base):
        return None
    given = [one for one in arguments(call) if not isinstance(one, ast.Constant)]
    if name in REGISTERING and _may_have_parts(world, base):
        return all(is_new_part(world, one) for one in given)
    path = evidence.path(base)
    listed = path is not None and evidence.constructor(path) in LISTS
    if name in PUTTING | ({"update"} if listed else set()) and not is_container(world, base):
        owned = listed or _is_owner(world, base)
        parts = [
            one for one in given if listed or may_be_part(world, one) or (owned and _carries(world, one))
        ]
        return all(is_new_part(world, one) for one in parts) if parts else None
    taken = name in TAKING and (listed or (_is_owner(world, base) and not is_container(world, base)))
    return True if taken else None


def builds_again(world: World, call: ast.Call) -> bool:
    """Whether a call runs the constructor of a module that is there already."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "__init__" or isinstance(func.value, ast.Call):
        return False
    return world.evidence.imported(func) is None and _is_owner(world, func.value)


def _is_method_as_value(world: World, call: ast.Call) -> bool:
    """Whether a call goes by another name for a method that changes the parts of a module, or by that of torch's class."""
    full = world.evidence.imported(call.func) or ""
    if full.startswith("torch.nn.") and full.rpartition(".")[2] in CHANGING:
        return any(map(world.evidence.holds, arguments(call)))
    if CHANGING.isdisjoint(world.escaping):
        return False
    path = world.scopes.path(call.func) if isinstance(call.func, ast.Name | ast.Subscript) else None
    bound = {} if path is None else dict.fromkeys((path, path.variable))
    given = [one for each in bound for one in world.evidence.bindings.get(each, ())]
    given += [one for each in bound for one in world.evidence.handed.get(each, ())]
    values = [one for one in (*given, *arguments(call)) if one is not None]
    for _ in range(DEPTH):
        # A method may have gone through other names.
        others = [
            world.scopes.path(one) for value in values for one in walk(value) if isinstance(one, ast.Name)
        ]
        named = [each for one in others if one is not None for each in world.evidence.bindings.get(one, ())]
        values += [one for one in named if one is not None and one not in values]
    called = {id(one.func) for value in values for one in walk(value) if isinstance(one, ast.Call)}
    return any(
        isinstance(one, ast.Attribute)
        and one.attr in CHANGING
        and id(one) not in called
        and world.evidence.holds(one.value)
        for value in values
        for one in walk(value)
    )


def may_be_part(world: World, value: ast.expr, depth: int = DEPTH) -> bool:
    """Whether a value may be a module or a parameter that a module would take in."""
    if isinstance(value, ast.IfExp | ast.BoolOp | ast.List | ast.Tuple | ast.Set):
        parts = value.values if isinstance(value, ast.BoolOp) else getattr(value, "elts", None)
        parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else parts or []
        return any(may_be_part(world, one, depth) for one in parts)
    if _is_taken_out(world, value):
        return any(isinstance(one, ast.Call) and _makes_part(world, one, depth) for one in walk(value))
    if isinstance(value, ast.Call):
        return _makes_part(world, value, depth)
    if isinstance(value, ast.Subscript):
        path = world.evidence.path(value.value)
        items = [] if path is None else world.evidence.bindings.get(path, [])
        if path is not None and _is_anything(world, path):
            return True
        if not depth:
            return bool(items)
        return any(_lists_part(world, one, depth - 1) for one in items if one is not None)
    if not isinstance(value, ast.Name | ast.Attribute) or not depth:
        return False
    path = world.scopes.path(value)
    if path is None or world.evidence.is_optimizer(path):
        return False
    values = [*world.evidence.bindings.get(path, ()), *world.evidence.handed.get(path, ())]
    if (None in values and path in world.evidence.holders) or _is_anything(world, path):
        return True
    return world.evidence.is_module(path) or any(
        may_be_part(world, one, depth - 1)
        for one in values
        if one is not None and not world.evidence.is_iterated(one)
    )


def _is_anything(world: World, path: Path) -> bool:
    """Whether a path is looked up on a model by a name of its own, under which the file puts nothing there."""
    return (
        bool(path.rest)
        and not path.scope.startswith("class ")
        and path.variable in world.evidence.holders
        and path not in world.evidence.bindings
    )


def _is_taken_out(world: World, value: ast.expr) -> bool:
    """Whether a value is what stands in an expression that is made on the spot: ``[nn.Linear(2, 2)][0]``."""
    if isinstance(value, ast.Attribute | ast.Subscript):
        return world.scopes.path(value.value) is None
    if isinstance(value, ast.Call):
        full = world.evidence.imported(value.func) or ""
        known = full.startswith(("builtins.", "contextlib.")) and full.rpartition(".")[2] in TAKEN_OUT
        return known or isinstance(value.func, ast.Lambda | ast.Call | ast.Subscript)
    return isinstance(value, ast.NamedExpr)


TAKEN_OUT = frozenset("closing getattr iter max min next nullcontext".split())


def is_new_part(world: World, value: ast.expr) -> bool:
    """Whether a value is made here: nobody can have computed gradients of it."""
    return world.builds_apart(value) or (isinstance(value, ast.Call) and callee_name(value) == "Parameter")


def _makes_part(world: World, call: ast.Call, depth: int) -> bool:
    name, full = callee_name(call), world.evidence.imported(call.func)
    if name == "Parameter":
        return True
    if full is None:
        built = (
            world.definition(name, world.scopes.of_node[call]) if isinstance(call.func, ast.Name) else None
        )
        if isinstance(built, ast.ClassDef):
            return _is_module(world, built)
        if isinstance(built, ast.FunctionDef) and depth:
            given = [*arguments(call), *(one.value for one in body_of(world, built).returns if one.value)]
            return any(may_be_part(world, one, depth - 1) for one in given)
        if (
            isinstance(call.func, ast.Name)
            and built is None
            and world.evidence.starred
            and name[:1].isupper()
        ):
            return True
        moved = isinstance(call.func, ast.Attribute) and name in harmless.MOVES
        return moved and isinstance(call.func, ast.Attribute) and may_be_part(world, call.func.value, depth)
    if full.startswith("torch."):
        return CLASS.match(full) is not None
    if full == "copy.deepcopy":
        return any(may_be_part(world, one, depth) for one in arguments(call))
    return name[:1].isupper() and not full.startswith(("builtins.", "collections.", "typing."))


def _lists_part(world: World, value: ast.expr, depth: int) -> bool:
    """Whether the items of a list or dict may be modules."""
    if isinstance(value, ast.Call):
        if callee_name(value) in LISTS:
            return True
        return callee_name(value) in ("dict", "list", "tuple") and any(
            _lists_part(world, one, depth) for one in arguments(value)
        )
    items: list[ast.expr] = []
    if isinstance(value, ast.List | ast.Tuple):
        items = value.elts
    elif isinstance(value, ast.Dict):
        items = value.values
    elif isinstance(value, ast.ListComp):
        items = [value.elt]
    elif isinstance(value, ast.DictComp):
        items = [value.value]
    return any(may_be_part(world, one, depth) for one in items)


def _is_module(world: World, one: ast.ClassDef) -> bool:
    """Whether instances of a class of the file may have parameters: it derives from a class of another file."""
    return bool(world.foreign_bases(one))


def _may_have_parts(world: World, owner: ast.expr) -> bool:
    """Whether an object may be a module: an instance of a class that derives from nothing is none."""
    path = world.scopes.path(owner)
    if path is None:
        return True
    if not path.rest and path.scope.startswith("class "):
        mine = [one.method_of for one in world.scopes.of_node[owner].enclosing() if one.method_of is not None]
        return any(_is_module(world, one) for one in mine)
    built = world.class_of(path)
    return built is None or _is_module(world, built)


def _is_constructing(world: World, owner: ast.expr) -> bool:
    """Whether the constructor of a class gives something to its own instance, or to a list of modules in it."""
    path = world.scopes.path(owner)
    if path is None or not path.scope.startswith("class "):
        return False
    made = world.evidence.bindings.get(path, []) if path.rest else []
    if path.rest and not (
        made and all(isinstance(one, ast.Call) and callee_name(one) in LISTS for one in made)
    ):
        return False
    around = (one for one in world.scopes.of_node[owner].enclosing() if one.method_of is not None)
    return getattr(getattr(next(around, None), "node", None), "name", "") == "__init__"
