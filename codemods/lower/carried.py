"""Whether a value may bring along a module or a parameter of one: out of a container, a function, whatever a name is bound to.

What a module computes is no part of one, nor is what a method gives back that is none of a container. Everything else
that a value is made of may come out again.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.bodies import body_of
from codemods.lower.loose import stored_loosely
from codemods.syntax import FUNCTIONS, arguments, callee_name
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.events import Path
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode

COMPUTING = re.compile(r"torch\.(?!nn\.(?!functional\.))|(?:numpy|math|time|os|random|tqdm|json)\.")
"""Libraries whose functions give back no module that they are handed."""

FIGURES = frozenset("bool float int isinstance issubclass len print range repr round str sum type".split())
"""Builtins that give back nothing that they are handed."""

PLAIN = harmless.CARRIER_VALUES | frozenset(
    "data embed_dim grad hidden_size in_features out_features requires_grad".split()
)
"""Attributes of modules and parameters that are none themselves."""

GIVING = harmless.SELF_RETURNING | frozenset(
    "__copy__ __getitem__ __next__ copy get items pop popitem popleft setdefault values".split()
)
"""Methods that give back what they are asked of, or what is in it."""

NOTHING = (ast.BinOp, ast.Compare, ast.Constant, ast.JoinedStr, ast.UnaryOp)


def carries(world: World, value: ast.expr, makes: Callable[[ast.Call], bool]) -> bool:
    """Whether a value may be, or hold, a module or a parameter. ``makes``: whether a call makes one."""
    evidence = world.evidence
    seen: set[Path | FunctionNode] = set()
    pending: list[ast.expr] = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Call):
            if makes(one):
                return True
            pending.extend(_given_back(world, one, seen))
        elif isinstance(one, ast.Name | ast.Attribute | ast.Subscript):
            if isinstance(one, ast.Attribute) and one.attr in PLAIN:
                continue
            path = world.scopes.path(one)
            if path is not None and path not in seen:
                seen.add(path)
                if evidence.is_optimizer(path) or evidence.is_data(path):
                    continue
                found = _bound(world, path)
                if evidence.is_module(path) or (None in found and path in evidence.holders):
                    return True
                pending.extend(each for each in found if each is not None)
            if path is None and isinstance(one, ast.Attribute):
                pending.extend(each for each in stored_loosely(evidence, one.attr) if each is not None)
                pending.extend(_returned(world, one.attr, seen))
            if not isinstance(one, ast.Name):
                pending.append(one.value)
        elif isinstance(one, ast.Lambda):
            pending.append(one.body)
        elif not isinstance(one, NOTHING) or (
            isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.BitOr)
        ):
            parts = (each.iter if isinstance(each, ast.comprehension) else each for each in children(one))
            pending.extend(each for each in parts if isinstance(each, ast.expr))
    return False


def _bound(world: World, path: Path) -> list[ast.expr | None]:
    """What a path is bound to, handed, filled with or captured from."""
    evidence = world.evidence
    found = [*evidence.bindings.get(path, ()), *evidence.handed.get(path, ())]
    found += [one for filled, call in evidence.filled if filled == path for one in arguments(call)]
    return found + [subject for captured, subject in evidence.captured if captured == path]


def _given_back(world: World, call: ast.Call, seen: set[Path | FunctionNode]) -> Iterator[ast.expr]:
    """The expressions whose values a call may give back."""
    func, name, full = call.func, callee_name(call), world.evidence.imported(call.func)
    if full is not None:
        if COMPUTING.match(full) is None and not (full.startswith("builtins.") and name in FIGURES):
            yield from arguments(call)
        return
    own = [one for one in world.evidence.named(name) if isinstance(one, FUNCTIONS)]
    yield from _returned(world, name, seen)
    if isinstance(func, ast.Attribute):
        if name in GIVING:
            yield func.value
        if not own and name not in harmless.TENSOR_METHODS - GIVING:
            yield from arguments(call)
        return
    if not isinstance(func, ast.Name):
        yield from (func, *arguments(call))
        return
    path = world.scopes.path(func)
    if own or path is None or not world.evidence.is_forward(func):
        yield from arguments(call)
    for value in () if path is None else _bound(world, path):
        if isinstance(value, ast.Lambda) or (isinstance(value, ast.Call) and callee_name(value) == "partial"):
            yield value


def _returned(world: World, name: str, seen: set[Path | FunctionNode]) -> Iterator[ast.expr]:
    """What the functions of the file of a name give back, each asked once."""
    for one in world.evidence.named(name):
        if isinstance(one, FUNCTIONS) and one not in seen:
            seen.add(one)
            yield from (each.value for each in body_of(world, one).returns if each.value is not None)


def may_be_none(world: World, value: ast.expr, depth: int = 3) -> bool:
    """Whether a value may be None, as far as the file binds it."""
    if isinstance(value, ast.Constant):
        return value.value is None
    if isinstance(value, ast.IfExp | ast.BoolOp | ast.List | ast.Tuple):
        return any(may_be_none(world, one, depth) for one in children(value) if isinstance(one, ast.expr))
    if isinstance(value, ast.Call):
        handed = arguments(value) if depth and world.evidence.hands_back(value) else ()
        return any(may_be_none(world, one, depth - 1) for one in handed)
    path = world.scopes.path(value) if isinstance(value, ast.Name | ast.Attribute) else None
    if path is None or not depth:
        return False
    values = [*world.evidence.bindings.get(path, ()), *world.evidence.handed.get(path, ())]
    return any(one is not None and may_be_none(world, one, depth - 1) for one in values)
