"""What stands in a function, what stands in the functions inside it with it: found in one walk for all who ask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from codemods.syntax import BINDERS, OPENING, FunctionNode, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World


class Body(NamedTuple):
    """The nodes below a function and the function itself, by kind; ``backwards``: the calls that compute gradients.

    ``opens``: there are functions or classes inside. ``leaks``: it binds names of the code around it, or yields.
    """

    names: list[ast.Name]
    attributes: list[ast.Attribute]
    returns: list[ast.Return]
    binders: list[ast.AST]
    backwards: list[ast.Call]
    opens: bool
    leaks: bool


BACKWARDS = ("backward", "manual_backward")
BINDING = frozenset(BINDERS)
LEAKING = frozenset({ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom})


def body_of(world: World, node: FunctionNode) -> Body:
    """What stands in a function of the file."""
    known = world.bodies.get(node)
    if known is None:
        known = world.bodies[node] = _body(world, node)
    return known


def _body(world: World, function: FunctionNode) -> Body:
    by_kind: dict[type[ast.AST], list[ast.AST]] = {}
    for node in walk(function):
        by_kind.setdefault(type(node), []).append(node)
    kinds = by_kind.keys()
    inside = sum(len(by_kind[kind]) for kind in kinds & OPENING)
    return Body(
        by_kind.get(ast.Name, []),  # type: ignore[arg-type]
        by_kind.get(ast.Attribute, []),  # type: ignore[arg-type]
        by_kind.get(ast.Return, []),  # type: ignore[arg-type]
        [one for kind in kinds & BINDING for one in by_kind[kind]],
        [
            one
            for one in by_kind.get(ast.Call, ())
            if isinstance(one, ast.Call)
            and (
                callee_name(one) in BACKWARDS
                or world.evidence.imported(one.func) == "torch.autograd.backward"
            )
        ],
        inside > 1,
        not kinds.isdisjoint(LEAKING),
    )
