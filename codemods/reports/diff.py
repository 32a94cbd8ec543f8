"""A rewrite as a unified diff that ``patch`` and ``git apply`` take."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from codemods.files.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.findings import Outcome

LINE = re.compile(r"[^\n]*\n|[^\n]+")


def render(outcome: Outcome) -> str:
    """The diff of one changed file; empty when nothing changes. Line ends are those of the file."""
    if outcome.after is None:
        return ""
    before = load(outcome.path, outcome.before).text
    after = load(outcome.path, outcome.after).text
    lines = difflib.unified_diff(LINE.findall(before), LINE.findall(after), outcome.path, outcome.path, lineterm="")
    return "".join(_ended(lines))


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number < 2 or line.startswith("@@"):
            yield line + "\n"
        elif line.endswith("\n"):
            yield line
        else:
            yield line + "\n\\ No newline at end of file\n"
