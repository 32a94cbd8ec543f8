"""Which planned moves hold: all are proved at once, those at fault are dropped, and the rest is proved again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.custom import IDIOMS
from codemods.proof.align import NotTheSameProgram, pair
from codemods.proof.instances import entered_from_outside
from codemods.proof.lockstep import CLOSED_WORLD, NOTHING_ALLOWED, Allowed, prove
from codemods.proof.walk import Meter
from codemods.proof.witness import Differs, Kind, Same, SameIf, Unsure
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.ir.nodes import Program
    from codemods.moves import Change, Move
    from codemods.proof.align import PairedFunction
    from codemods.settings import Settings
    from codemods.syntax import Cuts
    from codemods.versions import Versions

CELLS_IN_ORDER = "cells-in-order"
"""A notebook's cells run from top to bottom; whoever goes back to one goes on from there and leaves none out."""

Refusal = Differs | Unsure


class Trial(Struct, frozen=True):
    """What came of a set of moves. ``assumes``: the assumptions of each accepted move, none when proved outright.

    ``repairs``: refused moves that only keep old gradients out of a step, and that hold together with the others.
    """

    accepted: tuple[Move, ...] = ()
    assumes: dict[Move, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[Move, Refusal] = field(default_factory=dict)
    repairs: tuple[Move, ...] = ()


def attempt(
    program: Program,
    versions: Versions,
    moves: Sequence[Move],
    *,
    beside: Sequence[Move] = (),
    strict: bool = False,
    cuts: Cuts | None = None,
    made: tuple[Change, ...] = (),
) -> Trial:
    """Find moves that hold together, and why the others do not. No further single move could be added to them.

    Those of ``beside`` come second: they never cost one of ``moves``, and are no repairs. ``strict`` drops the moves whose
    proof needs an assumption. ``cuts``: the text is a notebook's. ``made``: changes of the text that ``program`` has already.
    """
    court = Court(program, versions, strict=strict, cuts=cuts, made=made)
    first = court.settled(moves)
    safe = first
    if beside:
        both = court.settled([*first.accepted, *beside], first.accepted)
        safe = replace(both, refused={**first.refused, **both.refused})
    if any(isinstance(one, Differs) and one.kind is Kind.RESIDUAL for one in first.refused.values()):
        court = replace(court, allowed=Allowed(residual=True))
        wider = court.settled([*safe.accepted, *first.refused], safe.accepted).accepted
        return replace(safe, repairs=tuple(move for move in first.refused if move in wider))
    return safe


class Settled(Struct, frozen=True):
    """The trial that decides, and the program it is about: for a notebook, in the order of cells that was assumed.

    ``mended``: repairs that change what steps see are made as well.
    """

    trial: Trial
    program: Program
    cuts: Cuts | None = None
    mended: bool = False


@timed("trial")
def settle(
    program: Program,
    versions: Versions,
    moves: Sequence[Move],
    cuts: Cuts | None,
    settings: Settings,
    *,
    beside: Sequence[Move] = (),
    made: tuple[Change, ...] = (),
) -> Settled:
    """Try the moves of one file. Those of a notebook hold in any order of its cells, or under CELLS_IN_ORDER.

    ``made``: changes of the text that ``program`` has already.

    What differs in order also differs in any order, so the witness of a refusal goes down the page where one does.
    """
    if cuts is None or settings.strict or not (moves or beside):
        trial = attempt(program, versions, moves, beside=beside, strict=settings.strict, cuts=cuts, made=made)
        return Settled(trial, program, cuts)
    in_order = replace(cuts, in_order=True)
    ordered = versions.of(made, in_order).program
    trial = attempt(ordered, versions, moves, beside=beside, cuts=in_order, made=made)
    chosen = sorted([*trial.accepted, *(trial.repairs if settings.unsafe_fixes else ())])
    court = Court(program, versions, allowed=Allowed(residual=settings.unsafe_fixes), cuts=cuts, made=made)
    found = court.tried(chosen) if chosen else Trial()
    if not found.refused:
        assumes = {move: found.assumes[move] for move in trial.accepted} if chosen else {}
        return Settled(replace(trial, assumes=assumes), program, cuts)
    assumes = {move: (*words, CELLS_IN_ORDER) for move, words in trial.assumes.items()}
    return Settled(replace(trial, assumes=assumes), ordered, in_order)


WORK = 30_000
"""How many gradient events all trials of one file may lower, and follow in proofs at a twentieth of the price."""

TRANSITIONS_PER_EVENT = 20

FEW = 6
"""So many sets of moves are tried in any case."""

TOO_MANY = Unsure(
    "the file has more zero_grad calls that hang together than are tried: move some of them by hand, or split the file",
    too_large=True,
)


class Court(Struct, frozen=True):
    """Tries sets of moves of one program, all by one standard.

    ``made``: changes of the text that ``program`` has already. ``known``: the versions that were tried already.
    ``meter``: how far all proofs together went.
    """

    program: Program
    versions: Versions
    strict: bool = False
    allowed: Allowed = NOTHING_ALLOWED
    cuts: Cuts | None = None
    made: tuple[Change, ...] = ()
    known: dict[tuple[Move, ...], dict[str, PairedFunction]] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)

    def _spent(self) -> bool:
        """Whether trying more sets of moves would take out of proportion long. Never a matter of time."""
        size = sum(len(block.events) for one in self.program.functions.values() for block in one.blocks)
        spent = size * len(self.known) + self.meter.count // TRANSITIONS_PER_EVENT
        return len(self.known) > FEW and spent > WORK

    def settled(self, moves: Sequence[Move], kept: Sequence[Move] = ()) -> Trial:
        """Drop one culprit after another until the rest holds; then take back who fell because of a later culprit.

        ``kept`` hold together already, and stay. In a file with very many moves, not all sets are tried: then moves are
        refused that might have held.
        """
        refused: dict[Move, Refusal] = {}
        company: dict[Move, set[Move]] = {}
        accepted = sorted(moves)
        found = Trial()
        while accepted:
            if self._spent():
                refused.update(dict.fromkeys(accepted, TOO_MANY))
                accepted = []
                break
            found = self.tried(accepted)
            if not found.refused:
                break
            for move in found.refused:
                company[move] = {*accepted} - {move}
            refused.update(found.refused)
            accepted = [move for move in accepted if move not in found.refused]
        if not {*kept} <= {*accepted}:
            accepted = sorted(kept)
            found = self.tried(accepted)
        pending = [move for move in sorted(moves) if move not in accepted]
        while pending and not self._spent():
            move = pending.pop(0)
            if company.get(move) == {*accepted}:
                continue
            company[move] = {*accepted}
            larger = self.tried(sorted([*accepted, move]))
            if not larger.refused:
                found, accepted = larger, sorted([*accepted, move])
                pending = [one for one in sorted(moves) if one not in accepted]
        left = {move: one for move, one in refused.items() if move not in accepted}
        return Trial(tuple(accepted), found.assumes if accepted else {}, left)

    def tried(self, moves: Sequence[Move]) -> Trial:
        """All of the moves accepted, or else those at fault refused."""
        try:
            functions = self._paired(moves)
        except NotTheSameProgram as error:
            return Trial(refused=dict.fromkeys(moves, Unsure(f"moving it changes more: {error.reason}")))
        meter = Meter()
        proof = prove(self.program, functions, allowed=self.allowed, meter=meter)
        self.meter.count += meter.count
        if not isinstance(proof, Same | SameIf):
            return Trial(refused=dict.fromkeys(_guilty(proof, moves), proof))
        needed = proof.assumptions if isinstance(proof, SameIf) else ()
        opaque = isinstance(proof, SameIf) and proof.relies_on_opaque
        inside = tuple(one for one in needed if one == IDIOMS or (one == CLOSED_WORLD and opaque))
        outside = entered_from_outside(functions)
        assumes = {move: needed if _function(self.program, move) in outside else inside for move in moves}
        weak = [move for move in moves if assumes[move]] if self.strict else []
        if weak:
            return Trial(
                refused={
                    move: Unsure(f"--strict: the proof assumes {' and '.join(assumes[move])}")
                    for move in weak
                }
            )
        return Trial(tuple(moves), assumes)

    def _paired(self, moves: Sequence[Move]) -> dict[str, PairedFunction]:
        key = tuple(moves)
        if key not in self.known:
            after = self.versions.of([*self.made, *moves], self.cuts).program
            self.known[key] = pair(self.program, after)
        return self.known[key]


def _function(program: Program, move: Move) -> str:
    """The innermost function that holds a statement."""
    inside = [
        one
        for one in program.functions.values()
        if one.name == "<module>"
        or (not one.file and one.span.line <= move.statement.line <= one.span.end_line)
    ]
    return max(inside, key=lambda one: (one.name != "<module>", one.span.line)).name


def _guilty(proof: Refusal, accepted: Sequence[Move]) -> list[Move]:
    """The moves that a refusal is about: the one zero that caused a difference, else all."""
    if isinstance(proof, Differs):
        at = {(move.statement.line, move.statement.column) for move in accepted}
        site = (proof.site.line, proof.site.column)
        if site in at:
            return [move for move in accepted if (move.statement.line, move.statement.column) == site]
        lined = [move for move in accepted if move.statement.line == proof.site.line]
        if lined:
            return lined
    return list(accepted)
