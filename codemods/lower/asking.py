"""Whether a function of the file hands a model on to code that cannot be followed, by the calls that stand in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.danger import danger
from codemods.syntax import FUNCTIONS, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode


def asks(world: World, node: FunctionNode) -> bool:
    """Whether a function, or one of the file that goes by a name it calls, calls code that may look at gradients."""
    seen: set[FunctionNode] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        if one not in world.asking:
            world.asking[one] = _asks_itself(world, one)
        if world.asking[one] is None:
            return True
        pending.extend(world.asking[one] or ())
    return False


def _asks_itself(world: World, node: FunctionNode) -> tuple[FunctionNode, ...] | None:
    """None where a function calls such code itself, else the functions of the file that it may call."""
    found: list[FunctionNode] = []
    for call in walk(node):
        if not isinstance(call, ast.Call):
            continue
        own = _of_the_file(world, callee_name(call))
        if not own and danger(world, call) is not None:
            return None
        found += own
    return tuple(found)


def _of_the_file(world: World, name: str) -> list[FunctionNode]:
    return [one for one in world.evidence.named(name) if isinstance(one, FUNCTIONS)]
