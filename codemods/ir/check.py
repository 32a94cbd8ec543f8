"""The verifier of the IR: what every lowered program must satisfy, whatever source it came from."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from codemods.events import Call, Rebind, Step, Zero

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Event
    from codemods.ir.nodes import Function, Program


class Malformed(Exception):
    """A program that breaks an invariant of the IR: a bug of whatever built it."""


def check(program: Program) -> None:
    """Verify a whole program. Raises :class:`Malformed` with the first invariant that does not hold."""
    for complaint in _program(program):
        raise Malformed(complaint)


def _program(program: Program) -> Iterator[str]:
    if next(iter(program.functions), None) != "<module>":
        yield "the first function is not <module>"
        return
    if program.module.root:
        yield "<module> is a root, but it runs once"
    for name, function in program.functions.items():
        if function.name != name:
            yield f"{function.name} is filed under {name}"
        for complaint in (*_blocks(function), *_regions(function), *_events(program, function)):
            yield f"{name}: {complaint}"


def _blocks(function: Function) -> Iterator[str]:
    numbers = range(len(function.blocks))
    ends = {"exit": function.exit, "raise_exit": function.raise_exit}
    for name, number in ends.items():
        if number not in numbers:
            yield f"{name} is no block"
        elif function.blocks[number].events or function.blocks[number].successors:
            yield f"{name} is not an empty block without successors"
    if 0 in ends.values() or function.exit == function.raise_exit:
        yield "entry, exit and raise_exit are not three blocks"
    reached = _reached(function)
    for number, block in enumerate(function.blocks):
        if not all(one in numbers for one in (*block.successors, block.on_raise)):
            yield f"block {number} leads to a block that is not there"
        if len(set(block.successors)) != len(block.successors):
            yield f"block {number} names a successor twice"
        if not block.successors and number not in ends.values() and number in reached:
            yield f"block {number} leads nowhere"


def _reached(function: Function) -> set[int]:
    """The blocks that the entry leads to, by exceptions too; one that is not there leads no further."""
    reached: set[int] = set()
    pending = [0]
    while pending:
        number = pending.pop()
        if number not in reached and 0 <= number < len(function.blocks):
            reached.add(number)
            pending += [*function.blocks[number].successors, function.blocks[number].on_raise]
    return reached


def _regions(function: Function) -> Iterator[str]:
    everything = frozenset(range(len(function.blocks)))
    if not function.regions:
        yield "it has no region for its body"
        return
    body = function.regions[0]
    if body.loop or body.entry != 0 or body.blocks != everything:
        yield "its first region is not its whole body"
    for region in function.regions[1:]:
        if not region.loop and not region.cell:
            yield "it has two bodies"
        if region.entry not in region.blocks:
            yield f"the loop entered at block {region.entry} does not hold its own entry"
        if not region.blocks <= everything:
            yield f"the loop entered at block {region.entry} holds blocks that are not there"
    for one, other in combinations(function.regions, 2):
        if one.blocks & other.blocks and not (one.blocks <= other.blocks or other.blocks <= one.blocks):
            yield f"the loops entered at blocks {one.entry} and {other.entry} overlap"


def _events(program: Program, function: Function) -> Iterator[str]:
    for block in function.blocks:
        for event in block.events:
            if not 1 <= event.span.line <= event.span.end_line:
                yield f"an event of line {event.span.line} ends on line {event.span.end_line}"
            yield from _event(program, event)


def _event(program: Program, event: Event) -> Iterator[str]:
    if isinstance(event, Zero | Step) and not event.receiver.root:
        yield f"line {event.span.line} clears or steps nothing that has a name"
    elif isinstance(event, Rebind) and not event.target.root:
        yield f"line {event.span.line} binds nothing that has a name"
    elif isinstance(event, Call):
        callee = program.functions.get(event.function)
        if callee is None:
            yield f"line {event.span.line} calls {event.function}, which is not there"
        elif not {name for name, _ in event.arguments} <= set(callee.variables):
            yield f"line {event.span.line} hands {event.function} what it does not take"
