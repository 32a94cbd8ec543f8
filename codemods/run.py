"""Many files: find them, examine each, write or keep the results, and add up what happened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.edits import Replacement, replacements
from codemods.engine import examine
from codemods.files.discover import Found, Missing, discover
from codemods.files.load import Unreadable, load, read
from codemods.files.neighbours import Neighbours
from codemods.files.write import NotWritten, write
from codemods.findings import Finding, Outcome, Problem
from codemods.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemods.config import Configuration


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run. ``scanned`` counts files that were read, ``parsed`` those that could hold a training step.

    ``changed`` counts files with a rewrite, whether it was written or only shown, ``suppressed`` training steps that a
    comment takes out. ``edits``: what changes in
    each of them, where that was asked for.
    """

    scanned: int
    parsed: int
    changed: int
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    edits: Mapping[str, tuple[Replacement, ...]] = field(default_factory=dict)
    suppressed: int = 0


def outcomes(
    paths: Sequence[str], settings: Settings | Configuration, *, exclude: Sequence[str] = ()
) -> Iterator[Outcome]:
    """Examine every Python file that the paths name or hold, in order of their names; nothing is written.

    A configuration chooses the settings of each file. Files that cannot be read come as outcomes with a problem. Raises
    ValueError for a malformed ``exclude`` and :class:`codemods.config.BadConfiguration`, before any file is examined.
    """
    if isinstance(settings, Settings):
        found = [(item, settings) for item in discover(paths, exclude=exclude)]
    else:
        found = [
            (item, settings.settings(item.path))
            for item in discover(paths, exclude=exclude, rules=settings.rules)
        ]
    neighbours = Neighbours(item.path for item, _ in found if isinstance(item, Found))
    return (_outcome(item, own, neighbours) for item, own in found)


def from_stdin(
    name: str, data: bytes, configuration: Configuration, *, exclude: Sequence[str] = ()
) -> Outcome:
    """Examine bytes under the name and the settings of a file, which need not exist.

    Where exclusion is forced and leaves that file out, nothing is found. Raises what :func:`outcomes` raises.
    """
    settings = configuration.settings(name)
    if configuration.rules_of(name).force and Path(name).exists():
        if not list(discover([name], exclude=exclude, rules=configuration.rules)):
            return Outcome(name, data)
    return examined(name, data, settings)


def listed(
    paths: Sequence[str], configuration: Configuration, *, exclude: Sequence[str] = ()
) -> tuple[list[str], list[Problem]]:
    """The files that :func:`outcomes` would examine, and what could not be looked at."""
    files: list[str] = []
    problems: list[Problem] = []
    for item in discover(paths, exclude=exclude, rules=configuration.rules):
        if isinstance(item, Missing):
            problems.append(Problem(item.path, None, item.message))
        else:
            files.append(item.path)
    return files, problems


def _outcome(item: Found | Missing, settings: Settings, neighbours: Neighbours) -> Outcome:
    if isinstance(item, Missing):
        return Outcome(item.path, b"", problem=Problem(item.path, None, item.message))
    try:
        data = read(Path(item.path))
    except Unreadable as error:
        return Outcome(item.path, b"", problem=Problem(item.path, error.line, error.message))
    outcome = examined(item.path, data, settings, neighbours)
    if outcome.after is not None:
        neighbours.remember(item.path, data)
    return outcome


def examined(path: str, data: bytes, settings: Settings, neighbours: Neighbours | None = None) -> Outcome:
    """What :func:`codemods.engine.examine` says, without the findings that nobody asked for."""
    outcome = examine(path, data, settings, neighbours)
    kept = tuple(one for one in outcome.findings if one.code is None or one.code in settings.codes)
    return replace(outcome, findings=kept)


def written(outcome: Outcome) -> Outcome:
    """Write a changed file in place; when that fails, the outcome says so and counts nothing as applied."""
    if outcome.after is None:
        return outcome
    try:
        write(Path(outcome.path), outcome.before, outcome.after)
    except NotWritten as error:
        problem = Problem(outcome.path, None, error.message)
        return replace(unapplied(outcome), after=None, problem=problem)
    return outcome


def unapplied(outcome: Outcome) -> Outcome:
    """The outcome of a file whose rewrite stays on paper."""
    return replace(outcome, findings=tuple(replace(one, applied=False) for one in outcome.findings))


def summed(found: Iterable[Outcome], *, with_edits: bool = False) -> Summary:
    """Add up the outcomes of a run, one by one: the bytes of a file are not kept."""
    scanned = parsed = changed = suppressed = 0
    findings: list[Finding] = []
    problems: list[Problem] = []
    edits: dict[str, tuple[Replacement, ...]] = {}
    for one in found:
        scanned += bool(one.before) or one.problem is None
        parsed += one.parsed
        changed += one.after is not None
        suppressed += one.suppressed
        findings += one.findings
        problems += [] if one.problem is None else [one.problem]
        if with_edits and one.after is not None:
            before, after = (load(one.path, data).text for data in (one.before, one.after))
            edits[one.path] = replacements(before, after)
    return Summary(scanned, parsed, changed, tuple(findings), tuple(problems), edits, suppressed)
