"""Annotations for GitHub Actions: workflow commands that show findings in the changed files of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.findings import Finding, Problem, Verdict
from codemods.reports.text import headline, place

if TYPE_CHECKING:
    from codemods.run import Summary


def render(summary: Summary, *, fixed: bool) -> str:
    """One line for each finding and each problem, and a notice for each hazard. ``fixed``: files were rewritten."""
    lines = [_finding(one) for one in summary.findings if _shown(one, fixed=fixed)]
    lines += [_problem(one) for one in summary.problems]
    return "".join(line + "\n" for line in lines)


def _shown(one: Finding, *, fixed: bool) -> bool:
    return (one.code is not None or one.verdict is Verdict.HAZARD) and not (fixed and one.applied)


def _finding(one: Finding) -> str:
    level = "error" if one.code else "notice"
    title = f"gradorder ({one.code or one.verdict.value})"
    where = {"title": title, "file": one.path, "line": str(one.line), "endLine": str(one.end_line)}
    if one.cell is not None:  # a line of a cell is no line of the file
        del where["line"], where["endLine"]
    return _command(level, where, f"{place(one)}: {headline(one, fixed=False)}")


def _problem(one: Problem) -> str:
    where = {"title": "gradorder", "file": one.path}
    if one.line is not None and one.cell is None:
        where["line"] = str(one.line)
    return _command("error", where, one.message if one.cell is None else f"{one.place}: {one.message}")


def _command(level: str, properties: dict[str, str], message: str) -> str:
    """One workflow command, escaped as the runner's own toolkit does it."""
    parts = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{level} {parts}::{_escaped(message, '')}"


def _escaped(text: str, more: str) -> str:
    for one in "%\r\n" + more:
        text = text.replace(one, f"%{ord(one):02X}")
    return text
