"""Statements and functions that switch ``requires_grad`` of whole modules: loops over parameters, and what helpers do.

Only shapes that switch every parameter of a module, whatever happens, are known here; any other is none of these.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.lower.resolve import Target, resolve
from codemods.syntax import defaults, unpacks
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.uses import Uses
    from codemods.lower.world import World


class Toggle(Struct, frozen=True, eq=False):
    """Every parameter of some modules is switched.

    ``modules``: the modules, each as an expression. ``flag``: what ``requires_grad`` becomes; None where that is not a
    constant. ``writes``: the nodes that do it.
    """

    modules: tuple[ast.expr, ...]
    flag: bool | None
    writes: tuple[ast.AST, ...] = ()


def toggle_of(world: World, node: ast.stmt) -> Toggle | None:
    """What a statement switches: ``net.requires_grad_(False)``, a loop over parameters, the call of such a function."""
    found = _shape(world, node)
    if found is not None:
        modules, flag, writes = found
        elements = [each for one in modules for each in _elements(one)]
        return Toggle(tuple(elements), truth(flag), writes) if elements else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return toggle_of_call(world, node.value)
    return None


def toggle_of_call(world: World, call: ast.Call) -> Toggle | None:
    """What the call of a function of the file switches that does nothing else."""
    target = resolve(world, call, None)
    if not isinstance(target, Target) or not isinstance(target.node, ast.FunctionDef):
        return None
    shape = _function_shape(world, target.node)
    given = None if shape is None else _given(world, call, target.node)
    if shape is None or given is None:
        return None
    modules: list[ast.expr] = []
    flags: set[bool | None] = set()
    for name, listed, single, flag in shape:
        value = given.get(name)
        flags.add(truth(given.get(flag.id) if isinstance(flag, ast.Name) else flag))
        if isinstance(value, ast.List | ast.Tuple) and listed:
            modules += value.elts
        elif isinstance(value, ast.Name | ast.Attribute) and single:
            modules.append(value)
        else:
            return None
    return Toggle(tuple(modules), flags.pop() if len(flags) == 1 else None)


def only_toggled(world: World, uses: Uses, use: ast.expr) -> bool:
    """Whether a use of a module hands it to nothing but a switch of ``requires_grad``."""
    parent = uses.parent(use)
    if isinstance(parent, ast.List | ast.Tuple):
        parent = uses.parent(parent)
    if isinstance(parent, ast.keyword):
        parent = uses.parent(parent)
    found: Toggle | None = None
    if isinstance(parent, ast.Call):
        found = toggle_of_call(world, parent)
    elif isinstance(parent, ast.For) and isinstance(parent.target, ast.Name):
        path = world.scopes.path(parent.target)
        if path is not None and all(_in_a_toggle(world, uses, one) for one in uses.names[path]):
            found = toggle_of(world, parent)
    return found is not None and any(one is use for one in found.modules)


def _in_a_toggle(world: World, uses: Uses, name: ast.Name) -> bool:
    """Whether a name means a module of a loop that switches each, and stands inside that loop."""
    around = uses.parent(name)
    while around is not None:
        if isinstance(around, ast.For) and isinstance(around.target, ast.Name):
            if world.scopes.path(around.target) == world.scopes.path(name):
                return toggle_of(world, around) is not None
        around = uses.parent(around)
    return False


def truth(flag: ast.expr | None) -> bool | None:
    """What a constant switches to; None where it is no constant."""
    return flag.value if isinstance(flag, ast.Constant) and isinstance(flag.value, bool) else None


Shape = tuple[list[ast.expr], ast.expr, tuple[ast.AST, ...]]


def _shape(world: World, node: ast.stmt) -> Shape | None:
    """The modules that a statement switches, the flag, and the nodes that write it."""
    if isinstance(node, ast.Expr):
        found = _method(node.value)
        return None if found is None else ([found[0]], *found[1:])
    if not isinstance(node, ast.For) or node.orelse or len(node.body) != 1:
        return None
    inner = node.body[0]
    owners = _owners(world, node)
    if owners is not None:
        name, modules = owners
        written = _written(inner)
        if written is None or not _is_name(written[0], name):
            return None
        return modules, written[1], written[2]
    if not isinstance(node.target, ast.Name) or not isinstance(node.iter, ast.Name | ast.List | ast.Tuple):
        return None
    if isinstance(inner, ast.If) and not inner.orelse and len(inner.body) == 1:
        if not _is_not_none(inner.test, node.target.id):
            return None
        inner = inner.body[0]
    each = _shape(world, inner)
    if each is None or len(each[0]) != 1 or not _is_name(each[0][0], node.target.id):
        return None
    return [ast.Starred(node.iter, ast.Load())], each[1], each[2]


def _elements(module: ast.expr) -> list[ast.expr]:
    """The modules of a list that is written out; none for a list that is not."""
    if not isinstance(module, ast.Starred):
        return [module]
    return module.value.elts if isinstance(module.value, ast.List | ast.Tuple) else []


def _owners(world: World, node: ast.For) -> tuple[str, list[ast.expr]] | None:
    """The variable of a loop over all parameters of some modules, and those modules."""
    calls = [node.iter]
    if isinstance(node.iter, ast.Call) and world.evidence.imported(node.iter.func) == "itertools.chain":
        if node.iter.keywords:
            return None
        calls = node.iter.args
    names, modules = set(), []
    for one in calls:
        if (
            not isinstance(one, ast.Call)
            or not isinstance(one.func, ast.Attribute)
            or one.args
            or one.keywords
        ):
            return None
        names.add(one.func.attr)
        modules.append(one.func.value)
    if names == {"parameters"} and isinstance(node.target, ast.Name):
        return node.target.id, modules
    pair = node.target.elts if isinstance(node.target, ast.Tuple) else []
    if names == {"named_parameters"} and len(pair) == 2 and all(isinstance(one, ast.Name) for one in pair):
        first, second = (one.id for one in pair if isinstance(one, ast.Name))
        return (second, modules) if first != second else None
    return None


def _method(node: ast.expr) -> tuple[ast.expr, ast.expr, tuple[ast.AST, ...]] | None:
    """``x`` and the flag of ``x.requires_grad_(flag)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    given = [*node.args, *(one.value for one in node.keywords if one.arg == "requires_grad")]
    if (
        node.func.attr != "requires_grad_"
        or len(given) != len(node.args) + len(node.keywords)
        or len(given) > 1
    ):
        return None
    return node.func.value, given[0] if given else ast.Constant(True), (node.func,)


def _written(node: ast.stmt) -> tuple[ast.expr, ast.expr, tuple[ast.AST, ...]] | None:
    """``x`` and the flag of ``x.requires_grad = flag``, or of the method."""
    if isinstance(node, ast.Expr):
        return _method(node.value)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
            return target.value, node.value, (target,)
    return None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_not_none(test: ast.expr, name: str) -> bool:
    return (
        isinstance(test, ast.Compare)
        and _is_name(test.left, name)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.IsNot)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value is None
    )


Part = tuple[str, bool, bool, ast.expr]
"""A parameter that is switched, whether it may be a list of modules, whether it may be one module, and the flag."""


def _function_shape(world: World, node: ast.FunctionDef) -> list[Part] | None:
    """What a function switches that consists of nothing else; None for any other."""
    names = set(world.scope(node).parameters)
    body = node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    wrapped: set[str] = set()
    found: list[Part] = []
    for one in body:
        name = _wraps(world, one)
        if name is not None and not found:
            wrapped.add(name)
            continue
        if any(
            isinstance(each, ast.Name) and each.id in names and not isinstance(each.ctx, ast.Load)
            for each in walk(one)
        ):
            return None
        shape = _shape(world, one)
        if shape is None:
            return None
        flag = shape[1]
        if not isinstance(flag, ast.Constant) and not (isinstance(flag, ast.Name) and flag.id in names):
            return None
        for module in shape[0]:
            listed = isinstance(module, ast.Starred)
            inner = module.value if isinstance(module, ast.Starred) else module
            if not isinstance(inner, ast.Name) or inner.id not in names:
                return None
            if not listed and inner.id in wrapped:
                return None
            found.append((inner.id, listed, not listed or inner.id in wrapped, flag))
    return found or None


def _wraps(world: World, node: ast.stmt) -> str | None:
    """The name in ``if not isinstance(nets, list): nets = [nets]``."""
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1:
        return None
    test, inner = node.test, node.body[0]
    if not (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Call)
    ):
        return None
    call = test.operand
    if world.evidence.imported(call.func) != "builtins.isinstance" or len(call.args) != 2:
        return None
    name, kinds = call.args
    listed = {
        world.evidence.imported(one) for one in (kinds.elts if isinstance(kinds, ast.Tuple) else [kinds])
    }
    if not isinstance(name, ast.Name) or not {"builtins.list"} <= listed <= {
        "builtins.list",
        "builtins.tuple",
    }:
        return None
    same = (
        isinstance(inner, ast.Assign)
        and len(inner.targets) == 1
        and _is_name(inner.targets[0], name.id)
        and isinstance(inner.value, ast.List)
        and len(inner.value.elts) == 1
        and _is_name(inner.value.elts[0], name.id)
    )
    return name.id if same else None


def _given(world: World, call: ast.Call, node: ast.FunctionDef) -> dict[str, ast.expr] | None:
    """What each parameter of a function gets in a call, its default if nothing; None where stars stand."""
    args = node.args
    if args.vararg is not None or args.kwarg is not None:
        return None
    if unpacks(call):
        return None
    positional = [one.arg for one in (*args.posonlyargs, *args.args)]
    found = {one.arg: value for one, value in defaults(args)}
    scope = world.scope(node)
    inside = scope.parent is not None and scope.parent.is_class
    plain = any(getattr(one, "id", "") == "staticmethod" for one in node.decorator_list)
    if inside and not plain:
        positional = positional[1:]
    if len(call.args) > len(positional):
        return None
    found.update(zip(positional, call.args, strict=False))
    found.update((str(one.arg), one.value) for one in call.keywords)
    return found
