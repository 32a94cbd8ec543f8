"""A rewrite as a unified diff that ``patch -p0`` and ``git apply -p0`` take."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.findings import Outcome

LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def render(outcome: Outcome) -> bytes:
    """The diff of one changed file, empty when nothing changes: in the file's own bytes, so that it can be applied."""
    if outcome.after is None:
        return b""
    # A tab ends a name in which a space could end it too.
    name = os.fsencode(outcome.path) + (b"\t" if " " in outcome.path else b"")
    before, after = LINE.findall(outcome.before), LINE.findall(outcome.after)
    lines = difflib.diff_bytes(difflib.unified_diff, before, after, name, name, lineterm=b"")
    return b"".join(_ended(lines))


def _ended(lines: Iterator[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number < 2 or line.startswith(b"@@"):
            yield line + b"\n"
        elif line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n\\ No newline at end of file\n"
