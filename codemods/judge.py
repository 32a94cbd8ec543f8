"""Verdicts: what each training step of a program is, by dataflow on the IR.

A training step is the innermost loop body or function body in which an optimizer's step and a backward meet.
Inside it, the order of backward, step and zero is found on every path of one iteration; whether gradients
accumulate is found on the paths from a backward to itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from codemods.effects import Effect, Effects
from codemods.events import Accumulate, Backward, Path, Span, Step, Unknown, Zero
from codemods.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.ir.nodes import Function, Program, Region


class Last(Enum):
    """The latest thing that happened to an optimizer's gradients in this iteration."""

    START = "start"
    ZERO = "zero"
    BACKWARD = "backward"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Judged:
    """A training step with its verdict. ``zeros``: for zero-last, the statements that should move."""

    function: Function
    region: Region
    receivers: tuple[Path, ...]
    backward: Effect
    end_line: int
    verdict: Verdict
    reason: str
    zeros: tuple[Effect, ...] = ()
    backwards: tuple[Effect, ...] = ()


def judge(program: Program) -> list[Judged]:
    """Give every training step of a program its verdict, in the order of the source."""
    effects = Effects(program)
    found: list[Judged] = []
    for function in program.functions.values():
        one_function = _judge_function(function, effects.of(function))
        found.extend(_grouped(one_function))
    found.sort(key=lambda one: (one.backward.span.line, one.backward.span.column, one.receivers[0].text))
    return found


def _grouped(judged: list[Judged]) -> Iterable[Judged]:
    """Optimizers that share region, backward and verdict are one training step."""
    groups: dict[tuple[Region, Span, Verdict], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[(one.region, one.backward.span, one.verdict)].append(one)
    for same in groups.values():
        zeros = dict.fromkeys(zero for one in same for zero in one.zeros)
        first = same[0]
        yield Judged(
            first.function,
            first.region,
            tuple(dict.fromkeys(path for one in same for path in one.receivers)),
            first.backward,
            max(one.end_line for one in same),
            first.verdict,
            first.reason,
            tuple(zeros),
            first.backwards,
        )


def _judge_function(function: Function, effects: tuple[Effect, ...]) -> list[Judged]:
    complete = _complete_calls(effects)
    own = [one for one in effects if (one.block, one.index) not in complete]
    steps: dict[Path, list[Effect]] = defaultdict(list)
    for one in own:
        if isinstance(one.event, Step):
            steps[one.event.receiver].append(one)
    found: list[Judged] = []
    for receiver, all_sites in steps.items():
        remaining = list(all_sites)
        for region in sorted(function.regions, key=lambda one: len(one.blocks)):
            sites = [one for one in remaining if one.block in region.blocks]
            inside = [one for one in own if one.block in region.blocks]
            backwards = [one for one in inside if isinstance(one.event, Backward)]
            if sites and backwards:
                remaining = [one for one in remaining if one not in sites]
                found.append(_judge(function, region, receiver, sites, inside, backwards, own))
    return found


def _complete_calls(effects: tuple[Effect, ...]) -> set[tuple[int, int]]:
    """Calls that hold a backward and a step: the training step is the callee's own."""
    kinds: dict[tuple[int, int], set[type]] = defaultdict(set)
    for one in effects:
        if not one.direct:
            kinds[(one.block, one.index)].add(type(one.event))
    return {place for place, found in kinds.items() if {Backward, Step} <= found}


def _relevant_zeros(receiver: Path, inside: list[Effect]) -> list[Effect]:
    """The zeros that clear for ``receiver``: its own; else those of objects that never step (a module's)."""
    zeros = [one for one in inside if isinstance(one.event, Zero)]
    own = [one for one in zeros if one.receiver == receiver]
    if own:
        return own
    stepping = {one.receiver for one in inside if isinstance(one.event, Step)}
    return [one for one in zeros if one.receiver not in stepping]


def _judge(
    function: Function,
    region: Region,
    receiver: Path,
    steps: list[Effect],
    inside: list[Effect],
    backwards: list[Effect],
    own: list[Effect],
) -> Judged:
    zeros = _relevant_zeros(receiver, inside)
    order = _order(function, region, steps, zeros, backwards)
    first = _nearest(backwards, steps)
    end = max(one.span.end_line for one in (*backwards, *steps, *zeros))

    def verdict(kind: Verdict, reason: str, moving: Iterable[Effect] = ()) -> Judged:
        return Judged(function, region, (receiver,), first, end, kind, reason, tuple(moving), tuple(backwards))

    unsupported = _unsupported(receiver, steps, inside, backwards)
    if unsupported is not None:
        return verdict(Verdict.UNSUPPORTED, unsupported)
    accumulating = _accumulates(function, region, steps, zeros, backwards, own)
    if accumulating is not None:
        return verdict(Verdict.ACCUMULATION, accumulating)
    name = receiver.text
    step_lines = ", ".join(str(line) for line in sorted({one.span.line for one in steps}))
    if zeros and all(order[_place(one)] <= {Last.ZERO} for one in steps):
        line = min(one.span.line for one in zeros)
        return verdict(
            Verdict.STEP_WITHOUT_GRADIENT,
            f"{name}.step() on line {step_lines} can only see cleared gradients: zero_grad() stands between backward and step",
            [one for one in zeros if one.span.line >= line],
        )
    starting = [one for one in backwards if Last.START in order[_place(one)]]
    if zeros and not starting:
        return verdict(Verdict.CANONICAL, "zero_grad, backward, step")
    late = [one for one in zeros if Last.STEP in order[_place(one)] and _closes(function, region, one, steps)]
    if late:
        lines = ", ".join(str(line) for line in sorted({one.span.line for one in late}))
        return verdict(Verdict.ZERO_LAST, f"zero_grad() on line {lines} comes after {name}.step()", late)
    if not zeros:
        clearing = any(isinstance(one.event, Zero | Unknown) for one in inside)
        if region.loop and not clearing:
            return verdict(
                Verdict.NEVER_CLEARED,
                f"nothing in the loop clears the gradients of {name}: each step also sees those of the steps before",
            )
        if clearing:
            return verdict(Verdict.UNSUPPORTED, f"it cannot be told what clears the gradients of {name}")
        return verdict(Verdict.UNSUPPORTED, f"no zero_grad() for {name} is in sight here: it is cleared elsewhere, if at all")
    lines = ", ".join(str(line) for line in sorted({one.span.line for one in zeros}))
    return verdict(
        Verdict.UNSUPPORTED, f"zero_grad() on line {lines} runs on some of the paths to the backward, not on all"
    )


def _closes(function: Function, region: Region, zero: Effect, steps: list[Effect]) -> bool:
    """Whether an iteration can end behind a zero without another step of the same optimizer."""
    stepping = {_place(one) for one in steps}
    pending = [(zero.block, zero.index + 1)]
    seen: set[int] = set()
    while pending:
        block, start = pending.pop()
        events = function.blocks[block].events
        if any((block, index) in stepping for index in range(start, len(events))):
            continue
        successors = function.blocks[block].successors
        if block == function.exit or any(one == region.entry or one not in region.blocks for one in successors):
            return True
        for successor in successors:
            if successor not in seen:
                seen.add(successor)
                pending.append((successor, 0))
    return False


def _place(one: Effect) -> tuple[int, int]:
    return one.block, one.index


def _nearest(backwards: list[Effect], steps: list[Effect]) -> Effect:
    """The first backward after which nothing but this optimizer's step can be meant."""
    first_step = min(one.span.line for one in steps)
    before = [one for one in backwards if one.span.line <= first_step]
    return max(before, key=lambda one: (one.span.line, one.span.column)) if before else backwards[0]


def _unsupported(receiver: Path, steps: list[Effect], inside: list[Effect], backwards: list[Effect]) -> str | None:
    for one in inside:
        if isinstance(one.event, Unknown) and one.event.reason == f"{receiver.text}.step() is handed a closure":
            return f"{one.event.reason}: backward and zero_grad belong inside it"
    for one in backwards:
        if isinstance(one.event, Backward) and one.event.text == receiver.text:
            return f"{receiver.text} runs backward and steps by itself (an engine): it decides when gradients are cleared"
    return None


def _order(
    function: Function, region: Region, steps: list[Effect], zeros: list[Effect], backwards: list[Effect]
) -> dict[tuple[int, int], set[Last]]:
    """For each effect, what can have come last in its iteration when it happens."""
    at: dict[int, list[tuple[int, Last]]] = defaultdict(list)
    for kind, sites in ((Last.ZERO, zeros), (Last.BACKWARD, backwards), (Last.STEP, steps)):
        for one in sites:
            at[one.block].append((one.index, kind))
    seen: dict[tuple[int, int], set[Last]] = defaultdict(set)
    pending = [(region.entry, Last.START)]
    visited = set(pending)
    while pending:
        block, last = pending.pop()
        for index, kind in sorted(at.get(block, ()), key=lambda one: one[0]):
            seen[(block, index)].add(last)
            last = kind
        for successor in function.blocks[block].successors:
            if successor in region.blocks and successor != region.entry and (successor, last) not in visited:
                visited.add((successor, last))
                pending.append((successor, last))
    return seen


def _accumulates(
    function: Function,
    region: Region,
    steps: list[Effect],
    zeros: list[Effect],
    backwards: list[Effect],
    own: list[Effect],
) -> str | None:
    for one in own:
        if isinstance(one.event, Accumulate):
            return f"{one.event.text} (line {one.span.line}) decides in which iterations gradients are used and cleared"
    stops = {_place(one) for one in (*steps, *zeros)}
    for one in backwards:
        if _place(one) in stops:
            continue
        if _reaches_itself(function, region, one, stops):
            return f"the backward on line {one.span.line} can run again before a step or a zero_grad: gradients accumulate"
    return None


def _reaches_itself(function: Function, region: Region, one: Effect, stops: set[tuple[int, int]]) -> bool:
    """Whether a path leads from behind an effect back to it without passing a stop."""

    def passes(block: int, start: int, end: int) -> bool:
        return not any((block, index) in stops for index in range(start, end))

    blocks = function.blocks
    if not passes(one.block, one.index + 1, len(blocks[one.block].events)):
        return False
    pending = list(blocks[one.block].successors)
    seen: set[int] = set()
    while pending:
        block = pending.pop()
        if block == function.exit and not region.loop:
            pending.append(0)
        if block in seen:
            continue
        seen.add(block)
        if block == one.block:
            if passes(block, 0, one.index):
                return True
            continue
        if passes(block, 0, len(blocks[block].events)):
            pending.extend(blocks[block].successors)
    return False
