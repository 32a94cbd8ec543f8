"""A bar on stderr for runs that take a while, on a terminal and nowhere else."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.findings import Outcome

PATIENCE = 1.0
"""Seconds before the bar is drawn at all."""
INTERVAL = 0.1
WIDTH = 30


class Bar(Struct, eq=False):
    """How far a run is. It is wiped away before anything else is printed, and at the end."""

    wanted: bool
    total: int = 0
    done: int = 0
    drawn: bool = False
    began: float = 0.0
    last: float = 0.0

    @classmethod
    def on_terminal(cls, *, quiet: bool) -> Bar:
        """A bar for a person who waits at a terminal, and none in a log."""
        shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
        return cls(wanted=shown, began=time.monotonic())

    def start(self, total: int) -> None:
        """How many files there are."""
        self.total = total

    def watch(self, found: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes as they come, counted."""
        try:
            for one in found:
                if one.findings or one.problem is not None or one.warnings:
                    self.wipe()
                yield one
                self.done += 1
                self._draw()
        finally:
            self.wipe()

    def wipe(self) -> None:
        """Take the bar away."""
        if self.drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self.drawn = False

    def _draw(self) -> None:
        now = time.monotonic()
        if not self.wanted or now - self.began < PATIENCE or now - self.last < INTERVAL:
            return
        self.last, self.drawn = now, True
        full = WIDTH * self.done // max(self.total, 1)
        bar = "#" * full + "." * (WIDTH - full)
        sys.stderr.write(f"\r\x1b[K[{bar}] {self.done:,} of {self.total:,} files")
        sys.stderr.flush()
