"""What would be rewritten: the bytes of both versions of each file, and where its lines went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.edits import replacements
from codemods.files.load import is_notebook, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.findings import Outcome


class Rewrite(Struct, frozen=True):
    """One rewritten training step. ``line`` to ``end_line``: where it stands before; ``zeros``: its moved lines.

    A moved line is its number before and its text.
    """

    path: str
    line: int
    end_line: int
    zeros: tuple[tuple[int, str], ...]


class Rewrites(Struct, frozen=True):
    """All that ``fix`` would write. ``shown``: each real path as it was named."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    steps: tuple[Rewrite, ...]
    shown: Mapping[str, str]

    def nearest(self, path: str | None, line: int | None) -> Rewrite | None:
        """The rewritten step around, or next to, a line of a file as it stands; paths are real ones."""
        here = [one for one in self.steps if path is not None and one.path == self.shown.get(path)]
        if not here or line is None:
            return None
        return min(here, key=lambda one: (_distance(one, line), one.line))


def _distance(step: Rewrite, line: int) -> int:
    first, last = step.line, max([step.end_line, *(number for number, _ in step.zeros)])
    return max(first - line, line - last, 0)


def rewrites(outcomes: Iterable[Outcome]) -> Rewrites:
    """Gather what the outcomes would write; files that stay as they are do not count."""
    before, after, shown = {}, {}, {}
    steps: list[Rewrite] = []
    for one in outcomes:
        if one.after is None or is_notebook(one.path):  # no command imports or runs a notebook
            continue
        real = str(Path(one.path).resolve())
        before[real], after[real], shown[real] = one.before, one.after, one.path
        steps += _steps(one, one.after)
    return Rewrites(before, after, tuple(steps), shown)


def _steps(outcome: Outcome, after: bytes) -> list[Rewrite]:
    text = load(outcome.path, outcome.before).text
    lines = [line.strip() for line in text.splitlines()]
    changed: set[str] = set()
    for edit in replacements(text, load(outcome.path, after).text):
        changed.update(lines[edit.line - 1 : edit.end_line - 1], map(str.strip, edit.text.splitlines()))
    return [
        Rewrite(
            outcome.path,
            one.line,
            one.end_line,
            tuple(
                (number, line)
                for number, line in enumerate(lines[one.line - 1 : one.end_line], one.line)
                if line in changed and ("zero_grad" in line or ".grad" in line)
            ),
        )
        for one in outcome.findings
        if one.applied
    ]
