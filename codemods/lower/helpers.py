"""Functions of the file that do nothing but clear gradients: a statement that calls one is a clearing itself."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.clearings import clears_only
from codemods.events import Call, Mark, Path, Zero

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.events import Event
    from codemods.ir.nodes import Block, Function
    from codemods.lower.world import World


def unfolded(world: World, functions: dict[str, Function]) -> dict[str, Function]:
    """The functions, with statements that call such a function replaced by what it clears, in the caller's words."""
    helpers = {name: zeros for name, one in functions.items() if (zeros := _zeros(world, one))}
    if not helpers:
        return functions

    def events(block: Block) -> Iterable[Event]:
        for event in block.events:
            found = None
            if isinstance(event, Call) and event.statement:
                found = _renamed(event, helpers.get(event.function, ()))
            if found:
                yield from found
            else:
                yield event

    return {
        name: replace(one, blocks=tuple(replace(block, events=tuple(events(block))) for block in one.blocks))
        for name, one in functions.items()
    }


def _zeros(world: World, function: Function) -> tuple[Zero, ...]:
    """The zeros of a function of this file that consists of them, one after the other."""
    node = world.functions.get(function.name)
    if function.file or not isinstance(node, ast.FunctionDef) or not clears_only(node):
        return ()
    found: list[Event] = []
    number, seen = 0, {0}
    while number != function.exit:
        block = function.blocks[number]
        found += block.events
        if len(block.successors) != 1 or block.successors[0] in seen:
            return ()
        number = block.successors[0]
        seen.add(number)
    zeros = tuple(one for one in found if isinstance(one, Zero))
    return zeros if all(isinstance(one, Zero | Mark) for one in found) else ()


def _renamed(call: Call, zeros: tuple[Zero, ...]) -> list[Zero] | None:
    """The zeros as the caller names their receivers, None where it has no name for one."""
    arguments = dict(call.arguments)

    def path(one: Path) -> Path | None:
        indices = [path(each) for each in one.indices]
        known = [each for each in indices if each is not None]
        if len(known) < len(indices):
            return None
        meaning = arguments.get(one.variable)
        if meaning is not None:
            return None if meaning.root == "None" else meaning.extended(one.rest, tuple(known))
        if one.scope == call.function or one.scope.startswith(("class ", f"{call.function}.")):
            return None
        return Path(one.scope, one.root, one.rest, tuple(known))

    found = []
    for zero in zeros:
        receiver = path(zero.receiver)
        if receiver is None:
            return None
        how = f"{call.function.rpartition('.')[2]}()"
        found.append(replace(zero, receiver=receiver, span=call.span, written=receiver.text, how=how))
    return found
