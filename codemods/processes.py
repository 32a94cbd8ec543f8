"""Files examined by several processes: the same outcomes in the same order as by one."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import tempfile
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.clock import OTHER, WAITING
from codemods.ending import requests_end
from codemods.findings import Outcome, Problem
from codemods.timings import running, stage, start
from codemods.work import Work, examined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.files.neighbours import Neighbours

AHEAD = 2_000
"""How many outcomes may wait for the one before them."""

AT_ONCE = 4
"""So much work for each process is handed over while there is more to be found."""

LARGE = 100_000
"""Bytes of a file that is begun before smaller ones in front of it, so that it is not what all wait for in the end."""


class Measured(Struct, frozen=True):
    """An outcome, and what the process that it comes from has spent since its last one."""

    outcome: Outcome
    process: int
    spent: dict[str, float]


class Place(Struct, eq=False):
    """A place in the order of the outcomes. ``future``: of work that was handed to a process."""

    item: Outcome | Work
    future: Future[Outcome | Measured] | None = None

    @property
    def is_done(self) -> bool:
        """Whether nobody has to wait for its outcome."""
        return isinstance(self.item, Outcome) or (self.future is not None and self.future.done())


class Line(Struct, eq=False):
    """Work that waits for a process: what is large first, the largest before all, everything else in its order."""

    pool: ProcessPoolExecutor
    jobs: int
    _waiting: list[tuple[int, int, Place]] = field(default_factory=list)
    _running: list[Future[Outcome | Measured]] = field(default_factory=list)

    def add(self, number: int, place: Place) -> None:
        """Put the work of a place into the line, which is the ``number``-th in order."""
        assert isinstance(place.item, Work)
        heappush(self._waiting, (*urgency(number, len(place.item.data)), place))

    def feed(self, *, everything: bool = False) -> None:
        """Hand over as much as keeps the processes busy, or everything."""
        self._running = [one for one in self._running if not one.done()]
        while self._waiting and (everything or len(self._running) < AT_ONCE * self.jobs):
            _, _, place = heappop(self._waiting)
            assert isinstance(place.item, Work)
            place.future = _submitted(self.pool, place.item)
            self._running.append(place.future)

    def let_go(self) -> None:
        """Release the futures that this thread holds.

        A signal raises wherever the main thread is. In ``Condition.__enter__``, a function of Python's, it leaves the future locked,
        and the thread that tends the pool would wait for it, and be waited for, without end.
        """
        for one in self._running:
            # RuntimeError: it is not held, or no longer.
            with suppress(RuntimeError):
                while True:
                    one._condition.release()


def urgency(number: int, size: int) -> tuple[int, int]:
    """By which work is sorted: of so many bytes, and the ``number``-th in order."""
    return -size if size > LARGE else 0, number


_neighbours: Neighbours | None = None
"""In a child: the files of the run, handed over once."""


def spread(items: Iterable[Outcome | Work], neighbours: Neighbours, jobs: int) -> Iterator[Outcome]:
    """Examine in ``jobs`` processes; what is an outcome already passes through in its place.

    A process that dies (of lack of memory, say) costs the file that it was at, which comes with a problem.
    """
    with tempfile.TemporaryDirectory(prefix="gradorder-") as kept:
        neighbours.kept = Path(kept)
        pool = _pool(jobs, neighbours)
        line = Line(pool, jobs)
        waiting: deque[Place] = deque()
        try:
            for number, one in enumerate(items):
                place = Place(one)
                waiting.append(place)
                if isinstance(one, Work):
                    line.add(number, place)
                line.feed()
                while waiting and (len(waiting) > AHEAD or waiting[0].is_done):
                    line.feed(everything=len(waiting) > AHEAD)
                    yield _result(waiting.popleft(), neighbours)
            line.feed(everything=True)
            while waiting:
                yield _result(waiting.popleft(), neighbours)
        except BaseException:
            line.let_go()
            for child in multiprocessing.active_children():
                child.terminate()
            raise
        finally:
            # Waited for: the interpreter's own clean-up would trip over a pool that is still closing.
            pool.shutdown(wait=True, cancel_futures=True)
            neighbours.kept = None


def _pool(jobs: int, neighbours: Neighbours) -> ProcessPoolExecutor:
    # A fork shares what is imported already; elsewhere the platform's own way is the safe one.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    return ProcessPoolExecutor(
        jobs, context, initializer=_start, initargs=(neighbours, running() is not None, gc.get_threshold())
    )


def _start(neighbours: Neighbours, measured: bool, collecting: tuple[int, int, int]) -> None:
    global _neighbours  # noqa: PLW0603 - what a child is handed once
    _neighbours = neighbours
    gc.set_threshold(*collecting)
    requests_end()
    if measured:
        start(WAITING)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent ends its children


def _examined(one: Work) -> Outcome | Measured:
    with stage(OTHER):
        outcome = examined(one.path, one.data, one.settings, _neighbours)
    clock = running()
    return outcome if clock is None else Measured(outcome, *clock.handed_over())


def _received(result: Outcome | Measured) -> Outcome:
    if isinstance(result, Outcome):
        return result
    clock = running()
    if clock is not None:
        clock.add(result.process, result.spent)
    return result.outcome


def _submitted(pool: ProcessPoolExecutor, one: Work) -> Future[Outcome | Measured]:
    try:
        return pool.submit(_examined, one)
    except BrokenProcessPool as error:
        broken: Future[Outcome | Measured] = Future()
        broken.set_exception(error)
        return broken


def _result(place: Place, neighbours: Neighbours) -> Outcome:
    one, future = place.item, place.future
    if isinstance(one, Outcome):
        return one
    assert future is not None, "what is no outcome was submitted"
    try:
        with stage(WAITING):
            result = future.result()
        outcome = _received(result)
    except BrokenProcessPool:
        outcome = _alone(one, neighbours)
    if outcome.after is not None:
        neighbours.remember(one.path, one.data)
    return outcome


def _alone(one: Work, neighbours: Neighbours) -> Outcome:
    """Examine a file in a process of its own, since one that had several died."""
    with _pool(1, neighbours) as pool:
        try:
            return _received(pool.submit(_examined, one).result())
        except BrokenProcessPool:
            message = "left alone because the process that examined it died, of lack of memory perhaps"
            return Outcome(one.path, one.data, problem=Problem(one.path, None, message))
