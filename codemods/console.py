"""What a run prints, and where: findings file by file for people, one document for machines, and the exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct
from msgspec.structs import replace

from codemods.reports import document
from codemods.run import summed
from codemods.timings import running, timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.findings import Outcome, Problem
    from codemods.run import Summary

PEOPLE = ("text", "concise")
"""Formats that are printed file by file; the others are one document."""


class Show(Struct, frozen=True):
    """What to print, and where the findings go. ``color`` is ``auto``, ``always`` or ``never``."""

    output: str
    stream: TextIO
    fixed: bool = False
    diff: bool = False
    quiet: bool = False
    color: str = "auto"
    statistics: bool = False
    exit_zero: bool = False
    exit_on_fix: bool = False

    @property
    def coloured(self) -> bool:
        """Whether findings get colours: when asked for, else on a terminal, as NO_COLOR and FORCE_COLOR say."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (
            self.stream.isatty() and os.environ.get("TERM") != "dumb"
        )


def report(found: Iterable[Outcome], show: Show) -> int:
    """Print what a run finds as it goes on; the exit status of the run."""
    summary = summed(_shown(found, show), with_edits=show.output == "sarif")
    clock = running()
    if clock is not None:
        summary = replace(summary, timings=clock.read())
    _close(summary, show)
    if clock is not None:
        from codemods.reports import timings  # noqa: PLC0415

        say(sys.stderr, timings.render(clock.read()))
    return _status(summary, show)


@timed("report")
def _close(summary: Summary, show: Show) -> None:
    """Say what there is to say of the whole run."""
    if show.statistics:
        from codemods.reports import statistics  # noqa: PLC0415

        say(show.stream, statistics.render(summary))
    if show.output not in PEOPLE:
        say(show.stream, document(show.output, summary, fixed=show.fixed))
    elif not show.quiet:
        from codemods.reports import text  # noqa: PLC0415

        say(sys.stderr, text.closing(summary, fixed=show.fixed, diff=show.diff))


def complain(problem: Problem) -> None:
    """Say on stderr what could not be done."""
    say(sys.stderr, f"error: {problem.place}: {problem.message}\n")


def say(stream: TextIO, message: str | bytes) -> None:
    """Print without translating line ends; characters that the terminal cannot show are escaped."""
    if isinstance(message, str):
        message = message.encode(stream.encoding or "utf-8", "backslashreplace")
    stream.buffer.write(message)
    stream.buffer.flush()


def _shown(found: Iterable[Outcome], show: Show) -> Iterator[Outcome]:
    """Say of each file what there is to say as soon as it is done."""
    for one in found:
        if one.problem is not None:
            complain(one.problem)
        for warning in one.warnings:
            say(sys.stderr, f"warning: {warning.place}: {warning.message}\n")
        if show.output in PEOPLE and (one.findings or show.diff):
            _say_of(one, show)
        yield one


@timed("report")
def _say_of(one: Outcome, show: Show) -> None:
    if show.diff:
        from codemods.reports import diff  # noqa: PLC0415

        say(sys.stdout, diff.render(one))
    if show.statistics or not one.findings:
        return
    if show.output == "concise":
        from codemods.reports import text  # noqa: PLC0415

        say(show.stream, text.render(one.findings, fixed=show.fixed, quiet=show.quiet))
    else:
        from codemods.reports import full  # noqa: PLC0415

        style = full.coloured if show.coloured else full.plain
        say(show.stream, full.render(one, fixed=show.fixed, quiet=show.quiet, style=style))


def _status(summary: Summary, show: Show) -> int:
    if summary.problems:
        return 2
    if show.exit_zero:
        return 0
    if show.exit_on_fix and summary.changed:
        return 1
    if show.diff:
        return 1 if summary.changed else 0
    return 1 if any(one.code and not (show.fixed and one.applied) for one in summary.findings) else 0
