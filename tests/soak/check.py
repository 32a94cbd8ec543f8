"""One generated program: what the tool makes of it, and whether torch can tell."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from unittest import mock

from codemods import engine, rounds
from codemods.proof.witness import Differs, Kind
from codemods.settings import Settings
from codemods.trial import settle
from codemods.versions import moved
from tests.soak.fate import Fate, Program
from tests.soak.world import difference, trained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.findings import Outcome
    from codemods.ir.nodes import Program as Lowered
    from codemods.trial import Settled, Trial
    from tests.soak.record import Event

RUNS = 4
"""Fates under which a rewrite is compared with what it came from."""

TEMPTED = 40
"""Fates of which one has to tell a refused rewrite from the program as it was."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A move that the proof refuses, the rewrite that it would be, and whether torch tells it from the program."""

    kind: Kind
    tempting: str
    seen: bool


@dataclass(slots=True)
class Verdict:
    """What came of one program. ``wrong``: why it is a bug of the tool."""

    program: Program
    after: str | None = None
    wrong: str | None = None
    refused: list[Refusal] = field(default_factory=list)


def examined(source: str) -> tuple[Outcome, Lowered | None, Trial | None]:
    """What the tool says of a source, and how the moves of its first round fared, if there were any."""
    seen: list[Settled] = []

    def watched(*args: Any, **options: Any) -> Settled:
        seen.append(settle(*args, **options))
        return seen[-1]

    with mock.patch.object(rounds, "settle", watched):
        outcome = engine.examine("program.py", source.encode(), Settings())
    return outcome, *((seen[0].program, seen[0].trial) if seen else (None, None))


def check(program: Program, *, tempt: bool = True) -> Verdict:
    """Give a program to the tool, and run what comes of it."""
    outcome, lowered, trial = examined(program.source)
    found = Verdict(program)
    if outcome.problem is not None:
        found.wrong = outcome.problem.message
    if lowered is None or trial is None or found.wrong is not None:
        return found
    runs = Runs(called_from_outside(program, lowered))
    if outcome.after is not None:
        found.after = outcome.after.decode()
        clean = any("clean-entry" in one.assumes for one in outcome.findings)
        found.wrong = runs.difference(found.after, RUNS, leftover=not clean) or _unstable(outcome.after)
    if not tempt or found.wrong is not None:
        return found
    for move, refusal in trial.refused.items():
        if isinstance(refusal, Differs) and refusal.kind in (Kind.STALE, Kind.RESIDUAL):
            after = ast.unparse(moved(program.source, [*trial.accepted, move]))
            found.refused.append(Refusal(refusal.kind, after, runs.difference(after, TEMPTED) is not None))
    return found


def called_from_outside(program: Program, lowered: Lowered) -> Program:
    """The program with those entries only that stay outside's: functions that the file itself never calls."""
    functions = lowered.functions
    kept = [one for one in program.entries if one.function in functions and functions[one.function].root]
    return replace(program, entries=tuple(kept))


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a program by their fate, and how those of other versions differ."""

    program: Program
    known: dict[Fate, list[Event]] = field(default_factory=dict)

    def difference(self, after: str, count: int, *, leftover: bool = False) -> str | None:
        """How another version differs under one of so many fates, None when nobody can tell."""
        other = replace(self.program, source=after)
        for fate in self._fates(count, leftover=leftover):
            if fate not in self.known:
                self.known[fate] = trained(self.program, fate)
            found = difference(self.known[fate], trained(other, fate))
            if found is not None:
                return f"{fate}: {found}"
        return None

    def _fates(self, count: int, *, leftover: bool) -> Iterator[Fate]:
        """Ways to run: with exceptions, with torch 1's zero_grad, with gradients left from before."""
        faulty = "try:" in self.program.source or "suppress" in self.program.source
        for seed in range(count):
            yield Fate(
                seed,
                faults=faulty and seed % 2 == 1,
                zeros=seed % 5 == 3,
                leftover=leftover and not self.program.trains and seed % 3 == 2,
            )


def _unstable(after: bytes) -> str | None:
    """What a second pass of the tool still finds to do."""
    again = engine.examine("program.py", after, Settings())
    return None if again.after is None else "a second pass changes it again"
