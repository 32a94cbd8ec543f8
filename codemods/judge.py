"""Verdicts: what each training step of a program is, by dataflow on the IR.

A training step is the innermost loop body or function body in which an optimizer's step and a backward meet.
Inside it, the order of backward, step and zero is found on every path of one iteration; whether gradients
accumulate is found on the paths from a backward to itself.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.effects import Effect, Effects
from codemods.events import Accumulate, Backward, Path, Rebind, Span, Step, Unknown, Zero
from codemods.findings import IN_ORDER, Verdict
from codemods.orders import CLEARED, Fact, attributed, closes, order, reaches_itself
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.ir.nodes import Function, Program, Region


class Judged(Struct, frozen=True):
    """A training step with its verdict. ``zeros``: for zero-last, the calls that should move.

    For canonical, they are the calls that clear something in an iteration, for a step without gradient those between
    backward and step.

    ``receivers`` and ``names`` belong together: what steps, and how it is written there.
    """

    function: Function
    region: Region
    receivers: tuple[Path, ...]
    names: tuple[str, ...]
    start: Span
    end_line: int
    verdict: Verdict
    reason: str
    zeros: tuple[Effect, ...] = ()


class Scene(Struct, frozen=True):
    """One optimizer in one region: the sites that its verdict rests on."""

    program: Program
    function: Function
    region: Region
    receiver: Path
    name: str
    steps: tuple[Effect, ...]
    zeros: tuple[Effect, ...]
    backwards: tuple[Effect, ...]
    inside: tuple[Effect, ...]

    def judged(self, verdict: Verdict, reason: str, moving: Iterable[Effect] = ()) -> Judged:
        """The scene with its verdict."""
        sites = (*self.backwards, *self.steps, *self.zeros)
        start = min(
            (one.span for one in self.backwards or self.zeros or self.steps),
            key=lambda one: (one.line, one.column),
        )
        end = max(one.span.end_line for one in sites)
        names = (self.name,)
        return Judged(
            self.function, self.region, (self.receiver,), names, start, end, verdict, reason, tuple(moving)
        )


@timed("judge")
def judge(program: Program) -> list[Judged]:
    """Give every training step of a program its verdict, in the order of the source."""
    effects = Effects(program)
    found: list[Judged] = []
    for function in program.functions.values():
        if function.file:
            continue
        scenes = _scenes(program, function, effects.of(function))
        found.extend(_grouped([_judge(scene) for scene in scenes]))
    found.sort(key=lambda one: (one.start.line, one.start.column, one.names))
    return found


def _grouped(judged: list[Judged]) -> Iterable[Judged]:
    """Optimizers that share backward and verdict are one training step."""
    groups: dict[tuple[Span, Verdict], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[(one.start, one.verdict)].append(one)
    for same in groups.values():
        pairs = dict.fromkeys(pair for one in same for pair in zip(one.receivers, one.names, strict=True))
        yield replace(
            same[0],
            receivers=tuple(receiver for receiver, _ in pairs),
            names=tuple(name for _, name in pairs),
            end_line=max(one.end_line for one in same),
            zeros=tuple(dict.fromkeys(zero for one in same for zero in one.zeros)),
        )


def _scenes(program: Program, function: Function, effects: tuple[Effect, ...]) -> Iterable[Scene]:
    """Every optimizer with the innermost region in which it meets a backward."""
    complete = _complete_calls(effects)
    own = [one for one in effects if (one.block, one.index) not in complete]
    steps: dict[Path, list[Effect]] = defaultdict(list)
    for one in own:
        if one.receiver is not None and isinstance(one.event, Step):
            steps[one.receiver].append(one)
    regions = sorted(function.regions, key=lambda one: len(one.blocks))
    for receiver, sites in steps.items():
        remaining = sites
        for region in regions:
            inside = tuple(one for one in own if one.block in region.blocks)
            here = tuple(one for one in remaining if one.block in region.blocks)
            if here and any(isinstance(one.event, Backward) or _closure(one, receiver) for one in inside):
                yield _scene(program, function, region, receiver, here, inside)
                remaining = [one for one in remaining if one.block not in region.blocks]


def _scene(
    program: Program,
    function: Function,
    region: Region,
    receiver: Path,
    steps: tuple[Effect, ...],
    inside: tuple[Effect, ...],
) -> Scene:
    zeros = relevant_zeros(program, receiver, inside)
    others = [one for one in inside if isinstance(one.event, Step) and one.receiver != receiver]
    candidates = [one for one in inside if isinstance(one.event, Backward)]
    targets, walls, passed, further = (
        {one.place for one in found} for found in (steps, zeros, others, candidates)
    )
    used = [one for one in candidates if attributed(function, one, targets, walls - targets, passed, further)]
    name = next(
        (one.event.written for one in steps if isinstance(one.event, Step) and one.event.written),
        receiver.text,
    )
    return Scene(program, function, region, receiver, name, steps, zeros, tuple(used or candidates), inside)


def _complete_calls(effects: tuple[Effect, ...]) -> set[tuple[int, int]]:
    """Calls that hold a backward and a step: the training step is the callee's own."""
    kinds: dict[tuple[int, int], set[type]] = defaultdict(set)
    for one in effects:
        if not one.direct:
            kinds[one.place].add(type(one.event))
            if isinstance(one.event, Unknown) and one.event.reason.endswith("is handed a closure"):
                kinds[one.place].add(Backward)
    return {place for place, found in kinds.items() if {Backward, Step} <= found}


def relevant_zeros(program: Program, receiver: Path, inside: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The zeros that clear for ``receiver``: its own; else those of objects that never step (a module's)."""
    every = [one for one in inside if isinstance(one.event, Zero)]
    zeros = [
        one for one in every if isinstance(one.event, Zero) and not _partial(program, receiver, one.event)
    ]
    parts = program.parts.get(receiver, frozenset())
    if parts and parts <= {one.receiver for one in every}:
        zeros += [one for one in every if one.receiver in parts and one not in zeros]
    own = [one for one in zeros if one.receiver == receiver]
    stepping = {one.receiver for one in inside if isinstance(one.event, Step)}
    return tuple(own or [one for one in zeros if one.receiver not in stepping])


def _partial(program: Program, receiver: Path, zero: Zero) -> bool:
    """Whether a zero clears some of the gradients of an optimizer and, as far as can be seen, not all."""
    whole = program.sources.get(receiver)
    if not zero.whole:
        return zero.receiver != whole
    part = zero.receiver
    if whole is None or part.variable != whole.variable or part == receiver:
        return False
    return len(part.rest) > len(whole.rest) and part.rest[: len(whole.rest)] == whole.rest


def _closure(one: Effect, receiver: Path) -> bool:
    return (
        isinstance(one.event, Unknown) and one.event.reason == f"{receiver.text}.step() is handed a closure"
    )


def _judge(scene: Scene) -> Judged:
    unsupported = _unsupported(scene)
    if unsupported is not None:
        return scene.judged(Verdict.UNSUPPORTED, unsupported)
    accumulating = _accumulates(scene)
    if accumulating is not None:
        return scene.judged(Verdict.ACCUMULATION, accumulating)
    return _judge_order(scene)


def _judge_order(scene: Scene) -> Judged:
    at = order(scene.function, scene.region, scene.steps, scene.zeros, scene.backwards)
    seen = [fact for one in scene.steps for fact in at[one.place]]
    name = scene.name
    how = f"{called(scene.zeros)} on line {_lines(scene.zeros)}"
    if seen and all(fact == CLEARED for fact in seen):
        doubt = _filled(scene) or _secret(scene)
        if doubt is not None:
            return scene.judged(Verdict.UNSUPPORTED, doubt)
        reason = f"{name} steps on cleared gradients: {how} stands between backward and step"
        between = [one for one in scene.zeros if any(fact.pending for fact in at[one.place])]
        return scene.judged(Verdict.STEP_WITHOUT_GRADIENT, reason, between)
    if scene.zeros and all(fact.zeroed for fact in seen):
        clearing = [one for one in scene.zeros if any(fact != CLEARED for fact in at[one.place])]
        return scene.judged(Verdict.CANONICAL, IN_ORDER, clearing)
    late = _late(scene)
    if late:
        return scene.judged(
            Verdict.ZERO_LAST, f"{called(late)} on line {_lines(late)} comes after {_stepping(scene)}", late
        )
    if scene.zeros:
        reason = f"{how} runs on some of the paths to the backward, not on all"
        return scene.judged(Verdict.UNSUPPORTED, reason)
    parts = [
        one
        for one in scene.inside
        if isinstance(one.event, Zero) and _partial(scene.program, scene.receiver, one.event)
    ]
    if parts:
        reason = (
            f"{called(parts)} on line {_lines(parts)} may clear only some of the gradients that {name} uses"
        )
        return scene.judged(Verdict.UNSUPPORTED, reason)
    doubt = _unseen(scene) or _secret(scene) or _renewed(scene)
    if doubt is not None:
        return scene.judged(Verdict.UNSUPPORTED, doubt)
    if scene.region.loop:
        reason = f"nothing in the loop clears the gradients of {name}: each step also sees those of the steps before"
        return scene.judged(Verdict.NEVER_CLEARED, reason)
    reason = f"no zero_grad() for {name} is in sight here: its gradients are cleared elsewhere, if at all"
    return scene.judged(Verdict.UNSUPPORTED, reason)


def _stepping(scene: Scene) -> str:
    """The call that steps, for messages."""
    calls = {one.event.call for one in scene.steps if isinstance(one.event, Step)}
    return (calls.pop() if len(calls) == 1 else "") or f"{scene.name}.step()"


def _filled(scene: Scene) -> str | None:
    """What may give gradients back to a step that follows a zero: gradients that somebody writes, say."""
    unknown = [one for one in scene.inside if isinstance(one.event, Unknown)]
    at = order(scene.function, scene.region, scene.steps, scene.zeros, (*scene.backwards, *unknown))
    if all(fact == CLEARED for one in scene.steps for fact in at[one.place]):
        return None
    lines = _lines(unknown)
    return f"{scene.name} steps behind zero_grad(), on what line {lines} may have put into its gradients"


def _unseen(scene: Scene) -> str | None:
    """What may clear the gradients of an optimizer that no zero is known to be about."""
    zeros = [one for one in scene.inside if isinstance(one.event, Zero)]
    if zeros:
        how = f"{called(zeros)} on line {_lines(zeros)}"
        return f"it cannot be told whether {how} clears the gradients of {scene.name}"
    for one in scene.inside:
        if isinstance(one.event, Unknown):
            line, why = one.span.line, one.event.reason
            return (
                f"no zero_grad() for {scene.name} is in sight, but line {line} may clear its gradients: {why}"
            )
    return None


def _secret(scene: Scene) -> str | None:
    """What may clear or fill gradients without being called: hooks, a forward, a property."""
    if scene.program.hooked:
        return f"the file registers hooks, which may clear or fill the gradients of {scene.name}"
    for one in scene.program.functions.values():
        if one is not scene.function and one.stray:
            if any(isinstance(event, Zero) for block in one.blocks for event in block.events):
                return f"{one.name}(), which may run at any time, clears gradients"
    return None


def _renewed(scene: Scene) -> str | None:
    """Whether the receiver is bound in each iteration, perhaps to an optimizer over parameters without gradients."""
    rebinds = [one.event for one in scene.inside if isinstance(one.event, Rebind)]
    own = [one for one in rebinds if scene.receiver.depends_on(one.target)]
    kept = {one.source for one in own}
    if any(source is None or any(source.depends_on(one.target) for one in rebinds) for source in kept):
        line = own[0].span.line
        return (
            f"line {line} binds {scene.name} anew in each iteration, perhaps to parameters without gradients"
        )
    return None


def _late(scene: Scene) -> list[Effect]:
    """The zeros that come after a step without one of their own receiver between, and that no step need follow."""
    at: dict[Path | None, dict[tuple[int, int], set[Fact]]] = {}
    stepping = {one.place for one in scene.steps}
    late: list[Effect] = []
    for zero in scene.zeros:
        if zero.receiver not in at:
            own = [one for one in scene.zeros if one.receiver == zero.receiver]
            at[zero.receiver] = order(scene.function, scene.region, scene.steps, own, scene.backwards)
        if any(fact.stepped for fact in at[zero.receiver][zero.place]) and closes(
            scene.function, scene.region, zero, stepping
        ):
            late.append(zero)
    return late


def _lines(effects: Iterable[Effect]) -> str:
    return ", ".join(str(line) for line in sorted({one.span.line for one in effects}))


def called(effects: Iterable[Effect]) -> str:
    """What clears, in words."""
    return " and ".join(sorted({one.event.how for one in effects if isinstance(one.event, Zero)}))


def _unsupported(scene: Scene) -> str | None:
    cells = [one for one in scene.function.regions if one.cell]
    if cells and scene.region is scene.function.regions[0]:
        where = sorted({one.span.line for one in (*scene.backwards, *scene.steps)})
        return f"its backward and its step stand in different cells (line {where[0]}, line {where[-1]}), which may run in any order"
    for one in scene.inside:
        if _closure(one, scene.receiver):
            return f"{scene.name}.step() is handed a closure: backward and zero_grad belong inside it"
    for one in scene.steps:
        if isinstance(one.event, Step) and one.event.alone:
            return one.event.alone
    for one in scene.backwards:
        if isinstance(one.event, Backward) and one.event.text == scene.name:
            return f"{scene.name} runs backward and steps by itself (an engine): it decides when gradients are cleared"
    return None


def _accumulates(scene: Scene) -> str | None:
    for one in scene.inside:
        if isinstance(one.event, Accumulate):
            return f"{one.event.text} (line {one.span.line}) decides in which iterations gradients are used and cleared"
    stops = {one.place for one in (*scene.steps, *scene.zeros)}
    again: dict[tuple[str, Span], set[tuple[int, int]]] = defaultdict(set)
    for one in scene.backwards:
        again[one.origin].add(one.place)
    for one in scene.backwards:
        if one.place not in stops and reaches_itself(
            scene.function, scene.region, one, again[one.origin], stops
        ):
            return f"the backward on line {one.span.line} can run again before a step or a zero_grad: gradients accumulate"
    return None
