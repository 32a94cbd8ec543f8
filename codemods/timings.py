"""Where a run's time goes, by stage. Nothing is measured until somebody starts a clock, in each process of the run.

Times are exclusive: what is measured inside of a stage counts for the inner one alone. So the stages of one process add
up to the time since its start.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.clock import Clock

P = ParamSpec("P")
R = TypeVar("R")

_clock: ContextVar[Clock | None] = ContextVar("clock", default=None)


def start(around: str = "other") -> None:
    """Measure from here on. What this process has computed so far is its start-up; ``around`` is for what is in no stage."""
    from codemods.clock import START, Clock  # noqa: PLC0415 - most runs are not measured

    _clock.set(Clock({START: time.process_time()}, _open=[around]))


def stop() -> None:
    """Measure nothing any more."""
    _clock.set(None)


def running() -> Clock | None:
    """The clock of this process; None where nothing is measured."""
    return _clock.get()


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time of a block, which must not yield, for a stage."""
    clock = _clock.get()
    if clock is None:
        yield
        return
    clock.enter(name)
    try:
        yield
    finally:
        clock.leave()


def timed(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count the time of a function, which must be no generator, for a stage."""

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            clock = _clock.get()
            if clock is None:
                return function(*args, **kwargs)
            clock.enter(name)
            try:
                return function(*args, **kwargs)
            finally:
                clock.leave()

        return measured

    return decorated
