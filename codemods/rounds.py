"""Rounds of one file: what a second run would still change is changed in the first, each round on top of those before.

A rewrite gives other steps another verdict: what was zero-last is canonical then, and what it cleared, somebody else
clears. Every round judges, plans and proves the program as the rounds before have left it, until one has nothing to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.earlier import plan_earlier
from codemods.findings import CODES, Verdict
from codemods.judge import judge
from codemods.mending import mend
from codemods.moves import Insert, Move, in_order, resolved
from codemods.plan import Layout, Planned, plan, together
from codemods.repairs import REPAIRED, Repair, repair
from codemods.settings import Placement
from codemods.telling import SHARED, repaired, rows
from codemods.trial import Settled, settle
from codemods.versions import Version, Versions

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Sequence

    from codemods.document import Document
    from codemods.findings import Finding
    from codemods.hush import Hush
    from codemods.ir.nodes import Program
    from codemods.judge import Judged
    from codemods.moves import Change, Position
    from codemods.settings import Settings

MOST = 8
"""So many rounds at most. Programs put together at random need three."""

PUT_IN = "it has been put in there"


class Worked(Struct, frozen=True):
    """What came of a file: ``changes`` of its text, and its findings, in the lines before any of them.

    ``settled`` is the last round that changes something, whose program has what the rounds before change.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    settled: Settled


def worked_out(
    path: str,
    source: Document,
    tree: ast.Module,
    program: Program,
    steps: list[Judged],
    hush: Hush,
    settings: Settings,
) -> Worked:
    """Go round until nothing is left to change. ``steps``: what the program is judged to hold."""
    now = Version(tree, program)
    versions = Versions.starting(source.text, source.cuts, now)
    done = _round(path, source, versions, now, steps, hush, settings, ())
    found = done
    for _ in range(MOST - 1):
        if not found.changes:
            break
        now = versions.of(done.changes, source.cuts)
        found = _round(path, source, versions, now, judge(now.program), hush.again(), settings, done.changes)
        if found.changes:
            changes = tuple(in_order([*done.changes, *found.changes]))
            done = Worked(changes, _told(done.findings, found.findings), found.settled)
    return done


def _told(before: Iterable[Finding], later: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of the first rounds, with what a later one does to the same steps."""
    told = list(before)
    for one in later:
        if not one.applied:
            continue
        at = next((number for number, each in enumerate(told) if _same_step(each, one)), None)
        if at is None:
            told.append(one)
        elif not told[at].applied:
            told[at] = one
        else:
            both = told[at]
            told[at] = replace(
                both,
                reason=f"{both.reason}; then {one.reason}",
                assumes=tuple(sorted({*both.assumes, *one.assumes})),
            )
    return tuple(told)


def _same_step(one: Finding, other: Finding) -> bool:
    return (
        one.is_step
        and (one.function, one.line) == (other.function, other.line)
        and not {*one.optimizers}.isdisjoint(other.optimizers)
    )


def _round(
    path: str,
    source: Document,
    versions: Versions,
    now: Version,
    steps: list[Judged],
    hush: Hush,
    settings: Settings,
    made: tuple[Change, ...],
) -> Worked:
    """Plan and try for the version ``now``, that of the changes ``made``; the changes are those on top of them."""
    tree, program = now.tree, now.program
    layout = Layout(tree, source.text, source.fixed)
    earlier: dict[Judged, list[Planned]] = {}
    if "GO102" in settings.codes and settings.placement is Placement.TOP:
        steps, earlier = plan_earlier(program, tree, layout, steps)
    steps = hush.kept(steps)
    plans = {
        one: plan(program, layout, one, settings.placement)
        for one in steps
        if one.verdict is Verdict.ZERO_LAST and (not made or "GO101" in settings.codes)
    }
    for one, found in plans.items():
        plans[one] = [
            replace(each, move=None, reason=SHARED) if hush.holds(each.zero) else each for each in found
        ]
    earlier = {
        one: [each for each in found if not hush.holds(each.zero)]
        for one, found in earlier.items()
        if one in steps
    }
    plans, earlier = together(_placed(plans, made)), _placed(earlier, made)
    settled, chosen = _tried(program, source, versions, _moves(plans), _moves(earlier), settings, made)
    repairs = {
        one: (
            Repair(one, reason=SHARED)
            if any(hush.holds(each) for each in one.zeros)
            else _on_top(made, repair(program, tree, source.text, layout, one, settings.placement))
        )
        for one in steps
        if one.verdict in REPAIRED
        and CODES[one.verdict] in settings.codes
        and (not made or settings.unsafe_fixes)
    }
    late = _moves(plans) if "GO101" in settings.codes else []
    beside = [*chosen, *(one for one in settled.trial.repairs if late and one not in chosen)]
    mended = mend(
        settled,
        versions,
        [*made, *beside],
        list(repairs.values()),
        late,
        strict=settings.strict,
    )
    settled = mended.beside(settled)
    if settings.unsafe_fixes:
        chosen = [*chosen, *mended.changes]
        settled = replace(settled, mended=bool(mended.repairs))
    findings = [
        row
        for one in steps
        for row in (
            [repaired(path, repairs[one], mended, settings)]
            if one in repairs
            else rows(path, one, plans.get(one, earlier.get(one, [])), settled.trial, settings)
        )
    ]
    return Worked(tuple(chosen), tuple(findings), settled)


def _placed(plans: dict[Judged, list[Planned]], made: Sequence[Change]) -> dict[Judged, list[Planned]]:
    """The plans for what the changes of ``made`` have left, as moves to be made together with them."""
    inserted = {one.before for one in made if isinstance(one, Insert)}
    return {step: [_planned(made, inserted, one) for one in found] for step, found in plans.items()}


def _planned(made: Sequence[Change], inserted: set[Position], one: Planned) -> Planned:
    if one.move is None or not made:
        return one
    if one.move.statement in inserted:
        return replace(one, move=None, reason=PUT_IN)
    move = resolved(made, one.move)
    assert isinstance(move, Move)
    return replace(one, move=move)


def _on_top(made: Sequence[Change], one: Repair) -> Repair:
    return replace(one, changes=tuple(resolved(made, change) for change in one.changes))


def _moves(plans: dict[Judged, list[Planned]]) -> list[Move]:
    """All moves, each once: one call may clear for several training steps."""
    moves = [planned.move for found in plans.values() for planned in found if planned.move is not None]
    return list(dict.fromkeys(moves))


def _tried(
    program: Program,
    source: Document,
    versions: Versions,
    late: Sequence[Move],
    early: Sequence[Move],
    settings: Settings,
    made: tuple[Change, ...],
) -> tuple[Settled, list[Change]]:
    """What comes of the moves of late zeros and of those behind the forward, and which of them are to be made."""
    cuts = source.cuts
    if "GO101" in settings.codes:
        settled = settle(program, versions, late, cuts, settings, beside=early, made=made)
        trial = settled.trial
        return settled, [*trial.accepted, *(trial.repairs if settings.unsafe_fixes else ())]
    reported = settle(program, versions, late, cuts, settings, made=made).trial
    settled = settle(program, versions, (), cuts, settings, beside=early, made=made)
    both = replace(
        reported,
        accepted=(*reported.accepted, *settled.trial.accepted),
        assumes={**reported.assumes, **settled.trial.assumes},
        refused={**reported.refused, **settled.trial.refused},
    )
    return replace(settled, trial=both), list(settled.trial.accepted)
