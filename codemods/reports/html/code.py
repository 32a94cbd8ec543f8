"""Source code in the page: highlighted, with line numbers, two versions side by side or lines with notes."""

from __future__ import annotations

import difflib
import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.cells import masked
from codemods.files.notebook import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemods.findings import Stop

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
AROUND = 3
"""How many equal lines are shown above and below what changes."""


class Text(Struct, frozen=True):
    """The text of one version of a file, of a notebook each cell's."""

    path: str
    texts: Mapping[int | None, str]

    @classmethod
    def of(cls, path: str, data: bytes) -> Text:
        """The text of bytes that were examined, and can therefore be loaded."""
        return cls(path, texts_of(path, data))

    def of_cell(self, cell: int | None) -> str:
        """The source in which a finding's lines count."""
        return self.texts[cell]

    def python_of_cell(self, cell: int | None) -> str:
        """The same as Python, magics masked."""
        return self.texts[cell] if cell is None else masked(self.texts[cell]).text


def side_by_side(before: str, after: str, line: int, end_line: int) -> str:
    """Both versions of a training step, equal lines beside each other, with a few lines around it."""
    texts = _lines(before), _lines(after)
    rows = [one for one in _aligned(*texts) if _near(one, line, end_line)]
    seen = [text[index] for row in rows for text, index in zip(texts, row, strict=True) if index is not None]
    margin = _margin(seen)
    old, new = ([_outdented(one, margin) for one in _highlighted(text)] for text in (before, after))
    body = []
    for left, right in rows:
        kind = "" if left is not None and right is not None else ' class="changed"'
        body.append(f"<tr{kind}>{_cell(left, old, 'old')}{_cell(right, new, 'new')}</tr>")
    return (
        '<div class="scroll"><table class="code"><colgroup><col class="number"><col><col class="number"><col></colgroup>'
        '<thead><tr><th colspan="2" scope="col">before</th><th colspan="2" scope="col">after</th></tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def excerpt(text: str, stops: Sequence[tuple[int, Stop]]) -> str:
    """Some lines of a source, in the order in which control meets them, each with its number on the way and a note."""
    source = _lines(text)
    margin = _margin(
        [source[line - 1] for line in (stop.line for _, stop in stops) if 0 < line <= len(source)]
    )
    lines = [_outdented(one, margin) for one in _highlighted(text)]
    body = []
    for number, stop in stops:
        shown = 0 < stop.line <= len(lines)
        code = lines[stop.line - 1] if shown else ""
        own = stop.beyond(source[stop.line - 1]) if shown else stop.text
        last = ' class="last"' if number == stops[-1][0] else ""
        said = f'<p class="note">{number}. {escape(own)}</p>' if stop.text else ""
        body.append(f'<tr{last}><td class="number">{stop.line}</td><td><pre>{code}</pre>{said}</td></tr>')
    return f'<div class="scroll"><table class="code witness"><tbody>{"".join(body)}</tbody></table></div>'


def _lines(text: str) -> list[str]:
    return [one.rstrip("\r\n") for one in LINE.findall(text)]


Pair = tuple[int | None, int | None]
"""Indices of lines that stand beside each other, None for a line that the other version lacks."""


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, stop, start, end in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(range(first, stop), range(start, end), strict=True)
        else:
            yield from ((index, None) for index in range(first, stop))
            yield from ((None, index) for index in range(start, end))


def _near(pair: Pair, line: int, end_line: int) -> bool:
    left, right = pair
    at = left if left is not None else right
    return at is not None and line - 1 - 2 * AROUND <= at < end_line + AROUND


def _cell(index: int | None, lines: Sequence[str], side: str) -> str:
    if index is None:
        return '<td class="number"></td><td class="gap"></td>'
    return f'<td class="number">{index + 1}</td><td class="{side}"><pre>{lines[index]}</pre></td>'


def _margin(lines: Sequence[str]) -> int:
    """How many blanks all lines begin with; none where there are tabs."""
    filled = [one for one in lines if one.strip()]
    return min((len(one) - len(one.lstrip(" ")) for one in filled), default=0)


def _outdented(line: str, margin: int) -> str:
    """A highlighted line without its margin, which may stand in a tag."""
    head = re.match(r"(<[^>]*>)? *", line)
    assert head is not None, "the pattern matches the empty string"
    blanks = head.group().count(" ") - (head.group(1) or "").count(" ")
    return (head.group(1) or "") + " " * max(blanks - margin, 0) + line[head.end() :]


@cache
def _highlighted(text: str) -> tuple[str, ...]:
    """The lines of a source as HTML. Whatever Pygments does with them, there are as many as in the source."""
    from pygments import highlight  # noqa: PLC0415 - slow, and only for this report
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415
    from pygments.lexers import PythonLexer  # noqa: PLC0415

    lines = _lines(text)
    plain = "\n".join(line.replace("\f", " ").replace("\v", " ") for line in lines)
    shown = highlight(plain, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)).split(
        "\n"
    )
    if len(shown) < len(lines) or any(shown[len(lines) :]):
        return tuple(escape(line) for line in lines)
    return tuple(shown[: len(lines)])
