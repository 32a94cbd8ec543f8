"""A rewrite as a unified diff that ``patch -p0`` and ``git apply -p0`` take."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING

from codemods.files.load import is_notebook
from codemods.files.notebook import LINE as NOTEBOOK_LINE
from codemods.files.notebook import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.findings import Outcome

LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def render(outcome: Outcome) -> bytes:
    """The diff of one changed file, empty when nothing changes: in the file's own bytes, so that it can be applied.

    That of a notebook is for eyes only: one diff a cell, of what a person sees there.
    """
    if outcome.after is None:
        return b""
    if is_notebook(outcome.path):
        return b"".join(_cells(outcome.path, outcome.before, outcome.after))
    # A tab ends a name in which a space could end it too.
    name = os.fsencode(outcome.path) + (b"\t" if " " in outcome.path else b"")
    before, after = LINE.findall(outcome.before), LINE.findall(outcome.after)
    lines = difflib.diff_bytes(difflib.unified_diff, before, after, name, name, lineterm=b"")
    return b"".join(_ended(lines))


def _cells(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    old, new = texts_of(path, before), texts_of(path, after)
    for index, text in old.items():
        if new[index] != text:
            name = os.fsencode(f"{path}:cell {index}")
            old_lines, new_lines = (
                [one.encode("utf-8", "replace") for one in NOTEBOOK_LINE.findall(each)]
                for each in (text, new[index])
            )
            lines = difflib.diff_bytes(difflib.unified_diff, old_lines, new_lines, name, name, lineterm=b"")
            yield from _ended(lines)


def _ended(lines: Iterator[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number < 2 or line.startswith(b"@@"):
            yield line + b"\n"
        elif line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n\\ No newline at end of file\n"
