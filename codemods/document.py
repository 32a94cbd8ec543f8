"""What the pipeline works on: the Python of one file, be it a script or a notebook, and the way back to its bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from codemods.cells import Masked, masked
from codemods.files.load import Source, load
from codemods.files.notebook import LINE, Notebook, is_notebook, read_notebook
from codemods.findings import Stop
from codemods.moves import Change, Insert, Move
from codemods.syntax import Cuts, Unparsable, parse
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.findings import Finding, Problem


@dataclass(frozen=True, slots=True)
class Place:
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


@dataclass(frozen=True, slots=True)
class Script:
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


WRITES = re.compile(r"^get_ipython\(\)\.run_cell_magic\('(?:write)?file'", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Book:
    """A notebook: its code cells as Python, one below the other."""

    notebook: Notebook
    cells: tuple[Masked, ...]
    text: str
    cuts: Cuts

    @property
    def pieces(self) -> tuple[str, ...]:
        """The code cells, magics masked."""
        return tuple(one.text for one in self.cells)

    @property
    def writes_modules(self) -> bool:
        """Whether a cell is written to a file."""
        return any(WRITES.search(one.text) for one in self.cells)

    @property
    def fixed(self) -> frozenset[int]:
        """The lines that stand for magics."""
        return frozenset(
            start + number
            for start, mask in zip(self.cuts.starts, self.cells, strict=True)
            for number in mask.masked_lines
        )

    def place(self, line: int) -> Place:
        """A line of a cell."""
        number = max(0, bisect_right(self.cuts.starts, line) - 1)
        return Place(self.notebook.cells[number].index, line - self.cuts.starts[number] + 1)

    def split(self, text: str) -> list[str]:
        """The cells of a changed text, magics masked."""
        lines = LINE.findall(text)
        ends = [*(start - 1 for start in self.cuts.starts[1:]), len(lines)]
        joined = ["".join(lines[start - 1 : end]) for start, end in zip(self.cuts.starts, ends, strict=True)]
        return [
            one if mask.text.endswith("\n") else one.removesuffix("\n")
            for mask, one in zip(self.cells, joined, strict=True)
        ]

    def encode(self, pieces: Sequence[str]) -> bytes:
        """The notebook with the changed cells in place of the old; raises NotRestored as well."""
        changed = {
            cell.index: mask.restored(piece)
            for cell, mask, piece in zip(self.notebook.cells, self.cells, pieces, strict=True)
            if piece != mask.text
        }
        return self.notebook.with_sources(changed)


@timed("read")
def document(path: str, data: bytes) -> Document | None:
    """Read a file as Python; None for a notebook that holds no Python.

    Raises Unreadable for bytes that cannot be decoded, UnparsableCell for a cell that is no Python. The text of a
    script is not parsed yet.
    """
    if not is_notebook(path):
        return Script(load(path, data))
    notebook = read_notebook(data)
    return _book(notebook) if notebook.python and notebook.cells else None


def _book(notebook: Notebook) -> Book:
    cells = tuple(masked(cell.text) for cell in notebook.cells)
    starts: list[int] = []
    parts: list[str] = []
    line = 1
    for cell, mask in zip(notebook.cells, cells, strict=True):
        try:
            parse(mask.text)
        except Unparsable as error:
            raise UnparsableCell(
                Place(cell.index, error.line or 1), error.message.replace("this file", "this cell")
            ) from None
        starts.append(line)
        parts.append(mask.text if mask.text.endswith("\n") else mask.text + "\n")
        line += len(LINE.findall(parts[-1]))
    return Book(notebook, cells, "".join(parts), Cuts(tuple(starts)))


def cut_alike(cuts: Cuts | None, other: Cuts | None) -> Cuts | None:
    """Where a document is cut, its pieces running in the order that ``other`` assumes."""
    return None if cuts is None or other is None else replace(cuts, in_order=other.in_order)


def pieced(one: Document, changes: Sequence[Change]) -> dict[int, list[Change]]:
    """The changes of each piece, by the piece's number, in its own lines."""
    if one.cuts is None:
        return {0: list(changes)}
    found: dict[int, list[Change]] = {}
    for change in changes:
        number = bisect_right(one.cuts.starts, change.before.line) - 1
        above = one.cuts.starts[number] - 1
        before = replace(change.before, line=change.before.line - above)
        if isinstance(change, Move):
            statement = replace(change.statement, line=change.statement.line - above)
            found.setdefault(number, []).append(Move(statement, before))
        else:
            found.setdefault(number, []).append(Insert(before, change.code))
    return found


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
