"""Jupyter notebooks: where the source of each code cell stands in the JSON, and how to put another one there.

Nothing is printed from parsed JSON. A cell that changes gets its new lines in place of its old ones, each line that
was there before in the very spelling that it had; every other character of the file is the one that stood there.
"""

from __future__ import annotations

import codecs
import difflib
import json
import re
from collections import Counter
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from codemods.files.load import Unreadable, is_notebook, line_at, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_SPACE = re.compile(r"[ \t\n\r]*")
_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
"""How JSON may spell one character inside a string."""
_SCAN: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class CodeCell(Struct, frozen=True):
    """A code cell. ``index`` counts all cells from 0. ``spans``: the insides of its source strings in the file's text."""

    index: int
    text: str
    spans: tuple[tuple[int, int], ...]


class Notebook(Struct, frozen=True):
    """A notebook's text (its bytes as UTF-8) and its code cells in order. ``python``: its kernel runs Python."""

    text: str
    cells: tuple[CodeCell, ...]
    python: bool = True

    def with_sources(self, sources: Mapping[int, str]) -> bytes:
        """The file with other sources for some code cells, by their ``index``.

        Promises that every character outside the changed lines of these cells is kept, and that reading the result
        gives the new sources and nothing else new. Raises Unreadable where that cannot be had.
        """
        parts: list[str] = []
        done = 0
        for cell in self.cells:
            if sources.get(cell.index, cell.text) != cell.text:
                if not cell.spans:
                    raise Unreadable(f"cell {cell.index} has no source to change")
                parts += [
                    self.text[done : cell.spans[0][0]],
                    _respelled(self.text, cell, sources[cell.index]),
                ]
                done = cell.spans[-1][1]
        result = "".join([*parts, self.text[done:]])
        expected = [(cell.index, sources.get(cell.index, cell.text)) for cell in self.cells]
        if [(cell.index, cell.text) for cell in read_notebook(result.encode("utf-8")).cells] != expected:
            raise Unreadable("the changed cells do not read back as they were written")
        return result.encode("utf-8")


def read_notebook(data: bytes) -> Notebook:
    """Find the code cells. Raises Unreadable for what is not a notebook of format 4, in valid JSON without a BOM."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("a notebook that starts with a BOM, which Jupyter refuses")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte 0x{data[error.start]:02x} is not valid utf-8", line_at(data, error.start)
        ) from error
    try:
        return _Reader(text).notebook()
    except (json.JSONDecodeError, StopIteration) as error:
        raise _invalid(text, error) from error


def texts_of(path: str, data: bytes) -> dict[int | None, str]:
    """What a person sees of a file: its text, filed under None; of a notebook, the text of each code cell by its index.

    Assumes bytes that were examined without a problem.
    """
    if not is_notebook(path):
        return {None: load(path, data).text}
    return {cell.index: cell.text for cell in read_notebook(data).cells}


def _invalid(text: str, error: Exception) -> Unreadable:
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return Unreadable(f"invalid JSON: {found.msg}", found.lineno)
    return Unreadable(f"invalid JSON: {error}")


class _Reader(Struct, eq=False):
    """Walks the objects that lead to the sources with exact positions; all else is skipped by json's own scanner."""

    text: str

    def notebook(self) -> Notebook:
        found: dict[str, Any] = {}
        cells: list[CodeCell] = []

        def member(key: str, at: int) -> int:
            if key == "cells":
                found[key] = True
                return self._array(at, lambda index, start: self._cell(index, start, cells))
            found[key], end = _SCAN(self.text, at)
            return end

        end = self._skip(self._object(self._skip(0), member, "the notebook"))
        if end != len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, end)
        if found.get("nbformat") != 4 or "cells" not in found:
            version = found.get("nbformat")
            known = isinstance(version, int) and version != 4
            raise Unreadable(
                f"a notebook of format {version}; only format 4 can be read (jupyter nbconvert --to notebook converts it)"
                if known
                else "not a Jupyter notebook of format 4"
            )
        return Notebook(self.text, tuple(cells), _is_python(found.get("metadata")))

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        assert found is not None, "the pattern matches the empty string"
        return found.end()

    def _expect(self, at: int, char: str) -> int:
        if self.text[at : at + 1] != char:
            raise json.JSONDecodeError(f"Expecting '{char}'", self.text, at)
        return at + 1

    def _object(self, at: int, member: Callable[[str, int], int], what: str) -> int:
        at = self._skip(self._expect(at, "{"))
        seen: set[str] = set()
        while self.text[at : at + 1] != "}":
            if seen:
                at = self._skip(self._expect(at, ","))
            key, end = scanstring(self.text, self._expect(at, '"'))
            if key in seen:
                raise Unreadable(f"the key {key!r} stands twice in {what}", self.text.count("\n", 0, at) + 1)
            seen.add(key)
            at = self._skip(member(key, self._skip(self._expect(self._skip(end), ":"))))
        return at + 1

    def _array(self, at: int, item: Callable[[int, int], int]) -> int:
        at = self._skip(self._expect(at, "["))
        count = 0
        while self.text[at : at + 1] != "]":
            if count:
                at = self._skip(self._expect(at, ","))
            at = self._skip(item(count, at))
            count += 1
        return at + 1

    def _cell(self, index: int, at: int, cells: list[CodeCell]) -> int:
        found: dict[str, Any] = {}
        strings: list[tuple[str, int, int]] = []

        def string(_: int, start: int) -> int:
            end: int
            value, end = scanstring(self.text, self._expect(start, '"'))
            strings.append((value, start + 1, end - 1))
            return end

        def member(key: str, start: int) -> int:
            if key == "source":
                found[key] = True
                return string(0, start) if self.text[start : start + 1] == '"' else self._array(start, string)
            found[key], end = _SCAN(self.text, start)
            return end

        end = self._object(at, member, f"cell {index}")
        if found.get("cell_type") == "code" and _is_python_cell(found.get("metadata")):
            spans = tuple((start, stop) for _, start, stop in strings)
            cells.append(CodeCell(index, "".join(value for value, _, _ in strings), spans))
        return end


def _is_python(metadata: object) -> bool:
    """Whether the kernel speaks Python. A notebook that does not say so does."""
    for part, word in (("language_info", "name"), ("kernelspec", "language")):
        inner = metadata.get(part) if isinstance(metadata, dict) else None
        language = inner.get(word) if isinstance(inner, dict) else None
        if isinstance(language, str) and language:
            return language.lower().startswith(("python", "ipython"))
    return True


def _is_python_cell(metadata: object) -> bool:
    """Whether an editor that mixes languages takes the cell for Python."""
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    language = editor.get("languageId") if isinstance(editor, dict) else None
    return language in (None, "python")


def _respelled(text: str, cell: CodeCell, source: str) -> str:
    """What stands between the first and the last quote of a cell's source once its lines are those of ``source``."""
    spelling = _Spelling.of(text, cell)
    old, new = LINE.findall(cell.text), LINE.findall(source)
    raws: list[str] = []
    gaps: list[str | None] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, stop, start, end in matcher.get_opcodes():
        raws += spelling.lines[first:stop] if tag == "equal" else map(spelling.spelled, new[start:end])
        for number in range(end - start):
            # What stands between two lines in the file stays with the line behind it.
            known = 0 < first + number < stop
            gaps.append(spelling.gaps[first + number] if known else None)
    usual = Counter(spelling.gaps[1:]).most_common(1)
    between = usual[0][0] if usual else ""
    body = "".join(
        (("" if not number else between) if gap is None else gap) + raw
        for number, (raw, gap) in enumerate(zip(raws, gaps, strict=True))
    )
    return spelling.head + body + spelling.tail


class _Spelling(Struct, frozen=True):
    """How a cell's lines are spelled in the file.

    ``gaps``: what stands in front of each line between the one string and the next, nothing inside a string (of the
    first line: ``head``). ``contents``: known lines without their ends.
    """

    lines: tuple[str, ...]
    gaps: tuple[str, ...]
    head: str
    tail: str
    contents: Mapping[str, str]
    characters: Mapping[str, str]
    ascii: bool

    @classmethod
    def of(cls, text: str, cell: CodeCell) -> _Spelling:
        units: list[str] = []
        seams: dict[int, str] = {}
        for number, (start, stop) in enumerate(cell.spans):
            if number:
                seams[len(units)] = seams.get(len(units), "") + text[cell.spans[number - 1][1] : start]
            units += _UNIT.findall(text, start, stop)
        assert len(units) == len(cell.text), "one spelling for each character"
        lines: list[str] = []
        gaps: list[str] = []
        contents: dict[str, str] = {}
        at = 0
        for line in LINE.findall(cell.text):
            gaps.append(seams.get(at, "") if at else "")
            bare = line.rstrip("\r\n")
            raw = "".join(
                (seams.get(at + number, "") if number else "") + units[at + number]
                for number in range(len(line))
            )
            # A line that moves is one string, however many it was.
            contents.setdefault(bare, "".join(units[at : at + len(bare)]))
            lines.append(raw)
            at += len(line)
        tail = seams.get(at, "") if at else ""
        characters: dict[str, str] = {}
        for char, unit in zip(cell.text, units, strict=True):
            characters.setdefault(char, unit)
        return cls(tuple(lines), tuple(gaps), seams.get(0, ""), tail, contents, characters, text.isascii())

    def spelled(self, line: str) -> str:
        """A line that is new at its place: as it is spelled elsewhere in the cell, else character by character."""
        bare = line.rstrip("\r\n")
        known = self.contents.get(bare)
        return (self._each(bare) if known is None else known) + self._each(line[len(bare) :])

    def _each(self, text: str) -> str:
        return "".join(
            self.characters.get(char) or json.dumps(char, ensure_ascii=self.ascii)[1:-1] for char in text
        )
