"""Many files: find them, examine each, write or keep the results, and add up what happened."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.files.discover import Found, Missing, discover
from codemods.files.load import Unreadable, load, read
from codemods.files.prefilter import worth_a_look
from codemods.findings import Finding, Outcome, Problem
from codemods.settings import Settings
from codemods.timings import timed
from codemods.work import Work, examined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.clock import Timings
    from codemods.config import Configuration
    from codemods.edits import Replacement
    from codemods.files.neighbours import Neighbours
    from codemods.git import Changed


class Summary(Struct, frozen=True):
    """A whole run. ``scanned`` counts files that were read, ``parsed`` those that could hold a training step.

    ``changed`` counts files with a rewrite, whether it was written or only shown, ``suppressed`` training steps that a
    comment takes out. ``edits``: what changes in
    each of them, and ``timings``, where they were asked for.
    """

    scanned: int
    parsed: int
    changed: int
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    edits: Mapping[str, tuple[Replacement, ...]] = field(default_factory=dict)
    suppressed: int = 0
    timings: Timings | None = None


@timed("discover")
def outcomes(
    paths: Sequence[str],
    settings: Settings | Configuration,
    *,
    exclude: Sequence[str] = (),
    jobs: int = 1,
    changed: Changed | None = None,
    started: Callable[[int], None] | None = None,
) -> Iterator[Outcome]:
    """Examine every Python file that the paths name or hold, in order of their names; nothing is written.

    A configuration chooses the settings of each file. Files that cannot be read come as outcomes with a problem. Raises
    ValueError for a malformed ``exclude`` and :class:`codemods.config.BadConfiguration`, before any file is examined.
    ``jobs``: how many processes may be started, where there is enough to do; the outcomes are the same. ``changed``:
    only the training steps that these lines touch. ``started`` is told how many outcomes there will be.
    """
    found: list[tuple[Found | Missing, Settings]]
    if isinstance(settings, Settings):
        found = [(item, settings) for item in discover(paths, exclude=exclude)]
    else:
        found = [
            (item, settings.settings(item.path))
            for item in discover(paths, exclude=exclude, rules=settings.rules)
        ]
    if changed is not None:
        found = [
            (item, replace(own, only=lines)) for item, own in found if (lines := changed.of(item.path)) != ()
        ]
    if started is not None:
        started(len(found))
    return _examined_all(found, jobs)


def _examined_all(found: Sequence[tuple[Found | Missing, Settings]], jobs: int) -> Iterator[Outcome]:
    """Files without a training step are done here; the others too, or in processes when they are many."""
    neighbours: Neighbours | None = None
    waiting: list[Outcome | Work] = []
    work = 0
    rest = iter(found)
    for item, settings in rest:
        one = _looked_at(item, settings)
        waiting.append(one)
        if isinstance(one, Work):
            work += len(one.data)
            if neighbours is None and len(found) > 1:
                neighbours = _neighbours(found)
        if jobs == 1 or neighbours is None:
            yield from (_outcome(each, neighbours) for each in waiting)
            waiting.clear()
        elif work > ENOUGH:
            from codemods.processes import spread  # noqa: PLC0415 - only what is large pays for processes

            later = (_looked_at(*each) for each in rest)
            yield from spread(chain(waiting, later), neighbours, jobs)
            return
    yield from (_outcome(one, neighbours) for one in waiting)


ENOUGH = 150_000
"""Bytes of files with training code that are worth the start of processes."""


def _neighbours(found: Sequence[tuple[Found | Missing, Settings]]) -> Neighbours:
    from codemods.files.neighbours import Neighbours  # noqa: PLC0415

    names = dict.fromkeys(settings.idioms for _, settings in found)
    return Neighbours([item.path for item, _ in found if isinstance(item, Found)], idioms=tuple(names))


@timed("read")
def _looked_at(item: Found | Missing, settings: Settings) -> Outcome | Work:
    """What can be said of a file without parsing it. The bytes of one without a training step are not kept."""
    if isinstance(item, Missing):
        return Outcome(item.path, b"", problem=Problem(item.path, None, item.message))
    try:
        data = read(item.path)
    except Unreadable as error:
        return Outcome(item.path, b"", problem=Problem(item.path, error.line, error.message))
    return (
        Work(item.path, data, settings)
        if worth_a_look(item.path, data, settings.idioms)
        else Outcome(item.path, b"")
    )


def _outcome(one: Outcome | Work, neighbours: Neighbours | None) -> Outcome:
    if isinstance(one, Outcome):
        return one
    outcome = examined(one.path, one.data, one.settings, neighbours)
    if outcome.after is not None and neighbours is not None:
        neighbours.remember(one.path, one.data)
    return outcome


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


@timed("write")
def written(outcome: Outcome) -> Outcome:
    """Write a changed file in place; when that fails, the outcome says so and counts nothing as applied."""
    if outcome.after is None:
        return outcome
    from codemods.files.write import NotWritten, write  # noqa: PLC0415

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
            from codemods.edits import replacements  # noqa: PLC0415

            before, after = (load(one.path, data).text for data in (one.before, one.after))
            edits[one.path] = replacements(before, after)
    return Summary(scanned, parsed, changed, tuple(findings), tuple(problems), edits, suppressed)
