"""Which repairs hold: each mends its step, and nobody else's steps see anything of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.findings import Verdict
from codemods.judge import judge
from codemods.lower import lower
from codemods.proof.align import NotTheSameProgram, pair
from codemods.proof.lockstep import Allowed, prove
from codemods.proof.witness import Same, SameIf
from codemods.trial import Court, moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged
    from codemods.moves import Change, Move
    from codemods.repairs import Repair
    from codemods.trial import Settled


@dataclass(frozen=True, slots=True)
class Mended:
    """``repairs`` that hold together with the moves, and ``late``: moves that hold only beside them."""

    repairs: tuple[Repair, ...] = ()
    late: tuple[Move, ...] = ()

    @property
    def changes(self) -> list[Change]:
        """All of it, as edits."""
        return [*self.late, *(change for one in self.repairs for change in one.changes)]

    def beside(self, settled: Settled) -> Settled:
        """The trial in which the late moves are repairs as well."""
        if not self.repairs:
            return settled
        trial = replace(settled.trial, repairs=(*settled.trial.repairs, *self.late))
        return replace(settled, trial=trial, mended=True)


def mend(
    settled: Settled,
    text: str,
    made: Sequence[Change],
    repairs: Sequence[Repair],
    moves: Sequence[Move],
    *,
    strict: bool,
) -> Mended:
    """Make one repair after another on top of what is ``made``, as runs that follow each other would.

    ``moves``: those that may be made where they hold beside the repairs. ``strict``: no repair assumes anything.
    """
    done = Mended()
    while True:
        changes = [*made, *done.changes]
        pending = [one for one in repairs if one.changes and one not in done.repairs]
        refused = [move for move in moves if move not in changes] if done.repairs else []
        if not pending and not refused:
            return done
        base = _lowered(settled, text, changes)
        more = next(
            (one for one in pending if _holds(settled, text, base, changes, one, strict=strict)), None
        )
        if more is not None:
            done = replace(done, repairs=(*done.repairs, more))
            continue
        court = Court(base, text, strict, Allowed(residual=True), settled.cuts, tuple(changes))
        late = court.settled(refused).accepted
        if not late:
            return done
        done = replace(done, late=(*done.late, *late))


def _lowered(settled: Settled, text: str, changes: Sequence[Change]) -> Program:
    return lower(moved(text, changes, settled.cuts), settled.program.vantage)


def _holds(
    settled: Settled, text: str, base: Program, made: Sequence[Change], repair: Repair, *, strict: bool
) -> bool:
    """Whether the repair puts its step in order, and changes what the steps of its own receivers see, and no other's."""
    after = _lowered(settled, text, [*made, *repair.changes])
    try:
        functions = pair(base, after)
    except NotTheSameProgram:
        return False
    judged = repair.judged
    proof = prove(base, functions, allowed=Allowed(repaired=(judged.function.name, judged.receivers)))
    return isinstance(proof, Same if strict else Same | SameIf) and _in_order(judge(after), judged)


def _in_order(steps: Sequence[Judged], judged: Judged) -> bool:
    """Whether all receivers of a step have zero, backward, step now."""
    now = [
        one
        for one in steps
        if one.function.name == judged.function.name
        and one.start == judged.start
        and not {*one.receivers}.isdisjoint(judged.receivers)
    ]
    return bool(now) and all(one.verdict is Verdict.CANONICAL for one in now)
