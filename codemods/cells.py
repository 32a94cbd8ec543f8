"""A notebook's code cells as Python: magics and shell lines masked by calls, and put back byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.magics import ONCE, Magic, NotRestored
from codemods.syntax import Unparsable, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_ENDS = "\r\n"
_NAME = re.compile(r"[^\W\d]\w*|!!?")
_TOKEN = re.compile(
    r"""(?P<string>'''|\"\"\"|'|")|(?P<comment>\#[^\r\n]*)|(?P<joined>\\(?:\r\n?|\n))|(?P<end>\r\n?|\n)"""
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<assign>(?<![=!<>:+\-*/%&|^@~])=(?=[ \t]*(?:%[^\W\d]|!)))|(?P<help>\?)|."
)
_STRING_ENDS = {
    quote: re.compile(
        r"(?:\\(?:\r\n|.)|(?!" + quote + r")" + (r"." if len(quote) == 3 else r"[^\r\n]") + ")*" + quote,
        re.DOTALL,
    )
    for quote in ("'''", '"""', "'", '"')
}


class Masked(Struct, frozen=True):
    """A cell's text as Python. ``hidden``: the lines that stand behind a mask, in order, without their ends."""

    text: str
    tag: str = ""
    hidden: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()

    @property
    def masked_lines(self) -> frozenset[int]:
        """The 0-based numbers of the lines that are masks."""
        if not self.hidden:
            return frozenset()
        return frozenset(number for number, line in enumerate(LINE.findall(self.text)) if self.tag in line)

    def restored(self, text: str) -> str:
        """A changed ``text`` with the magics as they were.

        Raises NotRestored unless each mask is there as it was, once, in order.
        """
        if not self.hidden:
            return text
        number = 0
        lines: list[str] = []
        for line in LINE.findall(text):
            bare = line.rstrip(_ENDS)
            if self.tag in bare:
                if number == len(self.hidden) or bare != self.masks[number]:
                    raise NotRestored
                lines.append(self.hidden[number] + line[len(bare) :])
                number += 1
            else:
                lines.append(line)
        if number != len(self.hidden):
            raise NotRestored
        return "".join(lines)


class _Mask(Struct, frozen=True):
    """The physical lines ``first`` to ``last`` (0-based) stand for ``code``."""

    first: int
    last: int
    code: str


def masked(text: str) -> Masked:
    """The cell as Python with the same number of lines. What is Python already, or cannot be made so, stays as it is."""
    if not re.search(r"[%!?]", text) or _parses(text):
        return Masked(text)
    whole = _cell_magic(text)
    if whole is not None and not whole.once:
        return _put(text, [_Mask(whole.first, len(LINE.findall(text)) - 1, whole.magic.call)])
    masks = list(_line_masks(text, 0 if whole is None else whole.first + 1))
    if whole is not None:
        masks.insert(0, _Mask(whole.first, whole.first, _once(whole.magic)))
    return _put(text, masks)


def _parses(text: str) -> bool:
    try:
        parse(text)
    except Unparsable:
        return False
    return True


class _CellMagic(Struct, frozen=True):
    """A cell magic on line ``first``. ``once``: the cell below it runs once, as it stands."""

    first: int
    magic: Magic
    once: bool


def _cell_magic(text: str) -> _CellMagic | None:
    lines = LINE.findall(text)
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines or not lines[first].startswith("%%"):
        return None
    found = _NAME.match(lines[first], 2)
    if found is None:
        return None
    line = lines[first][found.end() :].strip()
    magic = Magic(found.group(), line, "".join(lines[first + 1 :]))
    # What else stands on the line may be a statement; --no-raise-error swallows the cell's exceptions.
    plain = all(
        (one.startswith("-") and one != "--no-raise-error")
        or (magic.name == "capture" and one.isidentifier())
        for one in line.split()
    )
    return _CellMagic(first, magic, once=magic.name in ONCE and plain)


def _once(magic: Magic) -> str:
    names = [one for one in magic.line.split() if not one.startswith("-")]
    return f"{names[0]} = get_ipython().getoutput('')" if magic.name == "capture" and names else "pass"


def _line_masks(text: str, start: int) -> Iterator[_Mask]:
    """Masks of the logical lines from physical line ``start`` on that are magics, shell lines or requests for help."""
    lines = LINE.findall(text)
    number = start
    while number < len(lines):
        line = lines[number].rstrip(_ENDS)
        stripped = line.lstrip(" \t\f")
        if stripped[:1] in ("%", "!", "?"):
            last, content = _joined(lines, number, len(line) - len(stripped))
            code = _line_code(content)
            if code is not None:
                yield _Mask(number, last, line[: len(line) - len(stripped)] + code)
            number = last + 1
            continue
        found = _logical(lines, number)
        if found.assign is not None:
            last, content = _joined(lines, found.assign[0], found.assign[1])
            code = _line_code(content.lstrip(" \t"), wanted=True)
            if code is not None and found.assign[0] == number:
                yield _Mask(number, last, line[: found.assign[1]] + " " + code)
            number = last + 1
            continue
        if found.help and found.last == number:
            yield _Mask(
                number,
                number,
                line[: len(line) - len(stripped)] + Magic("pinfo", stripped.strip(" \t?")).call,
            )
        number = found.last + 1


def _joined(lines: list[str], number: int, column: int) -> tuple[int, str]:
    """A magic's text from a column of a line on; a backslash at its end joins the next line to it."""
    content = lines[number].rstrip(_ENDS)[column:]
    while content.endswith("\\") and number + 1 < len(lines):
        number += 1
        content = content[:-1] + lines[number].rstrip(_ENDS)
    return number, content


def _line_code(content: str, *, wanted: bool = False) -> str | None:
    """What IPython makes of a line; ``wanted``: its value is assigned. None where it is nothing that is known."""
    if content.startswith("!!"):
        return Magic("!!", content[2:]).call
    if content.startswith("!"):
        return Magic("!!" if wanted else "!", content[1:]).call
    if content.startswith("?"):
        return Magic("pinfo", content.strip("? \t")).call
    found = _NAME.match(content, 1) if content.startswith("%") else None
    if found is None or content.startswith("%%"):
        return None
    name, rest = found.group(), content[found.end() :]
    # A timed statement runs once, as it stands.
    if name == "time" and not wanted and rest[:1] in (" ", "\t") and not rest.lstrip().startswith("-"):
        statement = f"if 1:{rest}"
        if _parses(statement) and "\n" not in statement:
            return statement
    return Magic(name, rest.strip()).call


class _Logical(Struct, frozen=True):
    """A logical line: its last physical line, where a magic is assigned (line and column), whether it asks for help."""

    last: int
    assign: tuple[int, int] | None = None
    help: bool = False


def _logical(lines: list[str], first: int) -> _Logical:
    text = "".join(lines[first:])
    at = depth = 0
    last = first
    asks = False
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found is not None or text[at] in _ENDS, "every character is a token"
        if found is None:
            break
        kind = found.lastgroup
        end = found.end()
        if kind == "string":
            closed = _STRING_ENDS[found.group()].match(text, end)
            if closed is None:
                return _Logical(len(lines) - 1)
            end = closed.end()
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "assign" and not depth:
            start = text.rfind("\n", 0, at) + 1
            return _Logical(last, (last, at + 1 - start))
        elif kind == "help" and not depth:
            asks = True
        if kind == "end" and not depth:
            return _Logical(last, help=asks)
        last = (
            first + len(LINE.findall(text[:end] + ".")) - 1 if kind in ("string", "joined", "end") else last
        )
        at = end
    return _Logical(min(last, len(lines) - 1), help=asks)


def _put(text: str, masks: list[_Mask]) -> Masked:
    lines = LINE.findall(text)
    tag = "masked"
    while tag in text:
        tag += "_"
    hidden: list[str] = []
    shown: list[str] = []
    for mask in masks:
        for number in range(mask.first, mask.last + 1):
            bare = lines[number].rstrip(_ENDS)
            code = mask.code if number == mask.first else ""
            if mask.first != mask.last and number == mask.first:
                code = mask.code.removesuffix(")")
            elif mask.first != mask.last and number == mask.last:
                code = ")"
            shown.append(f"{code}  # {tag} {len(hidden)}")
            lines[number] = shown[-1] + lines[number][len(bare) :]
            hidden.append(bare)
    return Masked("".join(lines), tag, tuple(hidden), tuple(shown))
