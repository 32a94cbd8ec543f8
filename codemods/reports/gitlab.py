"""GitLab's code quality report: a JSON list that merge requests show as a widget."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from codemods.findings import Finding, Problem, Verdict
from codemods.reports.text import headline, place

if TYPE_CHECKING:
    from codemods.run import Summary


def render(summary: Summary, *, fixed: bool) -> str:
    """Every finding, hazard and problem. ``fixed``: files were rewritten, and what was rewritten is no issue.

    A fingerprint says what and in which function, not on which line: it stays when code above it changes.
    """
    seen: dict[str, int] = {}
    rows = [
        _row(one.path, *_lines(one), one.code or one.verdict.value,
             headline(one, fixed=False) if one.cell is None else f"{place(one)}: {headline(one, fixed=False)}",
             "major" if one.code else "info", fingerprint(one, seen))
        for one in summary.findings
        if (one.code or one.verdict is Verdict.HAZARD) and not (fixed and one.applied)
    ]  # fmt: skip
    rows += [
        _row(one.path, *_lines(one), "error", one.message if one.cell is None else f"{one.place}: {one.message}",
             "blocker", _of_problem(one, seen))
        for one in summary.problems
    ]  # fmt: skip
    return json.dumps(rows, indent=2, ensure_ascii=True) + "\n"


def _lines(one: Finding | Problem) -> tuple[int, int]:
    """First and last line in the file; a notebook's first, since a line of a cell is no line of the file."""
    if one.cell is not None or one.line is None:
        return 1, 1
    return one.line, one.end_line if isinstance(one, Finding) else one.line


def _row(
    path: str, line: int, end: int, check: str, description: str, severity: str, fingerprint: str
) -> dict[str, object]:
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line, "end": end}},
    }


def fingerprint(one: Finding, seen: dict[str, int]) -> str:
    """What a finding is called across runs: by what and where in the code, not by its line. ``seen`` counts equal ones."""
    return _digest(f"{one.path}\n{one.cell}\n{one.verdict.value}\n{one.function}\n{one.optimizers}", seen)


def _of_problem(one: Problem, seen: dict[str, int]) -> str:
    return _digest("\n".join([one.path, *([] if one.cell is None else [str(one.cell)]), one.message]), seen)


def _digest(text: str, seen: dict[str, int]) -> str:
    """Equal findings are counted, so that no two have one fingerprint."""
    seen[text] = seen.get(text, 0) + 1
    counted = f"{text}\n{seen[text]}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(counted).hexdigest()[:32]
