"""What is called, and the values of a program, spelt another way."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from tests.spellings.spell import Spelling, expression, own_nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft

    Change = Callable[[Draft, ast.expr], ast.expr | None]


def _callee(template: str, *, methods: bool = True, functions: bool = True) -> Change:
    """What is called goes through something first: the template's F."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or is_super(node):
            return None
        method = isinstance(node.func, ast.Attribute)
        if not (methods if method else functions):
            return None
        return ast.Call(expression(template, F=node.func), node.args, node.keywords)

    return change


def _whole_call(template: str) -> Change:
    """A call goes through something: the template's C."""

    def change(draft: Draft, node: ast.expr) -> ast.expr | None:
        if (
            not isinstance(node, ast.Call)
            or is_super(node)
            or any(
                isinstance(one, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom)
                for one in ast.walk(node)
            )
        ):
            return None
        return expression(template, C=node)

    return change


def is_super(node: ast.Call) -> bool:
    text = ast.unparse(node.func)
    return text.startswith("super") or text in ("locals", "globals", "vars", "eval", "exec", "range", "print")


def _methodcaller(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or is_super(node):
        return None
    made = ast.Call(
        expression("operator.methodcaller"), [ast.Constant(node.func.attr), *node.args], node.keywords
    )
    return ast.Call(made, [node.func.value], [])


def _through_type(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or is_super(node):
        return None
    return ast.Call(
        ast.Attribute(expression("type(O)", O=node.func.value), node.func.attr),
        [node.func.value, *node.args],
        node.keywords,
    )


def _through_class(draft: Draft, node: ast.expr) -> ast.expr | None:
    """``o.method(a)`` as ``Class.method(o, a)``, for the one class of the page that has it."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or is_super(node):
        return None
    attr = node.func.attr
    owners = [
        one.name
        for one in draft.tree.body
        if isinstance(one, ast.ClassDef)
        and any(isinstance(each, ast.FunctionDef) and each.name == attr for each in one.body)
    ]
    if len(owners) != 1:
        owners = {
            "backward": ["torch.Tensor"],
            "step": ["torch.optim.SGD"],
            "parameters": ["torch.nn.Module"],
        }.get(attr, [])
    if not owners:
        return None
    return ast.Call(expression(f"{owners[0]}.{attr}"), [node.func.value, *node.args], node.keywords)


def _getattr(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Attribute) or ast.unparse(node).startswith(("torch.", "nn.", "super()")):
        return None
    return ast.Call(ast.Name("getattr"), [node.value, ast.Constant(node.attr)], [])


def _attribute(template: str) -> Change:
    """An attribute that is read: of the template's O, by the text A."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Attribute) or ast.unparse(node).startswith(("torch.", "nn.", "super()")):
            return None
        return expression(template, O=node.value, A=ast.Constant(node.attr))

    return change


def _receiver(template: str) -> Change:
    """What a method is called on goes through something first: the template's V."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or is_super(node):
            return None
        base = node.func.value
        if ast.unparse(base).split(".")[0] in ("torch", "nn", "F", "optim"):
            return None
        func = ast.Attribute(expression(template, V=base), node.func.attr)
        return ast.Call(func, node.args, node.keywords)

    return change


def _named(_: Draft, node: ast.expr) -> ast.expr | None:
    """A name that is read, as a conditional expression."""
    return expression("N if True else N", N=node) if isinstance(node, ast.Name) and _plain(node) else None


def _plain(node: ast.Name) -> bool:
    return not hasattr(builtins, node.id) and node.id not in (
        "torch",
        "nn",
        "F",
        "optim",
        "functools",
        "operator",
    )


def _name(template: str) -> Change:
    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        return expression(template, N=node) if isinstance(node, ast.Name) and _plain(node) else None

    return change


def _detached(template: str) -> Change:
    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "detach":
            return expression(template, V=node.func.value)
        return None

    return change


def _backward(template: str) -> Change:
    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "backward"
        ):
            if not node.args and not node.keywords:
                return expression(template, L=node.func.value)
        return None

    return change


def _step(template: str) -> Change:
    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "step":
            if not node.args and not node.keywords:
                return expression(template, O=node.func.value)
        return None

    return change


def _listed(_: Draft, node: ast.expr) -> ast.expr | None:
    """A list of what a generator gives; a generator of what a list holds."""
    if isinstance(node, ast.GeneratorExp):
        return ast.ListComp(node.elt, node.generators)
    if isinstance(node, ast.ListComp):
        return expression("list(G)", G=ast.GeneratorExp(node.elt, node.generators))
    return None


def _lambda_body(_: Draft, node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Lambda) and not any(isinstance(one, ast.NamedExpr) for one in own_nodes(node)):
        return expression("functools.partial(L)", L=node)
    return None


SPELLINGS = (
    Spelling("callee in a dict", "expression", _callee('{"f": F}["f"]')),
    Spelling("callee in a list", "expression", _callee("[F][0]")),
    Spelling("callee by walrus", "expression", _callee("(called := F)")),
    Spelling("callee by a condition", "expression", _callee("(F if True else None)")),
    Spelling("callee by or", "expression", _callee("(None or F)")),
    Spelling("callee by call", "expression", _callee("F.__call__")),
    Spelling("callee by a lambda", "expression", _callee("(lambda *a, **k: F(*a, **k))")),
    Spelling("callee by a factory", "expression", _callee("(lambda: F)()")),
    Spelling("callee by a default", "expression", _callee("(lambda f=F: f)()")),
    Spelling("call in a lambda", "expression", _whole_call("(lambda: C)()")),
    Spelling("call in a comprehension", "expression", _whole_call("[C for _ in (0,)][0]")),
    Spelling("call in a generator", "expression", _whole_call("next(C for _ in (0,))")),
    Spelling("call in a map", "expression", _whole_call("list(map(lambda _: C, [0]))[0]")),
    Spelling("call by walrus", "expression", _whole_call("(given := C)")),
    Spelling("call by a condition", "expression", _whole_call("(C if True else None)")),
    Spelling("call in a sort", "expression", _whole_call("max([lambda: C], key=id)()")),
    Spelling("methodcaller", "expression", _methodcaller, ("import operator",)),
    Spelling("through type()", "expression", _through_type),
    Spelling("through the class", "expression", _through_class, ("import torch",)),
    Spelling("getattr", "expression", _getattr),
    Spelling("attrgetter", "expression", _attribute("operator.attrgetter(A)(O)"), ("import operator",)),
    Spelling("read through __dict__", "expression", _attribute("O.__dict__[A]")),
    Spelling("read through vars", "expression", _attribute("vars(O)[A]")),
    Spelling("read through __getattribute__", "expression", _attribute("O.__getattribute__(A)")),
    Spelling("read through object", "expression", _attribute("object.__getattribute__(O, A)")),
    Spelling("receiver by a condition", "expression", _receiver("(V if True else None)")),
    Spelling("receiver by walrus", "expression", _receiver("(taken := V)")),
    Spelling("receiver in a tuple", "expression", _receiver("(V,)[0]")),
    Spelling("receiver in a dict", "expression", _receiver('{"v": V}["v"]')),
    Spelling("receiver in a lambda", "expression", _receiver("(lambda: V)()")),
    Spelling("receiver by identity", "expression", _receiver("same(V)"), ("def same(x):\n    return x",)),
    Spelling("receiver by next", "expression", _receiver("next(iter([V]))")),
    Spelling("name by a condition", "expression", _named),
    Spelling("name in a list", "expression", _name("[N][0]")),
    Spelling("name in a lambda", "expression", _name("(lambda: N)()")),
    Spelling("detach by data", "expression", _detached("V.data")),
    Spelling("detach of the class", "expression", _detached("torch.Tensor.detach(V)"), ("import torch",)),
    Spelling("detach twice", "expression", _detached("V.clone().detach()")),
    Spelling("backward of autograd", "expression", _backward("torch.autograd.backward(L)"), ("import torch",)),
    Spelling("backward of autograd by name","expression",_backward("torch.autograd.backward(tensors=L)"),("import torch",),),
    Spelling("backward of autograd, listed","expression",_backward("torch.autograd.backward([L])"),("import torch",),),
    Spelling("backward imported","expression",_backward("run_back(L)"),("from torch.autograd import backward as run_back",),),
    Spelling("backward of a sum", "expression", _backward("sum([L]).backward()")),
    Spelling("backward twice half","expression",_backward("((L) * 0.5).backward(retain_graph=True), ((L) * 0.5).backward()"),),
    Spelling("step with None", "expression", _step("O.step(None)")),
    Spelling("step with closure None", "expression", _step("O.step(closure=None)")),
    Spelling("step with an empty closure", "expression", _step("O.step(lambda: None)")),
    Spelling("generator for list", "expression", _listed),
    Spelling("lambda in a partial", "expression", _lambda_body, ("import functools",)),
)  # fmt: skip
