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
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

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


class Measured(Struct, frozen=True):
    """An outcome, and what the process that it comes from has spent since its last one."""

    outcome: Outcome
    process: int
    spent: dict[str, float]


_neighbours: Neighbours | None = None
"""In a child: the files of the run, handed over once."""


def spread(items: Iterable[Outcome | Work], neighbours: Neighbours, jobs: int) -> Iterator[Outcome]:
    """Examine in ``jobs`` processes; what is an outcome already passes through in its place.

    A process that dies (of lack of memory, say) costs the file that it was at, which comes with a problem.
    """
    with tempfile.TemporaryDirectory(prefix="gradorder-") as kept:
        neighbours.kept = Path(kept)
        pool = _pool(jobs, neighbours)
        waiting: deque[tuple[Outcome | Work, Future[Outcome | Measured] | None]] = deque()
        try:
            for one in items:
                waiting.append((one, _submitted(pool, one)))
                while waiting and (len(waiting) > AHEAD or _is_done(waiting[0])):
                    yield _result(*waiting.popleft(), neighbours)
            while waiting:
                yield _result(*waiting.popleft(), neighbours)
        except BaseException:
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


def _submitted(pool: ProcessPoolExecutor, one: Outcome | Work) -> Future[Outcome | Measured] | None:
    if isinstance(one, Outcome):
        return None
    try:
        return pool.submit(_examined, one)
    except BrokenProcessPool as error:
        broken: Future[Outcome | Measured] = Future()
        broken.set_exception(error)
        return broken


def _is_done(item: tuple[Outcome | Work, Future[Outcome | Measured] | None]) -> bool:
    return item[1] is None or item[1].done()


def _result(
    one: Outcome | Work, future: Future[Outcome | Measured] | None, neighbours: Neighbours
) -> Outcome:
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
