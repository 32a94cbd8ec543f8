"""What the pipeline works on: the Python of one file, be it a script or a notebook, and the way back to its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from codemods.files.load import Source, is_notebook, load
from codemods.findings import Stop
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.findings import Finding, Problem
    from codemods.syntax import Cuts


class Place(Struct, frozen=True):
    """A line of a document: of a script's file, or of one of a notebook's cells (``cell`` counts all cells from 0)."""

    cell: int | None
    line: int


class UnparsableCell(Exception):
    """A cell that is no Python, as a place in its notebook."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


class Document(Protocol):
    """The Python of one file. Without ``cuts`` it has one piece: its text."""

    @property
    def text(self) -> str:
        """All of it, to be parsed and lowered."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The texts that are edited each on its own."""

    @property
    def cuts(self) -> Cuts | None:
        """Where the pieces begin in ``text``."""

    @property
    def fixed(self) -> frozenset[int]:
        """The lines of ``text`` that no edit may change."""

    @property
    def writes_modules(self) -> bool:
        """Whether running it writes files, so that what it imports may not be what lies on the disk now."""

    def place(self, line: int) -> Place:
        """Where a line of ``text`` stands for the reader."""

    def split(self, text: str) -> list[str]:
        """The pieces of a text with as many lines as ``text`` has, its lines changed."""

    def encode(self, pieces: Sequence[str]) -> bytes:
        """The file with other pieces. Raises Unreadable or UnicodeError where it cannot hold them."""


class Script(Struct, frozen=True):
    """A Python file: one piece, its text."""

    source: Source
    cuts: None = None
    fixed: frozenset[int] = frozenset()
    writes_modules: bool = False

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.source.text

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text of the file."""
        return (self.source.text,)

    def place(self, line: int) -> Place:
        """A line of the file."""
        return Place(None, line)

    def split(self, text: str) -> list[str]:
        """The text itself."""
        return [text]

    def encode(self, pieces: Sequence[str]) -> bytes:
        """In the file's own encoding."""
        return self.source.encode("".join(pieces))


@timed("read")
def document(path: str, data: bytes) -> Document | None:
    """Read a file as Python; None for a notebook that holds no Python.

    Raises Unreadable for bytes that cannot be decoded, UnparsableCell for a cell that is no Python. The text of a
    script is not parsed yet.
    """
    if not is_notebook(path):
        return Script(load(path, data))
    from codemods.document.book import opened  # noqa: PLC0415 - only notebooks pay for it

    return opened(data)


def cut_alike(cuts: Cuts | None, other: Cuts | None) -> Cuts | None:
    """Where a document is cut, its pieces running in the order that ``other`` assumes."""
    return None if cuts is None or other is None else replace(cuts, in_order=other.in_order)


_LINES = re.compile(r"\bline (\d+(?:, \d+)*)(?!\d)(?! of )")
"""Lines of the document in a message; those of another file say so."""


def located(finding: Finding, one: Document) -> Finding:
    """A finding in lines of the joined text, in the reader's lines: those of the file, or of the cells."""
    if one.cuts is None:
        return finding
    here = one.place(finding.line)

    def lines(found: re.Match[str]) -> str:
        places = [one.place(int(number)) for number in found.group(1).split(", ")]
        if all(place.cell == here.cell for place in places):
            return f"line {', '.join(str(place.line) for place in places)}"
        return ", ".join(f"line {place.line} of cell {place.cell}" for place in places)

    stops = [(stop, one.place(stop.line)) for stop in finding.witness]
    return replace(
        finding,
        cell=here.cell,
        line=here.line,
        end_line=here.line + finding.end_line - finding.line,
        reason=_LINES.sub(lines, finding.reason),
        witness=tuple(Stop(place.line, stop.text, place.cell) for stop, place in stops),
    )


def warned(problem: Problem, one: Document) -> Problem:
    """A problem in lines of the joined text, in the reader's lines."""
    if one.cuts is None or problem.line is None:
        return problem
    place = one.place(problem.line)
    return replace(problem, cell=place.cell, line=place.line)
