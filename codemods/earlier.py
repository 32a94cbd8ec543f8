"""Where a ``zero_grad`` that stands between forward and backward should go (GO102): above the forward, as data.

A zero is behind the forward when, in its suite, what the backward uses was computed by a model above it and by none
below it. It goes to the top of the iteration, but stays below what looks at gradients or makes some before the last part
of the forward pass.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.effects import Effect, Effects
from codemods.events import Accumulate, Backward, Read, Step, Unknown, Zero
from codemods.findings import Verdict
from codemods.judge import called
from codemods.lower.forwards import forward_calls
from codemods.moves import Move, Position
from codemods.plan import Layout, Planned, bound, first, loaded, lowest, unmovable, within
from codemods.timings import timed
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged

LOOKS = Accumulate | Backward | Read | Step | Unknown


@timed("plan")
def plan_earlier(
    program: Program, tree: ast.Module, layout: Layout, steps: Sequence[Judged]
) -> tuple[list[Judged], dict[Judged, list[Planned]]]:
    """The steps, with GO102's verdict for those canonical ones that have moves; one move a statement."""
    effects = Effects(program)
    forwards = forward_calls(tree) if any(one.verdict is Verdict.CANONICAL for one in steps) else frozenset()
    targets: dict[Position, Position] = {}
    judged: list[Judged] = []
    plans: dict[Judged, list[Planned]] = {}
    for step in steps:
        found = []
        for zero in step.zeros if step.verdict is Verdict.CANONICAL else ():
            move = _move(program, layout, zero, effects.of(step.function), forwards)
            if move is not None and targets.setdefault(move.statement, move.before) == move.before:
                found.append(Planned(zero, move))
        judged.append(_behind(step, found) if found else step)
        if found:
            plans[judged[-1]] = found
    return judged, plans


def _behind(step: Judged, found: Sequence[Planned]) -> Judged:
    lines = ", ".join(str(line) for line in sorted({one.zero.span.line for one in found}))
    reason = f"{called(one.zero for one in found)} on line {lines} stands behind the forward pass: the gradients of the last step live through it"
    return replace(step, verdict=Verdict.ZERO_AFTER_FORWARD, reason=reason)


def _move(
    program: Program,
    layout: Layout,
    zero: Effect,
    effects: Sequence[Effect],
    forwards: frozenset[tuple[int, int]],
) -> Move | None:
    event = zero.event
    place = layout.place(zero.span.line, zero.span.column)
    if not isinstance(event, Zero) or place is None or unmovable(program, layout, zero, place) is not None:
        return None
    held = [within(statement, effects) for statement in place.suite]
    backward = next((number for number in range(place.index + 1, len(held)) if _runs(held[number])), None)
    if backward is None:
        return None
    chain = list(_chain(place.suite, backward))
    above = [index for index in chain if index < place.index]
    below = [*(index for index in chain if index > place.index), backward]
    passes = [index for index in above if _forward(place.suite[index], forwards)]
    if any(_forward(place.suite[index], forwards) for index in below):
        return None
    if not passes:
        if any(_calls(place.suite[index]) for index in below[:-1]):
            return None
        passes = [index for index in above if _calls(place.suite[index])]
    if not passes:
        return None
    looks = [index for index in range(passes[-1]) if any(isinstance(one.event, LOOKS) for one in held[index])]
    floor = looks[-1] + 1 if looks else 0
    late = place.suite[: place.index]
    quiet = [[one for one in found if not isinstance(one.event, Backward)] for found in held]
    target = max(first(place, late, passes[0]), floor, lowest(program, place, event.receiver, late, quiet))
    if target > passes[-1]:
        return None
    return Move(layout.position(place.statement), layout.position(place.suite[target]))


def _runs(found: Sequence[Effect]) -> bool:
    return any(isinstance(one.event, Backward) for one in found)


def _chain(suite: Sequence[ast.stmt], backward: int) -> Iterator[int]:
    """The statements that compute, directly or not, what the backward uses: from it upwards."""
    needed = loaded(suite[backward])
    for index in reversed(range(backward)):
        names = bound(suite[index])
        if names & needed and not isinstance(
            suite[index], ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef
        ):
            yield index
            needed |= loaded(suite[index])


def _forward(statement: ast.stmt, forwards: frozenset[tuple[int, int]]) -> bool:
    return any(
        isinstance(one, ast.Call) and (one.lineno, one.col_offset) in forwards for one in walk(statement)
    )


def _calls(statement: ast.stmt) -> bool:
    return any(isinstance(one, ast.Call) for one in walk(statement))
