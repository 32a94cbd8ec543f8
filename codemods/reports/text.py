"""The report for people: one line a finding, the way to a difference below it, and a closing count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.findings import Finding, Fix, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.run import Summary

QUIET = frozenset({Verdict.CANONICAL})


def render(summary: Summary, *, fixed: bool) -> str:
    """All findings and all steps that were left alone, with their reasons. ``fixed``: files were rewritten."""
    return "".join(line + "\n" for one in summary.findings if one.verdict not in QUIET for line in _rows(one, fixed=fixed))


def _rows(one: Finding, *, fixed: bool) -> Iterator[str]:
    mark = ""
    if one.fix is not None:
        mark = " [fixed]" if one.applied and fixed else " [*]" if one.fix is Fix.SAFE else " [unsafe fix]"
    label = f"{one.code} {one.verdict.value}" if one.code else one.verdict.value
    yield f"{one.path}:{one.line}: {label}{mark} {one.reason}"
    if one.assumes:
        yield f"    assumes {' and '.join(one.assumes)}"
    for stop in one.witness:
        yield f"    {one.path}:{stop.line}: {stop.text}"


def closing(summary: Summary, *, fixed: bool, diff: bool) -> str:
    """The last line: what was done or is to be done, and what was left alone."""
    counts = Counter(one.verdict for one in summary.findings if not (fixed and one.applied))
    safe = sum(1 for one in summary.findings if one.fix is Fix.SAFE and not (fixed and one.applied))
    parts: list[str] = []
    if summary.changed and (fixed or diff):
        verb = "would be rewritten" if diff else "rewritten"
        parts.append(f"{_files(summary.changed)} {verb}")
    found = sum(count for verdict, count in counts.items() if verdict not in QUIET)
    coded = sum(1 for one in summary.findings if one.code and not (fixed and one.applied))
    if coded and not diff:
        parts.append(f"{coded} to change" + (f" ({safe} with a proved rewrite: gradorder fix)" if safe and not fixed else ""))
    left = found - coded
    if left:
        parts.append(f"{_steps(left)} left alone")
    if summary.problems:
        parts.append(f"{_files(len(summary.problems))} could not be done")
    total = f"{_files(summary.scanned)} read, {_steps(len(summary.findings))} found"
    return f"{'; '.join(parts)} ({total})." if parts else f"Nothing to change ({total})."


def _files(count: int) -> str:
    return f"{count} file" + ("" if count == 1 else "s")


def _steps(count: int) -> str:
    return f"{count} training step" + ("" if count == 1 else "s")
