"""Calls and values, spelt another way."""

from __future__ import annotations

import ast
import builtins
import inspect
from typing import TYPE_CHECKING

import torch

from tests.spellings.spell import Spelling, expression, own_nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft

    Change = Callable[[Draft, ast.expr], ast.expr | None]

KNOWN = {
    "backward": (torch.Tensor.backward, torch.autograd.backward),
    "clip_grad_norm_": (torch.nn.utils.clip_grad_norm_,),
    "clip_grad_value_": (torch.nn.utils.clip_grad_value_,),
    "deepcopy": (),
    "step": (torch.optim.SGD.step,),
    "add_param_group": (torch.optim.Optimizer.add_param_group,),
    "load_state_dict": (torch.nn.Module.load_state_dict,),
    "register_forward_hook": (torch.nn.Module.register_forward_hook,),
    "requires_grad_": (torch.nn.Module.requires_grad_,),
    "apply": (torch.nn.Module.apply,),
    "to": (),
}
"""Functions of libraries, and how their parameters are called."""

FIRST = {"deepcopy": "x", "copy": "x", "backward": "tensors", "StepLR": "optimizer", "LambdaLR": "optimizer"}


def _parameters(draft: Draft, call: ast.Call) -> list[str]:
    """The names of what a call is handed by position, as far as they are known."""
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    for one in ast.walk(draft.tree):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == name:
            names = [each.arg for each in one.args.args]
            return names[1:] if names[:1] in (["self"], ["cls"]) else names
        if isinstance(one, ast.ClassDef) and one.name == name:
            for method in one.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    return [each.arg for each in method.args.args][1:]
            return [
                each.target.id
                for each in one.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
    for place in (
        torch.optim,
        torch.optim.lr_scheduler,
        torch.nn.utils,
        torch.nn.functional,
        torch.nn,
        torch,
    ):
        known = getattr(place, name, None)
        if known is not None:
            try:
                names = list(inspect.signature(known).parameters)
            except (TypeError, ValueError):
                return []
            return names
    if name == "backward" and not (
        isinstance(func, ast.Attribute) and ast.unparse(func.value).endswith("autograd")
    ):
        return ["gradient"] if isinstance(func, ast.Attribute) and len(call.args) == 0 else ["loss"]
    for known in KNOWN.get(name, ()):
        return [each for each in inspect.signature(known).parameters if each != "self"]
    return [FIRST[name]] if name in FIRST else []


def _by_keyword(draft: Draft, node: ast.expr) -> ast.expr | None:
    if (
        not isinstance(node, ast.Call)
        or not node.args
        or any(isinstance(one, ast.Starred) for one in node.args)
    ):
        return None
    names = _parameters(draft, node)
    if len(names) < len(node.args):
        return None
    made = [ast.keyword(name, value) for name, value in zip(names, node.args, strict=False)]
    return ast.Call(node.func, [], [*made, *node.keywords])


def _first_by_keyword_of_anything(draft: Draft, node: ast.expr) -> ast.expr | None:
    """Optimizers are called ``opt_class`` as well: whatever is handed ``parameters()``."""
    if isinstance(node, ast.Call) and node.args and "parameters()" in ast.unparse(node.args[0]):
        if _by_keyword(draft, node) is None:
            return ast.Call(node.func, node.args[1:], [ast.keyword("params", node.args[0]), *node.keywords])
    return None


def _by_position(draft: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not node.keywords or node.args:
        return None
    names = _parameters(draft, node)
    values = {one.arg: one.value for one in node.keywords}
    wanted = names[: len(values)]
    return ast.Call(node.func, [values[one] for one in wanted], []) if set(wanted) == set(values) else None


def _by_named_star(draft: Draft, node: ast.expr) -> ast.expr | None:
    made = _by_keyword(draft, node)
    if not isinstance(made, ast.Call):
        return None
    keys: list[ast.expr | None] = [ast.Constant(one.arg) for one in made.keywords]
    return ast.Call(made.func, [], [ast.keyword(None, ast.Dict(keys, [one.value for one in made.keywords]))])


def _by_dict_call(draft: Draft, node: ast.expr) -> ast.expr | None:
    made = _by_keyword(draft, node)
    if not isinstance(made, ast.Call):
        return None
    return ast.Call(made.func, [], [ast.keyword(None, ast.Call(ast.Name("dict"), [], made.keywords))])


def _by_star(_: Draft, node: ast.expr) -> ast.expr | None:
    if (
        not isinstance(node, ast.Call)
        or not node.args
        or any(isinstance(one, ast.Starred) for one in node.args)
    ):
        return None
    return ast.Call(node.func, [ast.Starred(ast.List(node.args))], node.keywords)


def _callee(template: str, *, methods: bool = True, functions: bool = True) -> Change:
    """What is called goes through something first: the template's F."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or _is_super(node):
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
            or _is_super(node)
            or any(
                isinstance(one, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom)
                for one in ast.walk(node)
            )
        ):
            return None
        return expression(template, C=node)

    return change


def _is_super(node: ast.Call) -> bool:
    text = ast.unparse(node.func)
    return text.startswith("super") or text in ("locals", "globals", "vars", "eval", "exec", "range", "print")


def _partial(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or _is_super(node):
        return None
    return ast.Call(ast.Call(expression("functools.partial"), [node.func, *node.args], node.keywords), [], [])


def _partial_method(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or _is_super(node):
        return None
    made = ast.Call(expression("functools.partial"), [node.func], node.keywords)
    return ast.Call(made, node.args, [])


def _methodcaller(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or _is_super(node):
        return None
    made = ast.Call(
        expression("operator.methodcaller"), [ast.Constant(node.func.attr), *node.args], node.keywords
    )
    return ast.Call(made, [node.func.value], [])


def _through_type(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or _is_super(node):
        return None
    return ast.Call(
        ast.Attribute(expression("type(O)", O=node.func.value), node.func.attr),
        [node.func.value, *node.args],
        node.keywords,
    )


def _through_class(draft: Draft, node: ast.expr) -> ast.expr | None:
    """``o.method(a)`` as ``Class.method(o, a)``, for the one class of the page that has it."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or _is_super(node):
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


def _argument(template: str) -> Change:
    """What is handed to a call goes through something first: the template's V."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or not node.args or _is_super(node):
            return None
        if isinstance(node.args[0], ast.Starred | ast.GeneratorExp | ast.NamedExpr | ast.Yield):
            return None
        return ast.Call(node.func, [expression(template, V=node.args[0]), *node.args[1:]], node.keywords)

    return change


def _receiver(template: str) -> Change:
    """What a method is called on goes through something first: the template's V."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or _is_super(node):
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
    Spelling("arguments by keyword", "expression", _by_keyword),
    Spelling("params by keyword", "expression", _first_by_keyword_of_anything),
    Spelling("arguments by position", "expression", _by_position),
    Spelling("arguments by named star", "expression", _by_named_star),
    Spelling("arguments by a dict call", "expression", _by_dict_call),
    Spelling("arguments by star", "expression", _by_star),
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
    Spelling("partial", "expression", _partial, ("import functools",)),
    Spelling("partial, handed more", "expression", _partial_method, ("import functools",)),
    Spelling("methodcaller", "expression", _methodcaller, ("import operator",)),
    Spelling("through type()", "expression", _through_type),
    Spelling("through the class", "expression", _through_class, ("import torch",)),
    Spelling("getattr", "expression", _getattr),
    Spelling("attrgetter", "expression", _attribute("operator.attrgetter(A)(O)"), ("import operator",)),
    Spelling("read through __dict__", "expression", _attribute("O.__dict__[A]")),
    Spelling("read through vars", "expression", _attribute("vars(O)[A]")),
    Spelling("read through __getattribute__", "expression", _attribute("O.__getattribute__(A)")),
    Spelling("read through object", "expression", _attribute("object.__getattribute__(O, A)")),
    Spelling("argument by a condition", "expression", _argument("(V if True else None)")),
    Spelling("argument by walrus", "expression", _argument("(handed := V)")),
    Spelling("argument in a lambda", "expression", _argument("(lambda: V)()")),
    Spelling("argument in a tuple", "expression", _argument("(V,)[0]")),
    Spelling("argument in a dict", "expression", _argument('{"v": V}["v"]')),
    Spelling("argument in a dict's get", "expression", _argument('dict(v=V).get("v")')),
    Spelling("argument by next", "expression", _argument("next(iter([V]))")),
    Spelling("argument popped", "expression", _argument("[V].pop()")),
    Spelling(
        "argument in a namespace", "expression", _argument("types.SimpleNamespace(v=V).v"), ("import types",)
    ),
    Spelling("argument by identity", "expression", _argument("same(V)"), ("def same(x):\n    return x",)),
    Spelling("argument by identity lambda", "expression", _argument("(lambda v: v)(V)")),
    Spelling(
        "argument by nullcontext",
        "expression",
        _argument("contextlib.nullcontext(V).__enter__()"),
        ("import contextlib",),
    ),
    Spelling("argument through a generator", "expression", _argument("next(v for v in [V])")),
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
    Spelling(
        "backward of autograd", "expression", _backward("torch.autograd.backward(L)"), ("import torch",)
    ),
    Spelling(
        "backward of autograd by name",
        "expression",
        _backward("torch.autograd.backward(tensors=L)"),
        ("import torch",),
    ),
    Spelling(
        "backward of autograd, listed",
        "expression",
        _backward("torch.autograd.backward([L])"),
        ("import torch",),
    ),
    Spelling(
        "backward imported",
        "expression",
        _backward("run_back(L)"),
        ("from torch.autograd import backward as run_back",),
    ),
    Spelling("backward of a sum", "expression", _backward("sum([L]).backward()")),
    Spelling(
        "backward twice half",
        "expression",
        _backward("((L) * 0.5).backward(retain_graph=True), ((L) * 0.5).backward()"),
    ),
    Spelling("step with None", "expression", _step("O.step(None)")),
    Spelling("step with closure None", "expression", _step("O.step(closure=None)")),
    Spelling("step with an empty closure", "expression", _step("O.step(lambda: None)")),
    Spelling("generator for list", "expression", _listed),
    Spelling("lambda in a partial", "expression", _lambda_body, ("import functools",)),
)
