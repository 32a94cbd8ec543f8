"""Clearing by hand, by its shape alone: ``p.grad = None``, ``p.grad.zero_()``, and loops of nothing else.

A loop of nothing but ``zero_grad`` over several optimizers counts too: it moves whole.

What the names in such a statement mean is the lowering's affair (codemods/lower/clearing.py).
"""

from __future__ import annotations

import ast
from enum import Enum

from msgspec import Struct

from codemods.trees import walk


class Over(Enum):
    """Which gradients a statement clears."""

    PARAMETERS = "parameters"
    """Those of ``owner.parameters()``."""
    GROUPS = "groups"
    """Those of ``owner.param_groups``."""
    ITEMS = "items"
    """Those of the parameters in the list ``owner``."""
    ONE = "one"
    """The one of the parameter ``owner``."""
    OPTIMIZERS = "optimizers"
    """Those of every optimizer, or module, in the list ``owner``."""
    DISPLAYED = "displayed"
    """Those of the optimizers, modules or parameters that the loop itself lists: each is an owner."""


class Clearing(Struct, frozen=True):
    """A statement that clears gradients and does nothing else.

    ``to_none``: by ``None``, otherwise in place, which leaves ``None`` alone. ``bare``: it raises where a gradient is
    ``None``. ``variables``: names that it binds. ``known``: names in it that must mean Python's or torch's own
    functions. ``call``: the ``zero_grad`` that it consists of.
    """

    owners: tuple[ast.expr, ...]
    over: Over
    to_none: bool
    bare: bool
    variables: tuple[str, ...]
    text: str
    known: tuple[ast.expr, ...] = ()
    call: ast.Call | None = None


def clearing_of(node: ast.stmt) -> Clearing | None:
    """The clearing that a statement is by its shape, None for anything else, and for a call of ``zero_grad``."""
    if isinstance(node, ast.For):
        return None if node.orelse else _groups(node) or _optimizers(node) or _loop(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        found = _foreach(node.value)
        if found is not None:
            return found
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.ListComp):
        return _listed(node.value)
    return _one(node)


METHODS = frozenset({"classmethod", "staticmethod"})
"""Decorators that do nothing when the function is called."""


def clears_only(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function consists of nothing but statements that clear gradients, and that call nothing else."""
    if not all(isinstance(one, ast.Name) and one.id in METHODS for one in function.decorator_list):
        return False
    body = list(function.body)
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body.pop(0)
    return bool(body) and all(_is_plain_zero(one) or clearing_of(one) is not None for one in body)


def _is_plain_zero(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "zero_grad"
        and sum(isinstance(one, ast.Call | ast.Await | ast.NamedExpr) for one in walk(call)) == 1
    )


def _optimizers(node: ast.For) -> Clearing | None:
    """``for o in optimizers: o.zero_grad()``."""
    only = node.body[0]
    if len(node.body) != 1 or not isinstance(only, ast.Expr) or not isinstance(node.target, ast.Name):
        return None
    return _each(node.iter, node.target.id, only.value, "the clearing loop")


def _listed(node: ast.ListComp) -> Clearing | None:
    """``[o.zero_grad() for o in optimizers]``."""
    generator = node.generators[0]
    if len(node.generators) != 1 or generator.ifs or generator.is_async:
        return None
    if not isinstance(generator.target, ast.Name):
        return None
    return _each(generator.iter, generator.target.id, node.elt, "the clearing comprehension")


def _each(iterated: ast.expr, variable: str, call: ast.expr, text: str) -> Clearing | None:
    if (
        not isinstance(call, ast.Call)
        or not isinstance(call.func, ast.Attribute)
        or call.func.attr != "zero_grad"
        or not _is_name(call.func.value, variable)
        or not all(
            isinstance(one, ast.Constant) for one in (*call.args, *(one.value for one in call.keywords))
        )
    ):
        return None
    owners: tuple[ast.expr, ...] = (iterated,)
    over = Over.OPTIMIZERS
    if isinstance(iterated, ast.List | ast.Tuple):
        owners, over = tuple(iterated.elts), Over.DISPLAYED
    elif isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Attribute):
        if iterated.func.attr != "values" or iterated.args or iterated.keywords:
            return None
        owners = (iterated.func.value,)
    elif not isinstance(iterated, ast.Name | ast.Attribute):
        return None
    return Clearing(owners, over, False, False, (variable,), text, call=call) if owners else None


def _one(node: ast.stmt) -> Clearing | None:
    if not isinstance(node, ast.Assign | ast.Expr | ast.If):
        return None
    if isinstance(node, ast.If):
        if node.orelse or not _mentions_gradient(node.test):
            return None
    elif isinstance(node, ast.Assign):
        if (
            len(node.targets) != 1
            or not isinstance(node.targets[0], ast.Attribute)
            or node.targets[0].attr != "grad"
        ):
            return None
    elif not (
        isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "zero_"
    ):
        return None
    for one in walk(node):
        if isinstance(one, ast.Attribute) and one.attr == "grad":
            way = _way([node], one.value)
            if way is None:
                return None
            written = f"{ast.unparse(one)} = None" if way[0] else f"{ast.unparse(one)}.zero_()"
            return Clearing((one.value,), Over.ONE, *way, (), written)
    return None


def _mentions_gradient(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in walk(node))


def _groups(node: ast.For) -> Clearing | None:
    """``for group in optimizer.param_groups: for p in group["params"]: ...``."""
    inner = node.body[0]
    if (
        not isinstance(node.iter, ast.Attribute)
        or node.iter.attr != "param_groups"
        or not isinstance(node.target, ast.Name)
        or len(node.body) != 1
        or not isinstance(inner, ast.For)
        or inner.orelse
        or not isinstance(inner.iter, ast.Subscript)
        or not _is_name(inner.iter.value, node.target.id)
        or not (isinstance(inner.iter.slice, ast.Constant) and inner.iter.slice.value == "params")
        or not isinstance(inner.target, ast.Name)
        or inner.target.id == node.target.id
    ):
        return None
    way = _way(inner.body, inner.target)
    variables = (node.target.id, inner.target.id)
    return way and Clearing((node.iter.value,), Over.GROUPS, *way, variables, "the clearing loop")


def _loop(node: ast.For) -> Clearing | None:
    owners, over, known, named = _iterated(node.iter)
    target, variables = node.target, []
    if named:
        if not isinstance(target, ast.Tuple) or not all(isinstance(one, ast.Name) for one in target.elts):
            return None
        variables = [one.id for one in target.elts if isinstance(one, ast.Name)]
        if len(set(variables)) != 2:
            return None
        target = target.elts[1]
    elif isinstance(target, ast.Name):
        variables = [target.id]
    else:
        return None
    way = _way(node.body, target)
    return way and Clearing(owners, over, *way, tuple(variables), "the clearing loop", known)


def _foreach(call: ast.Call) -> Clearing | None:
    """``torch._foreach_zero_([p.grad for p in model.parameters()])``: raises for None, and for an empty list."""
    listed = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if (
        not isinstance(call.func, ast.Attribute)
        or call.func.attr != "_foreach_zero_"
        or not isinstance(listed, ast.ListComp)
        or len(listed.generators) != 1
    ):
        return None
    generator = listed.generators[0]
    owners, over, known, named = _iterated(generator.iter)
    variable = generator.target
    if named or generator.is_async or not isinstance(variable, ast.Name):
        return None
    if not _is_gradient(listed.elt, variable) or not all(_is_there(one, variable) for one in generator.ifs):
        return None
    text = "torch._foreach_zero_()"
    return Clearing(owners, over, False, True, (variable.id,), text, (*known, call.func))


def _iterated(node: ast.expr) -> tuple[tuple[ast.expr, ...], Over, tuple[ast.expr, ...], bool]:
    """Whose parameters are gone through, how, by which functions, and whether the names of the parameters come along."""
    known: tuple[ast.expr, ...] = ()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        if node.func.id in ("list", "tuple") and not node.keywords:
            known, node = (node.func,), node.args[0]
    whole = _parameters(node)
    if whole is not None:
        return (whole[0],), Over.PARAMETERS, known, whole[1]
    joined = _joined(node)
    if joined is not None:
        return joined[0], Over.PARAMETERS, (*known, *joined[1]), False
    if isinstance(node, ast.List | ast.Tuple) and node.elts:
        return tuple(node.elts), Over.DISPLAYED, known, False
    return (node,), Over.ITEMS, known, False


def _parameters(node: ast.expr) -> tuple[ast.expr, bool] | None:
    """The module of ``module.parameters()``, and whether names come along."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return None
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("parameters", "named_parameters"):
        return None
    return node.func.value, node.func.attr == "named_parameters"


def _joined(node: ast.expr) -> tuple[tuple[ast.expr, ...], tuple[ast.expr, ...]] | None:
    """The modules of ``chain(a.parameters(), b.parameters())``, of the like with ``+``, and of ``[*a.parameters(), ...]``."""
    known: list[ast.expr] = []
    if isinstance(node, ast.Call) and not node.keywords:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        parts = node.args if name == "chain" else []
        known.append(node.func)
    elif isinstance(node, ast.List | ast.Tuple) and all(isinstance(one, ast.Starred) for one in node.elts):
        parts = [one.value for one in node.elts if isinstance(one, ast.Starred)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = []
        for side in (node.left, node.right):
            inner = _joined(side)
            if inner is not None:
                parts += [ast.Call(ast.Attribute(one, "parameters", ast.Load()), [], []) for one in inner[0]]
                known += inner[1]
            elif (
                isinstance(side, ast.Call) and getattr(side.func, "id", "") == "list" and len(side.args) == 1
            ):
                parts.append(side.args[0])
                known.append(side.func)
            else:
                return None
    else:
        return None
    found = [_parameters(one) for one in parts]
    owners = [one[0] for one in found if one is not None and not one[1]]
    return (tuple(owners), tuple(known)) if owners and len(owners) == len(found) else None


def _way(body: list[ast.stmt], parameter: ast.expr) -> tuple[bool, bool] | None:
    """``to_none`` and ``bare`` of statements that clear one parameter's gradient, None for any others."""
    first = body[0]
    guarded = False
    if isinstance(first, ast.If) and not first.orelse:
        if len(body) == 1 and _is_there(first.test, parameter):
            body, guarded = first.body, True
        elif len(body) > 1 and _is_missing(first.test, parameter):
            if len(first.body) == 1 and isinstance(first.body[0], ast.Continue):
                body, guarded = body[1:], True
    *before, last = body
    if not all(_detaches(one, parameter) for one in before):
        return None
    if isinstance(last, ast.Assign) and len(last.targets) == 1 and _is_gradient(last.targets[0], parameter):
        none = isinstance(last.value, ast.Constant) and last.value.value is None
        return (True, bool(before) and not guarded) if none else None
    return (False, not guarded) if _calls(last, parameter, "zero_") else None


def _detaches(node: ast.stmt, parameter: ast.expr) -> bool:
    """What torch's own ``zero_grad`` does before it clears in place: it changes no value."""
    if isinstance(node, ast.If):
        looked = node.test.left if isinstance(node.test, ast.Compare) else node.test
        return (
            isinstance(looked, ast.Attribute)
            and looked.attr == "grad_fn"
            and _is_gradient(looked.value, parameter)
            and (looked is node.test or _compares_with_none(node.test))
            and all(_detaches(one, parameter) for one in (*node.body, *node.orelse))
        )
    if _calls(node, parameter, "detach_"):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "requires_grad_"
        and _is_gradient(call.func.value, parameter)
        and not call.keywords
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value is False
    )


def _calls(node: ast.stmt, parameter: ast.expr, method: str) -> bool:
    """``p.grad.zero_()`` or ``p.grad.data.zero_()``, as a statement of its own."""
    call = node.value if isinstance(node, ast.Expr) else None
    if (
        not isinstance(call, ast.Call)
        or call.args
        or call.keywords
        or not isinstance(call.func, ast.Attribute)
    ):
        return False
    base = call.func.value
    if isinstance(base, ast.Attribute) and base.attr == "data":
        base = base.value
    return call.func.attr == method and _is_gradient(base, parameter)


def _is_gradient(node: ast.expr, parameter: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "grad"
        and ast.unparse(node.value) == ast.unparse(parameter)
    )


def _is_there(test: ast.expr, parameter: ast.expr) -> bool:
    return _asks(test, parameter, ast.IsNot)


def _is_missing(test: ast.expr, parameter: ast.expr) -> bool:
    return _asks(test, parameter, ast.Is)


def _asks(test: ast.expr, parameter: ast.expr, how: type[ast.cmpop]) -> bool:
    return (
        isinstance(test, ast.Compare)
        and _compares_with_none(test)
        and isinstance(test.ops[0], how)
        and _is_gradient(test.left, parameter)
    )


def _compares_with_none(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Is | ast.IsNot)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value is None
    )


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
