"""Which function of the file a call runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.custom import mark_of
from codemods.events import NOTHING, Path
from codemods.lower import harmless
from codemods.lower.asking import asks
from codemods.lower.bodies import body_of
from codemods.lower.holders import is_callback
from codemods.lower.world import World, is_generator
from codemods.lower.wrappers import transparent
from codemods.syntax import CARRYING, FUNCTIONS, FunctionNode, arguments, callee_name, defaults, unpacks
from codemods.trees import walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.scopes import Scope


class Target(Struct, frozen=True):
    """A function of the file that a call runs. ``fresh``: parameters that get a value without a path."""

    node: FunctionNode
    name: str
    arguments: tuple[tuple[Path, Path], ...]
    fresh: tuple[Path, ...]


class Opaque(Struct, frozen=True):
    """A call that may do anything to gradients. ``trains``: it is to be taken for one that leaves some behind.

    ``rebinds``: it visibly gives names new values that the caller looks up. ``outside``: it runs none of this file's code by
    itself.
    """

    reason: str
    trains: bool = True
    rebinds: bool = False
    outside: bool = False


def resolve(world: World, call: ast.Call, result: Path | None) -> Target | Opaque | None:
    """The function that ``call`` runs, or why it cannot be told; None when it is none of this file.

    ``result`` is the path that the value is assigned to: the instance, when a class is called.
    """
    if mark_of(call) is not None:
        return None
    if result is not None:
        return _resolve(world, call, result)
    if call not in world.resolved:
        world.resolved[call] = _resolve(world, call, None)
    return world.resolved[call]


def _resolve(world: World, call: ast.Call, result: Path | None) -> Target | Opaque | None:
    scope = world.scopes.of_node[call]
    func = call.func
    if isinstance(func, ast.Name):
        found = world.definition(func.id, scope)
        if isinstance(found, ast.ClassDef):
            init = world.method(found, "__init__")
            return None if init is None else target_of(world, call, init, result, instance=True)
        if isinstance(found, FUNCTIONS):
            return target_of(world, call, found, None, instance=False)
        path = world.scopes.path(func)
        owner = world.scopes.binding(func.id, scope)
        if found is None and world.evidence.imported(func) is None:
            for one in world.evidence.named(func.id):
                where = world.scopes.of_node[one]
                if isinstance(one, FUNCTIONS) and func.id in where.module_names | where.outer_names:
                    if world.touches(one) or asks(world, one):
                        return Opaque(f"{func.id}() may stand for more than one function")
        if path is not None and any(
            _closes_over(world, one) for one in world.evidence.bindings.get(path, ())
        ):
            return Opaque(f"{func.id}() stands for a function that holds a model", harmless.trains(func.id))
        several = [
            one for one in world.definitions.get((owner.name, func.id), ()) if isinstance(one, FUNCTIONS)
        ]
        if path in world.evidence.callbacks or (
            several and (func.id in world.evidence.touching or any(asks(world, one) for one in several))
        ):
            return Opaque(f"{func.id}() may stand for more than one function")
        return None
    if isinstance(func, ast.Attribute):
        return _resolve_method(world, call, func, scope)
    if isinstance(func, ast.Lambda) and world.touches(func):
        return Opaque("a lambda that touches gradients is called on the spot")
    if not isinstance(func, ast.Call | ast.Lambda):
        named = [one.id for one in walk(func) if isinstance(one, ast.Name)]
        named += [one.attr for one in walk(func) if isinstance(one, ast.Attribute)]
        meant = [one for name in named for one in world.evidence.named(name) if isinstance(one, FUNCTIONS)]
        if any(world.touches(one) or asks(world, one) for one in meant):
            return Opaque(f"{ast.unparse(func)[:40]}() may stand for more than one function")
    if isinstance(func, ast.Call) and any(world.evidence.holds(one) for one in arguments(func)):
        return Opaque(f"{ast.unparse(func)[:40]}(...) calls what another call returned", outside=True)
    if _gives_callback(world, func):
        return Opaque(f"{ast.unparse(func)[:40]}() may stand for more than one function")
    return None


def _gives_callback(world: World, func: ast.expr) -> bool:
    """Whether what is called is taken out of something that holds methods of optimizers, losses or models, or returned."""
    if isinstance(func, ast.Subscript):
        words = {one.root for one in world.evidence.members if one in world.evidence.callbacks}
        return any(
            world.scopes.path(one) in world.evidence.callbacks
            or (isinstance(one, ast.Attribute) and one.attr in words)
            for one in _bases(func)
        )
    if not isinstance(func, ast.Call) or not isinstance(func.func, ast.Name):
        return False
    found = world.definition(func.func.id, world.scopes.of_node[func])
    if isinstance(found, ast.Lambda):
        return is_callback(world.evidence, found.body)
    returned = body_of(world, found).returns if isinstance(found, FUNCTIONS) else []
    return any(is_callback(world.evidence, one.value) for one in returned)


def _bases(node: ast.expr) -> Iterator[ast.expr]:
    """An expression that is looked up in another one, and those in which it is looked up."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        yield node
        node = node.value
    yield node


def _resolve_method(
    world: World, call: ast.Call, func: ast.Attribute, scope: Scope
) -> Target | Opaque | None:
    base = func.value
    if isinstance(base, ast.Call) and callee_name(base) == "super":
        return _resolve_super(world, call, func, scope)
    if isinstance(base, ast.Call) and isinstance(base.func, ast.Name):
        built = world.definition(base.func.id, scope)
        method = world.method(built, func.attr) if isinstance(built, ast.ClassDef) else None
        if method is not None:
            return target_of(world, call, method, None, instance=True)
    path = world.scopes.path(base)
    if path is not None and path in world.evidence.callbacks:
        return Opaque(f"{ast.unparse(func)}() may call back into functions of this file", outside=True)
    owner = None if path is None else world.class_of(path)
    if owner is None and path is not None and not path.rest and path.scope.startswith("class "):
        candidates = _own_methods(world, func.attr, scope)
        if len(candidates) == 1:
            return target_of(world, call, candidates[0], path, instance=True)
        if any(world.touches(one) or asks(world, one) for one in candidates):
            return Opaque(f"self.{func.attr}() may stand for more than one method")
        return None
    if owner is not None:
        method = world.method(owner, func.attr)
        if method is not None:
            return target_of(world, call, method, path, instance=True)
        if world.scopes.path(func) in world.evidence.callbacks:
            return Opaque(f"{ast.unparse(func)}() may stand for more than one function")
        return None
    if (
        isinstance(base, ast.Name)
        and base.id in world.classes
        and world.definition(base.id, scope) is not None
    ):
        method = world.method(world.classes[base.id], func.attr)
        if method is not None:
            if world.scope(method).method_of is not None:
                return (
                    Opaque(f"{ast.unparse(func)}() is called through its class")
                    if world.touches(method) or asks(world, method)
                    else None
                )
            return target_of(world, call, method, None, instance=False)
    lookup = f".{func.attr}"
    if func.attr not in GRADIENT_ATTRIBUTES and any(
        one.rest and one.rest[-1] == lookup for one in world.evidence.callbacks
    ):
        return Opaque(f"{ast.unparse(func)}() may stand for more than one function")
    return _namesake(world, call, func, None if path is None else world.evidence.meaning(path))


def _own_methods(world: World, name: str, scope: Scope) -> list[FunctionNode]:
    for one in scope.enclosing():
        if one.method_of is not None:
            return world.overrides(one.method_of, name)
    return []


def _resolve_super(world: World, call: ast.Call, func: ast.Attribute, scope: Scope) -> Target | Opaque | None:
    own = next((one.method_of for one in scope.enclosing() if one.method_of is not None), None)
    if own is None:
        return None
    for each in list(world.lineage(own))[1:]:
        method = world.method(each, func.attr)
        if method is not None:
            this = world.scopes.variable(_first_parameter(scope), scope)
            return target_of(world, call, method, this, instance=True)
    foreign = [
        base
        for base in world.foreign_bases(own)
        if not base.startswith(("torch.nn.", "abc.", "torch.utils.data."))
    ]
    if foreign:
        reason = f"super().{func.attr}() runs code of {foreign[0]}, which is not in this file"
        return Opaque(reason, harmless.trains(func.attr), outside=True)
    return None


def _closes_over(world: World, value: ast.expr | None) -> bool:
    """Whether a value is a function with a model in it: a lambda, or ``functools.partial``."""
    if isinstance(value, ast.Lambda):
        return world.evidence.holds(value)
    if not isinstance(value, ast.Call) or world.evidence.imported(value.func) != "functools.partial":
        return False
    return any(world.evidence.holds(one) for one in value.args[1:]) or any(
        world.evidence.holds(one.value) for one in value.keywords
    )


def _first_parameter(scope: Scope) -> str:
    return next((one.parameters[0] for one in scope.enclosing() if one.method_of is not None), "self")


def _namesake(world: World, call: ast.Call, func: ast.Attribute, path: Path | None) -> Opaque | None:
    """An object of unknown class has a method that shares its name with a gradient-touching one of this file."""
    if path is not None and (
        world.evidence.imported(func) is not None
        or any(_from_torch(world, one) for one in world.evidence.bindings.get(path, ()))
    ):
        return None
    for method in world.methods_named(func.attr):
        owner = world.scope(method).parent
        if not _fits(call, method) and not _fits_unbound(world, call, method):
            continue
        if path is not None and owner is not None and isinstance(owner.node, ast.ClassDef):
            if not world.may_be_instance(path, owner.node):
                continue
        if not (world.touches(method) or func.attr in GRADIENT_ATTRIBUTES or asks(world, method)):
            continue
        if func.attr in GRADIENT_ATTRIBUTES and _forwards(method):
            continue
        return Opaque(
            f"{ast.unparse(func)}() may be {world.scope(method).name}() of this file, on an object that cannot be told"
        )
    return None


def _from_torch(world: World, value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and (world.evidence.imported(value.func) or "").startswith(
        "torch.optim."
    )


def _forwards(method: FunctionNode) -> bool:
    """Whether a method does nothing but call the method of its own name on something: ``self.inner.step()``."""
    if isinstance(method, ast.Lambda):
        return False
    body = [
        one for one in method.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
    ]
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr | ast.Return) else None
    return (
        isinstance(value, ast.Call)
        and callee_name(value) == method.name
        and isinstance(value.func, ast.Attribute)
    )


def _fits(call: ast.Call, method: FunctionNode, bound: int = 1) -> bool:
    """Whether a method can take the arguments of a call on an instance; Python raises TypeError otherwise.

    ``bound``: so many of its parameters have a value without the call.
    """
    args = method.args
    if unpacks(call):
        return True
    positional = [one.arg for one in (*args.posonlyargs, *args.args)][bound:]
    if len(call.args) > len(positional) and args.vararg is None:
        return False
    named = {one.arg for one in call.keywords if one.arg is not None}
    if args.kwarg is None and not named <= {*positional, *(one.arg for one in args.kwonlyargs)}:
        return False
    required = positional[: len(positional) - len(args.defaults)] if args.defaults else positional
    return all(name in named for name in required[len(call.args) :])


def _fits_unbound(world: World, call: ast.Call, method: FunctionNode) -> bool:
    """Whether a method can take the arguments of a call through its class, the first one being, perhaps, an instance of the file's."""
    if not call.args or not _fits(call, method, bound=0):
        return False
    if isinstance(call.func, ast.Attribute) and _may_be_class(world, call.func.value):
        return True
    path = world.scopes.path(call.args[0])
    if path is None:
        return not isinstance(call.args[0], ast.Constant)
    own = not path.rest and path.scope.startswith("class ")
    return own or world.class_of(path) is not None or world.evidence.calls_back(call.args[0])


def _may_be_class(world: World, base: ast.expr) -> bool:
    """Whether an expression may denote a class of the file: ``type(a)``, or something that is bound to one."""
    seen: set[Path] = set()
    pending = [base]
    while pending:
        for one in walk(pending.pop()):
            if isinstance(one, ast.Call) and callee_name(one) == "type":
                return True
            if not isinstance(one, ast.Name | ast.Attribute):
                continue
            if (one.id if isinstance(one, ast.Name) else one.attr) in {*world.scopes.families, "__class__"}:
                return True
            path = world.scopes.path(one)
            if path is not None and path not in seen:
                seen.add(path)
                values = [*world.evidence.bindings.get(path, ()), *world.evidence.handed.get(path, ())]
                pending += [each for each in values if each is not None and _is_looked_up(each)]
    return False


def _is_looked_up(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return callee_name(value) == "type"
    return isinstance(value, (ast.Name, ast.Attribute, ast.IfExp, *CARRYING))


def target_of(
    caller: World,
    call: ast.Call,
    node: FunctionNode,
    this: Path | None,
    *,
    instance: bool,
    home: World | None = None,
) -> Target | Opaque | None:
    """A call of ``caller`` that runs ``node``, a function of the file ``home`` (of the same, when it is None)."""
    world = caller if home is None else home
    name = world.scope(node).name
    wrapped = not transparent(world, node)
    if wrapped or is_generator(node):
        if not (world.touches(node) or asks(world, node)):
            return None
        ran = "is wrapped by a decorator" if wrapped else "is a generator: it runs when it is iterated"
        return Opaque(f"{name}() {ran}")
    scope = world.scope(node)
    parameters = [world.scopes.variable(one, scope) for one in scope.parameters]
    names = list(scope.parameters)
    mapped: dict[Path, Path] = {}
    unnamed: list[Path] = []
    if instance and scope.method_of is not None:
        own = parameters.pop(0)
        names.pop(0)
        if this is not None:
            mapped[own] = this
        else:
            anonymous = Path(caller.scopes.of_node[call].name, f"<{name.rpartition('.')[0]}()>")
            mapped[own] = anonymous
            unnamed.append(anonymous)
    elif scope.method_of is None and scope.parent is not None and scope.parent.is_class:
        if any(ast.unparse(one) == "classmethod" for one in getattr(node, "decorator_list", ())):
            parameters.pop(0)
            names.pop(0)
    handed: set[Path] = set()
    positional = len(node.args.posonlyargs) + len(node.args.args) - (len(scope.parameters) - len(parameters))
    for position, value in enumerate(call.args):
        if isinstance(value, ast.Starred) or position >= positional:
            break
        handed.add(parameters[position])
        _bind(caller, world, parameters[position], value, mapped)
    for keyword in call.keywords:
        if keyword.arg in names:
            handed.add(parameters[names.index(keyword.arg)])
            _bind(caller, world, parameters[names.index(keyword.arg)], keyword.value, mapped)
    if not unpacks(call):
        _default(world, node, handed, mapped)
    fresh = [*unnamed, *(one for one in parameters if one not in mapped)]
    return Target(node, name, tuple(mapped.items()), tuple(fresh))


def _bind(caller: World, home: World, parameter: Path, value: ast.expr, mapped: dict[Path, Path]) -> None:
    if home.evidence.bindings.get(parameter) != [None]:
        return
    path = caller.evidence.path(value)
    if path is not None:
        mapped[parameter] = path
    elif isinstance(value, ast.Constant) and value.value is None:
        mapped[parameter] = NOTHING


def _default(world: World, node: FunctionNode, handed: set[Path], mapped: dict[Path, Path]) -> None:
    """Parameters that nobody handed anything keep their default; only None says something."""
    scope = world.scope(node)
    for parameter, value in defaults(node.args):
        path = world.scopes.variable(parameter.arg, scope)
        if (
            path not in handed
            and path not in mapped
            and isinstance(value, ast.Constant)
            and value.value is None
        ):
            mapped[path] = NOTHING
