"""Decorators of the file that keep the call: what they return calls the function once, with what it is handed itself.

    def timed(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            start = time.time()
            result = function(*args, **kwargs)
            print(time.time() - start)
            return result
        return inner

A call of a function with such a decorator runs the function as it stands.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.danger import danger
from codemods.syntax import callee_name
from codemods.trees import walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode

TRANSPARENT = frozenset(
    "torch.no_grad torch.enable_grad torch.inference_mode torch.set_grad_enabled torch.autocast "
    "torch.amp.autocast torch.cuda.amp.autocast torch.compile torch.jit.ignore functools.wraps "
    "typing.override abc.abstractmethod".split()
)
"""Decorators of libraries whose result runs the function as it stands, once for each call."""

LEAVING = frozenset("exit _exit quit abort fail skip".split())
NAMED = frozenset({"__name__", "__qualname__"})


def transparent(world: World, node: FunctionNode) -> bool:
    """Whether a call of a decorated function runs its body as it stands."""
    for one in getattr(node, "decorator_list", ()):
        called = one.func if isinstance(one, ast.Call) else one
        name = world.evidence.imported(called) or ast.unparse(called)
        if (
            name not in TRANSPARENT
            and name not in ("staticmethod", "classmethod")
            and not keeps_call(world, one)
        ):
            return False
    return True


def keeps_call(world: World, decorator: ast.expr) -> bool:
    """Whether a decorator, ``@timed`` or ``@timed("label")``, is one of the file that keeps the call."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(called, ast.Name):
        return False
    found = world.definition(called.id, world.scopes.of_node[called])
    if not isinstance(found, ast.FunctionDef) or found.decorator_list:
        return False
    if isinstance(decorator, ast.Call):
        if any(not isinstance(one, ast.Constant) for one in decorator.args) or any(
            not isinstance(one.value, ast.Constant) for one in decorator.keywords
        ):
            return False
        inner = _only_returned(found)
        return inner is not None and _wraps(world, inner)
    return _wraps(world, found)


def _only_returned(function: ast.FunctionDef) -> ast.FunctionDef | None:
    """The function that a function defines and returns, where it does nothing else."""
    body = list(function.body)
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body.pop(0)
    if len(body) != 2:
        return None
    inner, last = body
    if not isinstance(inner, ast.FunctionDef) or not isinstance(last, ast.Return):
        return None
    returned = isinstance(last.value, ast.Name) and last.value.id == inner.name
    return inner if returned else None


def _wraps(world: World, decorator: ast.FunctionDef) -> bool:
    args = decorator.args
    inner = _only_returned(decorator)
    if (
        inner is None
        or len(args.args) != 1
        or args.posonlyargs
        or args.kwonlyargs
        or args.vararg
        or args.kwarg
    ):
        return False
    function = args.args[0].arg
    for one in inner.decorator_list:
        if not isinstance(one, ast.Call) or world.evidence.imported(one.func) != "functools.wraps":
            return False
    taken = inner.args
    if taken.args or taken.posonlyargs or taken.kwonlyargs or taken.vararg is None or taken.kwarg is None:
        return False
    named = {id(one.value) for one in walk(inner) if isinstance(one, ast.Attribute) and one.attr in NAMED}
    named |= {id(one) for each in inner.decorator_list for one in walk(each)}
    mentions = [one for one in walk(inner) if isinstance(one, ast.Name) and one.id == function]
    used = [one for one in mentions if id(one) not in named]
    if len(used) != 1 or not isinstance(used[0].ctx, ast.Load):
        return False
    return _straight(world, inner, used[0], taken.vararg.arg, taken.kwarg.arg)


def _straight(world: World, inner: ast.FunctionDef, used: ast.Name, star: str, stars: str) -> bool:
    """Whether the inner function runs straight through, the wrapped call once and unconditionally among quiet ones."""
    passed = False
    for number, statement in enumerate(inner.body):
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Call) and value.func is used:
            kept = isinstance(statement, ast.Expr | ast.Return) or (
                isinstance(statement, ast.Assign)
                and len(statement.targets) == 1
                and isinstance(statement.targets[0], ast.Name)
                and statement.targets[0].id not in (star, stars, used.id)
            )
            if not kept or not _hands_on(value, star, stars):
                return False
            if isinstance(statement, ast.Return) and number + 1 < len(inner.body):
                return False
            passed = True
        elif isinstance(statement, ast.Return) and not passed:
            return False
        elif not _is_quiet(world, statement, (star, stars)):
            return False
    return passed


def _hands_on(call: ast.Call, star: str, stars: str) -> bool:
    first = call.args[0] if len(call.args) == 1 else None
    last = call.keywords[0] if len(call.keywords) == 1 else None
    return (
        isinstance(first, ast.Starred)
        and isinstance(first.value, ast.Name)
        and first.value.id == star
        and last is not None
        and last.arg is None
        and isinstance(last.value, ast.Name)
        and last.value.id == stars
    )


def _is_quiet(world: World, statement: ast.stmt, kept: tuple[str, ...]) -> bool:
    """Whether a statement does nothing to what is handed on, and calls nothing that could."""
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.Return | ast.Pass):
        return False
    for one in walk(statement):
        if isinstance(one, ast.Name) and one.id in kept:
            return False
        if isinstance(one, ast.Attribute) and one.attr in GRADIENT_ATTRIBUTES:
            return False
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            if world.scopes.of_node[one] is not world.scopes.binding(one.id, world.scopes.of_node[one]):
                return False
        if isinstance(one, ast.Attribute | ast.Subscript) and not isinstance(one.ctx, ast.Load):
            return False
        if isinstance(one, ast.Yield | ast.YieldFrom | ast.Await | ast.Lambda | ast.NamedExpr):
            return False
        if isinstance(one, ast.Call) and not _is_harmless(world, one):
            return False
    return True


def _is_harmless(world: World, call: ast.Call) -> bool:
    """Whether a call comes back, and runs no code of the file nor any that could look at gradients."""
    name = callee_name(call)
    if (
        not name
        or name in LEAVING
        or any(key == name for _, key in world.definitions)
        or danger(world, call) is not None
    ):
        return False
    return world.evidence.scopes.path(call.func) not in world.evidence.callbacks
