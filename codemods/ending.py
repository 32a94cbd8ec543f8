"""A request to end, as a CI runner or ``timeout`` makes it, is an exception: what was started is ended on its way out."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

REQUESTS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a program to end. Ctrl-C is Python's own: KeyboardInterrupt."""


class Terminated(BaseException):
    """The program was asked to end by a signal. ``status`` is what a shell calls such an end: 128 and the signal."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__(f"terminated by {signal.Signals(number).name}")


@contextmanager
def requests_raise() -> Iterator[None]:
    """Raise :class:`Terminated` in the main thread when the program is asked to end.

    A signal that is ignored (``nohup``) or handled already is left as it is. Does nothing in other threads, which may
    not say what a signal does.
    """
    mine = [one for one in REQUESTS if signal.getsignal(one) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        mine = []
    for one in mine:
        signal.signal(one, _raise)
    try:
        yield
    finally:
        for one in mine:
            signal.signal(one, signal.SIG_DFL)


def requests_end() -> None:
    """In a process that was forked: such a signal ends it at once, as usual."""
    for one in REQUESTS:
        if signal.getsignal(one) is _raise:
            signal.signal(one, signal.SIG_DFL)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Terminated(number)
