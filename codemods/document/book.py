"""A notebook as the pipeline sees it: the Python of its code cells, and the way back to its bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.cells import Masked, masked
from codemods.document import Place, UnparsableCell
from codemods.files.notebook import LINE, Notebook, read_notebook
from codemods.syntax import Cuts, Unparsable, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

WRITES = re.compile(r"^get_ipython\(\)\.run_cell_magic\('(?:write)?file'", re.MULTILINE)


class Book(Struct, frozen=True):
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


def opened(data: bytes) -> Book | None:
    """The notebook with these bytes; None where it holds no Python. Raises as :func:`codemods.document.document`."""
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
