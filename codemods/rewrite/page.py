"""A text and its physical lines, and edits of it: slices of the text that are replaced, everything else is kept."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class RewriteFailed(Exception):
    """The text can't be rewritten as asked; nothing was changed. The message, also as ``reason``, is for people."""

    @property
    def reason(self) -> str:
        """Why, in one line."""
        return str(self)


class Edit(Struct, frozen=True):
    """Replace the characters ``start`` to ``end`` (not included) by ``text``; with ``start == end``, insert."""

    start: int
    end: int
    text: str = ""


class Page(Struct, frozen=True):
    """The text as physical lines, with their ends: ``\\r\\n``, ``\\n`` and a lone ``\\r`` end one, nothing else does.

    Line numbers are 0-based here. ``starts`` has one entry more than ``lines``: where the text ends.
    """

    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Page:
        """Split the text; joined again, the lines are the text."""
        lines = tuple(_LINE.findall(text))
        return cls(text, lines, tuple(accumulate(map(len, lines), initial=0)))

    def slice(self, first: int, stop: int) -> str:
        """The lines ``first`` to ``stop`` (not included), byte for byte."""
        return self.text[self.starts[first] : self.starts[stop]]

    def body(self, line: int) -> str:
        """The line without its end and without white space around it (a form feed is white space)."""
        return self.lines[line].strip(" \t\f\r\n")

    def blank(self, line: int) -> bool:
        """Whether nothing but white space stands on the line."""
        return not self.body(line)

    def newline(self, line: int) -> str:
        """The end of the line; for a last line without one, the end of the line before it that has one."""
        content = self.lines[line]
        end = content[len(content.rstrip("\r\n")) :]
        if end:
            return end
        return self.newline(line - 1) if line else "\n"

    def indent(self, line: int) -> str:
        """The white space before the line's first token that counts as indentation: none that a form feed cancels."""
        content = self.lines[line][shift(self.lines[line]) :]
        return content[: len(content) - len(content.lstrip(" \t"))]

    def touched(self, edit: Edit) -> range:
        """The lines of which the edit replaces a character."""
        if edit.start == edit.end:
            return range(0)
        return range(bisect_right(self.starts, edit.start) - 1, bisect_left(self.starts, edit.end))


def shift(line: str) -> int:
    """How many characters of the line's indentation Python forgets because a form feed follows them."""
    content = line.lstrip(" \t\f")
    return line[: len(line) - len(content)].rfind("\f") + 1


def apply(page: Page, edits: Iterable[Edit]) -> str:
    """Carry out the edits; insertions at one place in the order given, and before a replacement that starts there.

    Every character outside the edits is kept. Raises ``RewriteFailed`` when two edits overlap.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            raise RewriteFailed(f"two edits overlap at line {page.touched(edit).start + 1}")
        parts += [page.text[done : edit.start], edit.text]
        done = edit.end
    parts.append(page.text[done:])
    return "".join(parts)


def end_alike(page: Page, result: str) -> str:
    """The result, its last line without an end where the page's last line has none."""
    if page.text.endswith(("\r", "\n")):
        return result
    return re.sub(r"(?:\r\n?|\n)\Z", "", result)
