"""What a rewrite changes in a file, as replacements of whole lines: for reports that carry fixes."""

from __future__ import annotations

import difflib
import re

from msgspec import Struct

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class Replacement(Struct, frozen=True):
    """What stands from the start of ``line`` to ``end_column`` of ``end_line`` (not included) becomes ``text``.

    Lines and columns are 1-based, columns count characters. With start and end equal, the text is put in.
    """

    line: int
    end_line: int
    end_column: int
    text: str


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """Runs of lines that turn one text into the other, in order and apart from each other."""
    old, new = LINE.findall(before), LINE.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    found = []
    for tag, first, stop, start, end in matcher.get_opcodes():
        if tag != "equal":
            open_end = stop == len(old) > first and not old[-1].endswith(("\r", "\n"))
            end_line, end_column = (stop, len(old[-1]) + 1) if open_end else (stop + 1, 1)
            found.append(Replacement(first + 1, end_line, end_column, "".join(new[start:end])))
    return tuple(found)
