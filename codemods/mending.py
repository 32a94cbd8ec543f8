"""Which repairs hold: each mends its step, and nobody else's steps see anything of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.findings import Verdict
from codemods.judge import judge
from codemods.proof.align import NotTheSameProgram, pair
from codemods.proof.lockstep import Allowed, prove
from codemods.proof.witness import Same, SameIf, Unsure
from codemods.timings import timed
from codemods.trial import Court

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged
    from codemods.moves import Change, Move
    from codemods.repairs import Repair
    from codemods.trial import Refusal, Settled
    from codemods.versions import Versions


class Mended(Struct, frozen=True):
    """``repairs`` that hold together with the moves, and ``late``: moves that hold only beside them.

    ``refused``: the others that have changes at all, and why they do not hold.
    """

    repairs: tuple[Repair, ...] = ()
    late: tuple[Move, ...] = ()
    refused: tuple[tuple[Repair, Refusal], ...] = ()

    def refusal(self, one: Repair) -> Refusal | None:
        """Why a repair does not hold, None for one without changes."""
        return next((why for repair, why in self.refused if repair == one), None)

    @property
    def changes(self) -> list[Change]:
        """All of it, as edits."""
        return [*self.late, *(change for one in self.repairs for change in one.changes)]

    def beside(self, settled: Settled) -> Settled:
        """The trial in which the late moves are repairs as well."""
        return replace(settled, trial=replace(settled.trial, repairs=(*settled.trial.repairs, *self.late)))


@timed("trial")
def mend(
    settled: Settled,
    versions: Versions,
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
        base = versions.of(changes, settled.cuts).program
        fallen: list[tuple[Repair, Refusal]] = []
        for one in pending:
            why = _refusal(settled, versions, base, changes, one, strict=strict)
            if why is None:
                done = replace(done, repairs=(*done.repairs, one))
                break
            fallen.append((one, why))
        else:
            late = _late(settled, versions, base, changes, refused, strict=strict)
            if not late:
                return replace(done, refused=tuple(fallen))
            done = replace(done, late=(*done.late, *late))


def _late(
    settled: Settled,
    versions: Versions,
    base: Program,
    made: Sequence[Change],
    moves: Sequence[Move],
    *,
    strict: bool,
) -> tuple[Move, ...]:
    court = Court(base, versions, strict, Allowed(residual=True), settled.cuts, tuple(made))
    return court.settled(moves).accepted


def _refusal(
    settled: Settled,
    versions: Versions,
    base: Program,
    made: Sequence[Change],
    repair: Repair,
    *,
    strict: bool,
) -> Refusal | None:
    """Why a repair does not hold; None when it puts its step in order, and no steps but its own receivers' see it."""
    after = versions.of([*made, *repair.changes], settled.cuts).program
    try:
        functions = pair(base, after)
    except NotTheSameProgram as error:
        return Unsure(f"it changes more: {error.reason}")
    judged = repair.judged
    proof = prove(base, functions, allowed=Allowed(repaired=(judged.function.name, judged.receivers)))
    if not isinstance(proof, Same | SameIf):
        return proof
    if strict and isinstance(proof, SameIf):
        return Unsure(f"--strict: the proof assumes {' and '.join(proof.assumptions)}")
    if not _in_order(judge(after), judged):
        return Unsure("the step would not be in order afterwards")
    return Unsure(repair.reason) if repair.reason else None


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
