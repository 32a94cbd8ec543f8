"""One run of a command: what it cost, in wall time, computing time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the clock, seconds of computing over all processes, and the peak of the largest process in MiB."""

    wall: float
    cpu: float
    peak: float
    status: int

    @property
    def ended(self) -> bool:
        """Whether it was stopped before it was done, so that it takes longer than this."""
        return self.status == -signal.SIGKILL

    def of(self, what: Literal["wall", "cpu"]) -> float:
        """One of the two times."""
        return self.wall if what == "wall" else self.cpu


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float | None = None
) -> Run:
    """Run a command, its output thrown away; after ``limit`` seconds it is ended, with what it started.

    Memory is that of the largest process, and of this one at least, so whoever measures stays small.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=limit is not None,
    )
    patience = None if limit is None else threading.Timer(limit, os.killpg, (child.pid, signal.SIGKILL))
    if patience is not None:
        patience.start()
    _, status, used = os.wait4(child.pid, 0)
    if patience is not None:
        patience.cancel()
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode)


def ratio(above: Sequence[Run], below: Sequence[Run], what: Literal["wall", "cpu"] = "wall") -> float:
    """How many times as much, the median over rounds in which one ran right after the other."""
    return median(one.of(what) / max(other.of(what), 1e-9) for one, other in zip(above, below, strict=False))


def middle(runs: Sequence[Run], what: Literal["wall", "cpu"] = "wall") -> float:
    """The median."""
    return median(one.of(what) for one in runs)
