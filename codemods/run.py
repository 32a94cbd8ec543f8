"""Many files: find them, examine each, write or keep the results, and add up what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.engine import examine
from codemods.files.discover import Found, discover
from codemods.files.load import Unreadable, read
from codemods.files.write import NotWritten, write
from codemods.findings import Finding, Outcome, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.settings import Settings


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run. ``scanned`` counts files that were read, ``parsed`` those that could hold a training step."""

    scanned: int
    parsed: int
    changed: int
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def outcomes(paths: Sequence[str], settings: Settings, *, exclude: Sequence[str] = ()) -> Iterator[Outcome]:
    """Examine every Python file that the paths name or hold, in order of their names; nothing is written.

    Files that cannot be read come as outcomes with a problem. Raises ValueError for a malformed ``exclude``.
    """
    for item in discover(paths, exclude=exclude):
        if not isinstance(item, Found):
            yield Outcome(item.path, b"", problem=Problem(item.path, None, item.message))
            continue
        try:
            data = read(Path(item.path))
        except Unreadable as error:
            yield Outcome(item.path, b"", problem=Problem(item.path, error.line, error.message))
            continue
        yield examine(item.path, data, settings)


def written(outcome: Outcome) -> Outcome:
    """Write a changed file in place; when that fails, the outcome says so and counts nothing as applied."""
    if outcome.after is None:
        return outcome
    try:
        write(Path(outcome.path), outcome.before, outcome.after)
    except NotWritten as error:
        findings = tuple(replace(one, applied=False) for one in outcome.findings)
        problem = Problem(outcome.path, None, error.message)
        return replace(outcome, after=None, findings=findings, problem=problem)
    return outcome


def summed(found: Sequence[Outcome]) -> Summary:
    """Add up the outcomes of a run."""
    return Summary(
        scanned=sum(1 for one in found if one.before or one.problem is None),
        parsed=sum(1 for one in found if one.parsed),
        changed=sum(1 for one in found if one.after is not None),
        findings=tuple(row for one in found for row in one.findings),
        problems=tuple(one.problem for one in found if one.problem is not None),
    )
