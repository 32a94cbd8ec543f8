"""In which order effects can happen: questions about paths through one function, for the verdicts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from codemods.events import Step, Zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.effects import Effect
    from codemods.ir.nodes import Function, Region

Place = tuple[int, int]


class Fact(NamedTuple):
    """What one iteration has done to an optimizer's gradients so far.

    ``zeroed``: cleared in this iteration. ``pending``: a backward has run since. ``stepped``: used since.
    """

    zeroed: bool = False
    pending: bool = False
    stepped: bool = False


CLEARED = Fact(zeroed=True)
"""Directly behind a zero."""


def order(
    function: Function,
    region: Region,
    steps: Sequence[Effect],
    zeros: Sequence[Effect],
    backwards: Sequence[Effect],
) -> dict[Place, set[Fact]]:
    """For each site, the facts with which an iteration of ``region`` can reach it."""
    at: dict[int, list[tuple[int, int, Effect]]] = defaultdict(list)
    for number, one in enumerate((*backwards, *steps, *zeros)):
        at[one.block].append((one.index, number, one))
    seen: dict[Place, set[Fact]] = defaultdict(set)
    pending = [(region.entry, Fact())]
    visited = set(pending)
    while pending:
        block, fact = pending.pop()
        for _, _, one in sorted(at.get(block, ()), key=lambda each: each[:2]):
            seen[one.place].add(fact)
            fact = _after(one, fact)
        for successor in function.blocks[block].successors:
            if successor in region.blocks and successor != region.entry and (successor, fact) not in visited:
                visited.add((successor, fact))
                pending.append((successor, fact))
    return seen


def _after(one: Effect, fact: Fact) -> Fact:
    if isinstance(one.event, Zero):
        return Fact(zeroed=True)
    if isinstance(one.event, Step):
        return fact._replace(pending=False, stepped=True)
    return fact._replace(pending=True)


def attributed(
    function: Function,
    backward: Effect,
    targets: set[Place],
    walls: set[Place],
    others: set[Place],
    further: set[Place],
) -> bool:
    """Whether a backward runs for these steps: one follows, with no clearing between, and not as another loss's.

    A backward after which another optimizer steps and a further backward runs belongs to that other optimizer.
    ``targets``, ``walls``, ``others`` and ``further``: where these steps, the clearings, other steps and backwards are.
    """
    pending: list[tuple[int, int, bool]] = [(backward.block, backward.index, False)]
    seen: set[tuple[int, bool]] = set()
    while pending:
        block, start, passed = pending.pop()
        stopped = False
        for index in range(start, len(function.blocks[block].events)):
            place = (block, index)
            if place in targets:
                return True
            if place in walls or (passed and place in further):
                stopped = True
                break
            passed = passed or place in others
        if stopped:
            continue
        for successor in function.blocks[block].successors:
            if (successor, passed) not in seen:
                seen.add((successor, passed))
                pending.append((successor, 0, passed))
    return False


def closes(function: Function, region: Region, zero: Effect, stepping: set[Place]) -> bool:
    """Whether an iteration can end behind a zero without another of the steps."""
    pending = [(zero.block, zero.index + 1)]
    seen: set[int] = set()
    while pending:
        block, start = pending.pop()
        if any((block, index) in stepping for index in range(start, len(function.blocks[block].events))):
            continue
        successors = function.blocks[block].successors
        if block == function.exit or any(
            one == region.entry or one not in region.blocks for one in successors
        ):
            return True
        for successor in successors:
            if successor not in seen:
                seen.add(successor)
                pending.append((successor, 0))
    return False


def reaches_itself(
    function: Function, region: Region, backward: Effect, again: set[Place], stops: set[Place]
) -> bool:
    """Whether a path leads from behind a backward to the same backward, ``again``, without passing a stop.

    A loop that holds a stop and not the backward counts as run through at least once.
    """
    inner = {
        one.entry
        for one in function.regions
        if one.loop and backward.block not in one.blocks and any(block in one.blocks for block, _ in stops)
    }
    pending: list[tuple[int, int]] = [(backward.block, backward.index + 1)]
    seen: set[int] = set()
    while pending:
        block, start = pending.pop()
        stopped = block in inner
        for index in range(start, len(function.blocks[block].events)):
            if (block, index) in stops:
                stopped = True
                break
            if (block, index) in again:
                return True
        if stopped:
            continue
        successors = list(function.blocks[block].successors)
        if block == function.exit and not region.loop:
            successors.append(0)
        for successor in successors:
            if successor not in seen:
                seen.add(successor)
                pending.append((successor, 0))
    return False
