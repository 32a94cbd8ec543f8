"""Carries out moves: libcst says where the statements and their comments are, the text is spliced by slices.

Nothing is printed from the tree. Every character outside the edits is the character that stood there, which is what
keeps mixed line ends, form feeds and trailing white space as they are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.rewrite.page import Edit, Page, RewriteFailed, apply, end_alike
from codemods.rewrite.splice import Place, splice
from codemods.rewrite.suites import Suite, find_suites
from codemods.rewrite.suites import parse as parse_concrete
from codemods.syntax import Unparsable, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.moves import Move, Position

__all__ = ["RewriteFailed", "rewrite", "round_trips"]

_GLUE = " \t\f\r\n;\\"
"""What may come and go with a statement: white space, the ``;`` between statements, line continuation."""


def rewrite(text: str, moves: Sequence[Move]) -> str:
    """The text with all moves carried out at once; with no moves, the text itself.

    Promises that every moved statement stands directly before its target, verbatim, with the comment lines directly
    above it and the comment behind it; that everything else keeps every character, but for ``;`` and blank lines next
    to a statement that came or went; and that a text which black leaves alone is still one afterwards. Moves with one
    target keep their order in the text; a target that is moved itself stands for its old place.

    Assumes a decoded text without a byte order mark, that ``ast`` can parse, and its positions.

    Raises ``RewriteFailed`` when a statement isn't found, isn't one that can clear gradients, or does not stand behind
    its target in one suite; when libcst can't parse the text; and when the result fails the check.
    """
    if not moves:
        return text
    page = Page.of(text)
    wanted = {position for move in moves for position in (move.statement, move.before)}
    edits: list[Edit] = []
    for suite, places in _by_suite(find_suites(page, wanted), moves):
        edits += splice(page, suite, places)
    result = apply(page, edits)
    _check(page, edits, result)
    return end_alike(page, result)


def round_trips(text: str) -> bool:
    """Whether libcst can parse the text and keeps its lines, so that ``rewrite`` finds its way in it."""
    try:
        parse_concrete(Page.of(text))
    except RewriteFailed:
        return False
    return True


def _by_suite(suites: Sequence[Suite], moves: Sequence[Move]) -> Iterable[tuple[Suite, dict[Place, Place]]]:
    found = {
        small.position: (number, (row, index))
        for number, suite in enumerate(suites)
        for row, content in enumerate(suite.rows)
        for index, small in enumerate(content.smalls)
    }
    places: dict[int, dict[Place, Place]] = {}
    for move in moves:
        for position in (move.statement, move.before):
            if position not in found:
                raise RewriteFailed(f"no statement starts at {_show(position)}")
        (number, source), (other, target) = found[move.statement], found[move.before]
        if number != other:
            raise RewriteFailed(f"{_show(move.statement)} and {_show(move.before)} are not in the same suite")
        if not suites[number].rows[source[0]].smalls[source[1]].movable:
            raise RewriteFailed(f"the statement at {_show(move.statement)} is none that can clear gradients")
        if target >= source:
            raise RewriteFailed(f"{_show(move.statement)} does not stand behind {_show(move.before)}")
        if places.setdefault(number, {}).setdefault(source, target) != target:
            raise RewriteFailed(f"the statement at {_show(move.statement)} has two targets")
    return [(suites[number], places[number]) for number in sorted(places)]


def _show(position: Position) -> str:
    return f"line {position.line}, column {position.column}"


def _check(page: Page, edits: Sequence[Edit], result: str) -> None:
    """Raise ``RewriteFailed`` unless the result parses and holds the same code: no line or character lost or added."""
    try:
        parse(result)
    except Unparsable as error:
        raise RewriteFailed(f"the rewritten text does not parse: {error.message}") from error
    glue = str.maketrans("", "", _GLUE)
    if Counter(page.text.translate(glue)) != Counter(result.translate(glue)):
        raise RewriteFailed("the rewritten text has lost or gained characters")
    touched = {line for edit in edits for line in page.touched(edit)}
    kept = Counter(line for number, line in enumerate(page.lines) if number not in touched and line.strip())
    if kept - Counter(Page.of(result).lines):
        raise RewriteFailed("the rewritten text has lost a line")
