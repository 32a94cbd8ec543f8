"""Comments that tell the tool to leave something alone.

``# gradorder: ignore`` on a line of a training step, or on a line of its own directly above it, leaves that step as it
is; ``# gradorder: ignore[GO101]`` does so only where the step has one of the codes; ``# gradorder: ignore-file`` (with
codes or without) speaks of all steps of the file. Text behind the comment up to the next ``#`` is a note for people.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.findings import CODES, MARK
from codemods.syntax import Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNUSED = "GO900"
WORDS = ("ignore", "ignore-file")
LINE = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")
DIRECTIVE = re.compile(
    r"(?<!\S)#\s*gradorder:\s*(?P<word>[\w-]+)\s*(?:\[(?P<codes>[^\]#]*)(?P<closed>\]?))?[^#]*", re.I
)
QUIET = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT)


class Suppression(Struct, frozen=True):
    """One comment: columns ``start`` to ``end`` of ``line`` (1-based; columns 0-based, in characters).

    ``below``: the first line of code after it when it stands alone on its line, else its own. ``codes``: what it
    suppresses, None for everything.
    """

    line: int
    start: int
    end: int
    below: int
    text: str
    whole_file: bool
    codes: tuple[str, ...] | None

    def covers(self, first: int, last: int) -> bool:
        """Whether it speaks of the lines ``first`` to ``last``."""
        return self.whole_file or first <= self.line <= last or first <= self.below <= last


class Complaint(Struct, frozen=True):
    """What a comment may have meant."""

    line: int
    message: str


class Leftover(Struct, frozen=True):
    """A comment of which nothing, or only ``kept``, suppresses anything; ``unused`` are the other codes."""

    suppression: Suppression
    unused: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def may_suppress(text: str) -> bool:
    """Whether it is worth looking for comments."""
    return MARK in text.lower()


def suppressions(text: str) -> tuple[Suppression, ...]:
    """The comments of a module that parses, in order. Raises :class:`codemods.syntax.Unparsable`."""
    if not may_suppress(text):
        return ()
    found = []
    for comment, below in _comments(text):
        for match in DIRECTIVE.finditer(comment.string):
            word = match["word"].lower()
            if word in WORDS:
                line, column = comment.start
                found.append(
                    Suppression(
                        line, column + match.start(), column + match.start() + len(match[0].rstrip()), below,
                        match[0].rstrip(), word == "ignore-file", _codes(match["codes"]),
                    )
                )  # fmt: skip
    return tuple(found)


def complaints(text: str) -> Iterator[Complaint]:
    """What is no suppression although it looks like one: misspelt words and codes, brackets that stay open."""
    if not may_suppress(text):
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    known = sorted(CODES.values())
    for comment, _ in _comments(text):
        for match in DIRECTIVE.finditer(comment.string):
            line, word = comment.start[0], match["word"]
            if word.lower() not in WORDS:
                near = get_close_matches(word.lower(), WORDS, 1, 0.7)
                if near:
                    yield Complaint(line, f"`# gradorder: {word}` means nothing; do you mean {near[0]}?")
                continue
            if match["codes"] is not None and not match["closed"]:
                yield Complaint(line, f"the bracket of `{match[0].strip()}` is not closed")
            codes = _codes(match["codes"])
            if codes == ():
                yield Complaint(line, f"`{match[0].strip()}` names no code and suppresses nothing")
            for code in codes or ():
                if code not in known:
                    near = get_close_matches(code, known, 1, 0.0)
                    yield Complaint(line, f"there is no code {code}; the nearest is {near[0]}")


def leftovers(
    comments: Iterable[Suppression], used: set[tuple[Suppression, str]], selected: frozenset[str]
) -> list[Leftover]:
    """The comments that suppress nothing, wholly or in part.

    A code that is not ``selected`` in this run is not held against a comment, and a comment that names GO900 is
    never reported.
    """
    found = []
    known = frozenset(CODES.values())
    for one in comments:
        if one.codes is None:
            if (one, "") not in used:
                found.append(Leftover(one))
            continue
        unused = tuple(
            code for code in one.codes if (one, code) not in used and (code in selected or code not in known)
        )
        kept = tuple(code for code in one.codes if code not in unused)
        if UNUSED not in one.codes and (unused or not one.codes):
            found.append(Leftover(one, unused, kept))
    return found


def marked(text: str, unused: Sequence[Leftover]) -> tuple[str, str]:
    """The text with every leftover reduced to what is used, or replaced by a mark; and the mark.

    No line comes or goes, and no code changes its place.
    """
    mark = "#gradorder-nothing"
    while mark in text:
        mark += "-"
    lines = [match.group(1, 2) for match in LINE.finditer(text)]
    for one in sorted(unused, key=lambda one: (one.suppression.line, one.suppression.start), reverse=True):
        comment = one.suppression
        body, end = lines[comment.line - 1]
        new = mark
        if one.kept:
            head, _, rest = comment.text.partition("[")
            new = f"{head}[{', '.join(one.kept)}]{rest.partition(']')[2]}"
        lines[comment.line - 1] = (body[: comment.start] + new + body[comment.end :], end)
    return "".join(body + end for body, end in lines), mark


def stripped(text: str, mark: str) -> str:
    """The text without the marks, the blanks before them, and the lines that held nothing else.

    Below a backslash that goes on to the next line, a bare ``#`` stays: the file may end there.
    """
    kept: list[str] = []
    for match in LINE.finditer(text):
        body, end = match.groups()
        while mark in body:
            head, _, tail = body.partition(mark)
            if not head.strip() and kept and kept[-1].rstrip("\r\n").endswith("\\"):
                body = head + "#" + tail
                continue
            body = head + tail.lstrip() if tail.strip() else head.rstrip()
            end = end if body.strip() else ""
        kept.append(body + end)
    return "".join(kept)


def _codes(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(dict.fromkeys(one.strip().upper() for one in text.split(",") if one.strip()))


def _comments(text: str) -> Iterator[tuple[tokenize.TokenInfo, int]]:
    """The comments that hold the mark, each with the line of code that it stands on or above."""
    plain = "".join(match[1] + ("\n" if match[2] else "") for match in LINE.finditer(text))
    waiting: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(plain).readline):
            if token.type == tokenize.COMMENT and MARK in token.string.lower():
                if token.line[: token.start[1]].strip():
                    yield token, token.start[0]
                else:
                    waiting.append(token)
            elif waiting and token.type not in QUIET:
                yield from ((one, token.start[0]) for one in waiting)
                waiting = []
    except (tokenize.TokenError, SyntaxError) as error:
        raise Unparsable(f"its comments cannot be read: {error.args[0]}", None) from error
