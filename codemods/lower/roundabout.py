"""Values that go round before they are used: ``(lambda: model)()``, ``[model][0]``, ``dict(m=model)["m"]``, ``next(iter([model]))``.

Nobody trains like that, and what such an expression may stand for is without end. A file with one that has more in it
than constants, imports and functions is left alone.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.syntax import FUNCTIONS, GETTERS, arguments
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.lower.world import World

DISPLAYS = (ast.Dict, ast.DictComp, ast.GeneratorExp, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Tuple)
MAKING = frozenset(
    "builtins.dict builtins.filter builtins.iter builtins.list builtins.map builtins.next builtins.reversed builtins.tuple"
    " builtins.zip types.SimpleNamespace".split()
)
TAKING = GETTERS | {"popitem", "popleft", "__next__"}
HOLDING = frozenset({"contextlib.closing", "contextlib.nullcontext"})
SHAPES = frozenset({"device", "dtype", "ndim", "shape"})
CALLED_AT_ONCE = ("functools.", "operator.")


def roundabout(world: World) -> str | None:
    """Why nothing in a file can be told: the first expression of it that takes a value out of what it has just put it into."""
    found: list[ast.AST] = []
    for kind, goes_round in KINDS.items():
        found += [one for one in world.scopes.all(kind) if goes_round(world, one)]
    first = min(found, key=_line, default=None)
    if first is None:
        return None
    text = ast.unparse(first).partition("\n")[0]
    text = text if len(text) <= 50 else text[:47] + "..."
    return f"line {_line(first)}: what {text} stands for is not followed"


def _line(node: ast.AST) -> int:
    return node.context_expr.lineno if isinstance(node, ast.withitem) else getattr(node, "lineno", 0)


def _in_call(world: World, call: ast.AST) -> bool:
    assert isinstance(call, ast.Call)
    func = call.func
    if isinstance(func, ast.Lambda):
        return bool(call.args or call.keywords) or not _is_dropped(world, call)
    if (
        isinstance(func, ast.Call)
        and _full(world, func.func).startswith(CALLED_AT_ONCE)
        and _tells(world, func)
    ):
        return True
    if isinstance(func, ast.Attribute) and func.attr in TAKING and _is_made(world, func.value):
        return True
    if isinstance(func, ast.Attribute) and func.attr == "__enter__" and isinstance(func.value, ast.Call):
        return _full(world, func.value.func) in HOLDING and _tells(world, func.value)
    if _full(world, func) == "builtins.next" and any(_is_made(world, one) for one in call.args[:1]):
        return True
    starred = [one.value for one in call.args if isinstance(one, ast.Starred)]
    named = [one.value for one in call.keywords if one.arg is None and _is_written_out(world, one.value)]
    return any(_is_made(world, one) and _means_much(world, one) for one in starred) or any(
        world.evidence.starred or _means_much(world, one) or world.evidence.holds(one) for one in named
    )


def _is_written_out(world: World, value: ast.expr) -> bool:
    """Whether arguments stand in a dictionary that is made on the spot, all of their names in sight."""
    if isinstance(value, ast.Dict) and not all(isinstance(one, ast.Constant) for one in value.keys):
        return False
    return _is_made(world, value)


def _means_much(world: World, value: ast.expr) -> bool:
    """Whether a model, an optimizer or a function that touches gradients is named in a value."""
    return world.evidence.owns(value) or world.evidence.calls_back(value)


def _full(world: World, func: ast.expr) -> str:
    """The full name of what is called; what the file nowhere binds is Python's own, where names may come from anywhere, too."""
    full = world.evidence.imported(func)
    if full is None and isinstance(func, ast.Name) and world.evidence.starred:
        return f"builtins.{func.id}"
    return full or ""


def _is_dropped(world: World, call: ast.Call) -> bool:
    """Whether nobody gets what a call gives back."""
    return any(one.value is call for one in world.scopes.all(ast.Expr))


def _in_lookup(world: World, node: ast.AST) -> bool:
    assert isinstance(node, ast.Attribute | ast.Subscript)
    if isinstance(node, ast.Subscript):
        # What is asked for by a variable is one of several, made anew each time: {"relu": nn.ReLU(), "elu": nn.ELU()}[args.act].
        chosen = not isinstance(node.slice, ast.Constant | ast.UnaryOp) and isinstance(node.value, ast.Dict)
        return _is_made(world, node.value) and not (
            chosen and all(_is_new(world, one) for one in children(node.value))
        )
    made = isinstance(node.value, ast.Call) and _full(world, node.value.func) == "types.SimpleNamespace"
    return made and _is_made(world, node.value)


def _in_loop(world: World, loop: ast.AST) -> bool:
    assert isinstance(loop, ast.For)
    idle = all(isinstance(one, ast.Pass) for one in loop.body)
    return (idle or not isinstance(loop.target, ast.Name | ast.Tuple)) and _is_made(world, loop.iter)


def _in_context(world: World, item: ast.AST) -> bool:
    assert isinstance(item, ast.withitem)
    call = item.context_expr
    if item.optional_vars is None or not isinstance(call, ast.Call):
        return False
    return _full(world, call.func) in HOLDING and _tells(world, call)


def _in_assignment(world: World, node: ast.AST) -> bool:
    assert isinstance(node, ast.Assign)
    starred = any(
        isinstance(each, ast.Starred)
        for target in node.targets
        if isinstance(target, ast.Tuple | ast.List)
        for each in target.elts
    )
    single = any(isinstance(one, ast.Tuple | ast.List) and len(one.elts) == 1 for one in node.targets)
    return (starred or single) and _is_made(world, node.value)


def _in_class(_: World, node: ast.AST) -> bool:
    """Whether the body of a class trains, or has a method that is a lambda."""
    assert isinstance(node, ast.ClassDef)
    inside = [
        each for one in node.body if not isinstance(one, (*FUNCTIONS, ast.ClassDef)) for each in walk(one)
    ]
    return any(
        (isinstance(one, ast.Attribute) and one.attr in ("backward", "step"))
        or (
            isinstance(one, ast.Assign | ast.AnnAssign)
            and isinstance(one.value, ast.Lambda)
            and bool(one.value.args.args)
        )
        for one in inside
    )


def _in_walrus(world: World, node: ast.AST) -> bool:
    assert isinstance(node, ast.NamedExpr)
    return world.evidence.owns(node.value)


KINDS: dict[type[ast.AST], Callable[[World, ast.AST], bool]] = {
    ast.Call: _in_call,
    ast.Attribute: _in_lookup,
    ast.Subscript: _in_lookup,
    ast.For: _in_loop,
    ast.withitem: _in_context,
    ast.Assign: _in_assignment,
    ast.ClassDef: _in_class,
    ast.NamedExpr: _in_walrus,
}


def _is_made(world: World, node: ast.expr) -> bool:
    """Whether something is a container that is made on the spot, of what tells nothing by itself."""
    if isinstance(node, ast.Call):
        if _full(world, node.func) not in MAKING:
            return False
        named = any(not _is_plain(world, one.value) for one in node.keywords)
        return named or any(_is_made(world, one) for one in node.args)
    return isinstance(node, DISPLAYS) and _tells(world, node)


def _tells(world: World, node: ast.expr) -> bool:
    """Whether there is anything in a container or a call but constants, imports, functions and classes."""
    parts = list(arguments(node)) if isinstance(node, ast.Call) else []
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        parts = [one.iter for one in node.generators if _is_made(world, one.iter)]
    elif not isinstance(node, ast.Call):
        parts = [one for one in children(node) if isinstance(one, ast.expr)]
    return any(not _is_plain(world, one) for one in parts)


def _is_new(world: World, node: ast.AST) -> bool:
    """Whether something is plain, or is made by a library of nothing but that."""
    if isinstance(node, ast.Call):
        known = world.evidence.imported(node.func) is not None
        return known and all(_is_new(world, one) for one in arguments(node))
    return not isinstance(node, ast.expr) or _is_plain(world, node)


def _is_plain(world: World, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.Compare | ast.UnaryOp):
        return True
    if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.Starred):
        return all(_is_plain(world, one) for one in children(node) if isinstance(one, ast.expr))
    if isinstance(node, ast.Name):
        found = world.definition(node.id, world.scopes.of_node[node])
        if isinstance(found, (*FUNCTIONS, ast.ClassDef)):
            return True
    if isinstance(node, ast.Attribute) and node.attr in SHAPES:
        return True
    return isinstance(node, ast.Name | ast.Attribute) and world.evidence.imported(node) is not None
