"""What calls are handed, spelt another way."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

import torch

from tests.spellings.in_values import is_super
from tests.spellings.spell import Spelling, expression

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


def _partial(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or is_super(node):
        return None
    return ast.Call(ast.Call(expression("functools.partial"), [node.func, *node.args], node.keywords), [], [])


def _partial_method(_: Draft, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or is_super(node):
        return None
    made = ast.Call(expression("functools.partial"), [node.func], node.keywords)
    return ast.Call(made, node.args, [])


def _argument(template: str) -> Change:
    """What is handed to a call goes through something first: the template's V."""

    def change(_: Draft, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call) or not node.args or is_super(node):
            return None
        if isinstance(node.args[0], ast.Starred | ast.GeneratorExp | ast.NamedExpr | ast.Yield):
            return None
        return ast.Call(node.func, [expression(template, V=node.args[0]), *node.args[1:]], node.keywords)

    return change


SPELLINGS = (
    Spelling("arguments by keyword", "expression", _by_keyword),
    Spelling("params by keyword", "expression", _first_by_keyword_of_anything),
    Spelling("arguments by position", "expression", _by_position),
    Spelling("arguments by named star", "expression", _by_named_star),
    Spelling("arguments by a dict call", "expression", _by_dict_call),
    Spelling("arguments by star", "expression", _by_star),
    Spelling("partial", "expression", _partial, ("import functools",)),
    Spelling("partial, handed more", "expression", _partial_method, ("import functools",)),
    Spelling("argument by a condition", "expression", _argument("(V if True else None)")),
    Spelling("argument by walrus", "expression", _argument("(handed := V)")),
    Spelling("argument in a lambda", "expression", _argument("(lambda: V)()")),
    Spelling("argument in a tuple", "expression", _argument("(V,)[0]")),
    Spelling("argument in a dict", "expression", _argument('{"v": V}["v"]')),
    Spelling("argument in a dict's get", "expression", _argument('dict(v=V).get("v")')),
    Spelling("argument by next", "expression", _argument("next(iter([V]))")),
    Spelling("argument popped", "expression", _argument("[V].pop()")),
    Spelling("argument in a namespace", "expression", _argument("types.SimpleNamespace(v=V).v"), ("import types",)),
    Spelling("argument by identity", "expression", _argument("same(V)"), ("def same(x):\n    return x",)),
    Spelling("argument by identity lambda", "expression", _argument("(lambda v: v)(V)")),
    Spelling("argument by nullcontext","expression",_argument("contextlib.nullcontext(V).__enter__()"),("import contextlib",),),
    Spelling("argument through a generator", "expression", _argument("next(v for v in [V])")),
)  # fmt: skip
