"""The report for people in full: findings with their source lines, the way to a difference drawn below them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from codemods.files.load import is_notebook, load
from codemods.findings import Stop
from codemods.reports.text import headline, label_of, numbered, place, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.findings import Finding, Outcome

    Style = Callable[[str, str], str]

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
AS_IT_IS = 4
"""A training step of at most this many lines is shown whole, of a longer one the first and the last line."""
WIDTH = 100


def plain(text: str, _kind: str) -> str:
    """No colour at all."""
    return text


def coloured(text: str, kind: str) -> str:
    """The colours of a terminal: where it stands, what it is, and what helps to read it."""
    codes = {
        "place": "1",
        "finding": "1;31",
        "left": "1;33",
        "done": "1;32",
        "frame": "34",
        "stop": "33",
        "last": "1;31",
    }
    return f"\x1b[{codes[kind]}m{text}\x1b[0m"


def render(outcome: Outcome, *, fixed: bool, quiet: bool = False, style: Style = plain) -> str:
    """The findings of one file. ``fixed``: it was rewritten. ``quiet``: only what is or was to change."""
    findings = list(shown(outcome.findings, quiet=quiet))
    if not findings:
        return ""
    texts = _texts(outcome)
    lines = {cell: LINE.findall(text) for cell, text in texts.items()}
    rows = (row for one in findings for row in _finding(one, lines, style, fixed=fixed))
    return "".join(row + "\n" for row in rows)


def _texts(outcome: Outcome) -> Mapping[int | None, str]:
    if not is_notebook(outcome.path):
        return {None: load(outcome.path, outcome.before).text}
    from codemods.files.notebook import texts_of  # noqa: PLC0415 - only notebooks pay for it

    return texts_of(outcome.path, outcome.before)


Lines = Mapping[int | None, Sequence[str]]
"""The source before, line by line; of a notebook each cell's."""


def _finding(one: Finding, lines: Lines, style: Style, *, fixed: bool) -> Iterator[str]:
    kind = "done" if one.applied and fixed else "finding" if one.code else "left"
    label = label_of(one, fixed=fixed)
    yield f"{style(place(one), 'place')}: {style(label, kind)}{headline(one, fixed=fixed).removeprefix(label)}"
    stops = _stops(one)
    drawn = (
        bool(one.code or one.witness)
        and not (one.applied and fixed)
        and all(0 < stop.line <= len(lines.get(stop.cell, ())) for stop in stops)
    )
    if drawn:
        yield from _drawn(stops, lines, style, noted=bool(one.witness))
    else:
        yield from (f"    {numbered(stop)}  {stop.text}" for stop in one.witness)
    if one.assumes:
        yield f"    assumes {' and '.join(one.assumes)}"
    if drawn:
        yield ""


def _stops(one: Finding) -> tuple[Stop, ...]:
    if one.witness:
        return one.witness
    numbers = range(one.line, one.end_line + 1)
    chosen = numbers if len(numbers) <= AS_IT_IS else (one.line, one.end_line)
    return tuple(Stop(number, "", one.cell) for number in chosen)


def _drawn(stops: Sequence[Stop], lines: Lines, style: Style, *, noted: bool) -> Iterator[str]:
    width = max(len(str(stop.line)) for stop in stops)
    margin = style(f"{'':>{width}} |", "frame")
    several = len({stop.cell for stop in stops}) > 1
    if not several:
        yield margin
    above: int | None = None
    cell: int | None = None
    for number, stop in enumerate(stops, 1):
        if several and stop.cell != cell:
            yield style(f"{'':>{width}} | cell {stop.cell}", "frame")
            above, cell = None, stop.cell
        if above is not None and stop.line not in (above, above + 1):
            yield style("." * max(width, 3), "frame")
        code = lines[stop.cell][stop.line - 1].rstrip().expandtabs(4)
        if stop.line != above:
            yield f"{style(f'{stop.line:>{width}} |', 'frame')} {_cut(code)}".rstrip()
        above = stop.line
        if noted:
            indent = len(code) - len(code.lstrip())
            mark = "^" if number == len(stops) else "-"
            underlined = mark * (min(len(code), WIDTH) - indent)
            text = stop.beyond(code)
            if len(underlined) + len(text) + indent > WIDTH:
                underlined = mark
            note = f"{underlined} {number}. {text}".rstrip()
            yield f"{margin} {' ' * indent}{style(note, 'last' if number == len(stops) else 'stop')}"


def _cut(code: str) -> str:
    return code if len(code) <= WIDTH else code[: WIDTH - 3] + "..."
