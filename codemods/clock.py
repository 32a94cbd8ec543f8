"""What measures a run: seconds by stage, in one process and added up over those of a run (timings.py)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

PHASES = frozenset({"trial", "rewrite", "proof"})
"""Stages that name what is measured inside of them: parsing for a trial is ``trial: parse``."""

START, OTHER, WAITING = "start-up", "other", "waiting"
"""The interpreter and its first imports; what belongs to no stage; waiting for other processes, which is no work."""


class Timings(Struct, frozen=True):
    """A run up to now: seconds on the clock, and the seconds that its ``processes`` spent, by stage, the longest first."""

    elapsed: float
    processes: int
    stages: Mapping[str, float]


class Clock(Struct, eq=False):
    """Seconds by stage. ``processes``: the other ones of the run, whose seconds were added."""

    spent: dict[str, float] = field(default_factory=dict)
    processes: set[int] = field(default_factory=set)
    _open: list[str] = field(default_factory=lambda: [OTHER])
    _last: float = 0.0
    _began: float = 0.0

    def __post_init__(self) -> None:
        """It starts at once; the process began as long ago as it has computed."""
        self._last = time.perf_counter()
        self._began = self._last - time.process_time()

    def enter(self, stage: str) -> None:
        """From here on, time counts for this stage."""
        self._tick()
        phase = self._open[-1].partition(":")[0]
        self._open.append(f"{phase}: {stage}" if phase in PHASES and stage not in PHASES else stage)

    def leave(self) -> None:
        """From here on, time counts for the stage around."""
        self._tick()
        self._open.pop()

    def add(self, process: int, spent: Mapping[str, float]) -> None:
        """Count what another process has measured."""
        self.processes.add(process)
        for stage, seconds in spent.items():
            self.spent[stage] = self.spent.get(stage, 0.0) + seconds

    def handed_over(self) -> tuple[int, dict[str, float]]:
        """This process, and what it has measured since it was last asked."""
        self._tick()
        spent, self.spent = self.spent, {}
        return os.getpid(), spent

    def read(self) -> Timings:
        """The run up to now."""
        self._tick()
        stages = [(stage, seconds) for stage, seconds in self.spent.items() if stage != WAITING]
        longest_first = sorted(stages, key=lambda one: (-one[1], one[0]))
        return Timings(self._last - self._began, 1 + len(self.processes), dict(longest_first))

    def _tick(self) -> None:
        now, stage = time.perf_counter(), self._open[-1]
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self._last
        self._last = now
