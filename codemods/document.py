"""What the pipeline works on: the Python of one file, be it a script or a notebook, and the way back to its bytes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from codemods.cells import Masked, NotRestored, masked
from codemods.files.load import Source, Unreadable, load
from codemods.files.notebook import LINE, Notebook, is_notebook, read_notebook
from codemods.syntax import Cuts, Unparsable, parse

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    """The Python of one file. ``text``: all of it; ``pieces``: the texts that are edited each on its own.

    ``cuts``: where the pieces begin in ``text``, None where there is but one.
    """

    @property
    def text(self) -> str: ...
    @property
    def pieces(self) -> tuple[str, ...]: ...
    @property
    def cuts(self) -> Cuts | None: ...

    def place(self, line: int) -> Place:
        """Where a line of ``text`` stands for the reader."""

    def encode(self, pieces: Sequence[str]) -> bytes:
        """The file with other pieces. Raises Unreadable or UnicodeError where it cannot hold them."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Python file: one piece, its text."""

    source: Source
    cuts: None = None

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def pieces(self) -> tuple[str, ...]:
        return (self.source.text,)

    def place(self, line: int) -> Place:
        return Place(None, line)

    def encode(self, pieces: Sequence[str]) -> bytes:
        return self.source.encode("".join(pieces))


@dataclass(frozen=True, slots=True)
class Book:
    """A notebook: its code cells as Python, one below the other."""

    notebook: Notebook
    cells: tuple[Masked, ...]
    text: str
    cuts: Cuts

    @property
    def pieces(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.cells)

    def place(self, line: int) -> Place:
        number = max(0, bisect_right(self.cuts.starts, line) - 1)
        return Place(self.notebook.cells[number].index, line - self.cuts.starts[number] + 1)

    def encode(self, pieces: Sequence[str]) -> bytes:
        changed = {
            cell.index: mask.restored(piece)
            for cell, mask, piece in zip(self.notebook.cells, self.cells, pieces, strict=True)
            if piece != mask.text
        }
        return self.notebook.with_sources(changed)


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
            raise UnparsableCell(Place(cell.index, error.line or 1), error.message) from None
        starts.append(line)
        parts.append(mask.text if mask.text.endswith("\n") else mask.text + "\n")
        line += len(LINE.findall(parts[-1]))
    return Book(notebook, cells, "".join(parts), Cuts(tuple(starts)))
