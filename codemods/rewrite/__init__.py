"""Carries out moves and insertions: the places of statements and of their comments are found, the text is spliced by slices.

Nothing is printed from the tree. Every character outside the edits is the character that stood there, which is what
keeps mixed line ends, form feeds and trailing white space as they are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.moves import Insert, Move, in_order
from codemods.rewrite.page import Edit, Page, RewriteFailed, apply, end_alike
from codemods.rewrite.splice import Place, splice
from codemods.rewrite.suites import NotPlain, Suite, find_suites
from codemods.syntax import Unparsable, parse
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from codemods.moves import Change, Position

__all__ = ["RewriteFailed", "rewrite"]

_GLUE = " \t\f\r\n;\\"
"""What may come and go with a statement: white space, the ``;`` between statements, line continuation."""


@timed("rewrite")
def rewrite(text: str, changes: Sequence[Change]) -> str:
    """The text with all changes carried out at once; with none, the text itself.

    Promises that every moved statement stands directly before its target, verbatim, with the comment lines directly
    above it and the comment behind it, and every inserted one as it is given; that everything else keeps every
    character, but for ``;`` and blank lines next to a statement that came or went; and that a text which black leaves
    alone is still one afterwards, given insertions that black leaves alone. Moves with one target keep their order in
    the text, insertions follow them; a target that is moved itself stands for its old place.

    Assumes a decoded text without a byte order mark, that ``ast`` can parse, and its positions.

    Raises ``RewriteFailed`` when a statement isn't found, isn't one that can clear gradients, or does not stand behind
    its target in one suite; when libcst can't parse the text; and when the result fails the check.
    """
    if not changes:
        return text
    _one_target_each(changes)
    page = Page.of(text)
    wanted = {one.before for one in changes} | {one.statement for one in changes if isinstance(one, Move)}
    edits: list[Edit] = []
    for suite, places, inserts in _by_suite(_found(page, wanted), in_order(changes)):
        edits += splice(page, suite, places, inserts)
    result = apply(page, edits)
    _check(page, edits, result, "".join(one.code for one in changes if isinstance(one, Insert)))
    return end_alike(page, result)


def _found(page: Page, wanted: Collection[Position]) -> list[Suite]:
    """The suites with the statements. Raises ``RewriteFailed`` where neither ``ast`` nor libcst can tell what is in them."""
    try:
        return find_suites(page, parse(page.text), wanted)
    except Unparsable as error:
        raise RewriteFailed(error.message) from error
    except NotPlain:
        from codemods.rewrite.concrete import find_suites as asked_of_libcst  # noqa: PLC0415 - slow to import

        return asked_of_libcst(page, wanted)


def _one_target_each(changes: Sequence[Change]) -> None:
    targets: dict[Position, Position] = {}
    for one in changes:
        if isinstance(one, Move) and targets.setdefault(one.statement, one.before) != one.before:
            raise RewriteFailed(f"the statement at {_show(one.statement)} has two targets")


def _by_suite(
    suites: Sequence[Suite], changes: Sequence[Change]
) -> Iterable[tuple[Suite, dict[Place, Place], dict[Place, list[str]]]]:
    found = {
        small.position: (number, (row, index))
        for number, suite in enumerate(suites)
        for row, content in enumerate(suite.rows)
        for index, small in enumerate(content.smalls)
    }
    places: dict[int, dict[Place, Place]] = {}
    inserts: dict[int, dict[Place, list[str]]] = {}
    for change in changes:
        for position in (change.before, *([change.statement] if isinstance(change, Move) else [])):
            if position not in found:
                raise RewriteFailed(f"no statement starts at {_show(position)}")
        number, target = found[change.before]
        if isinstance(change, Insert):
            inserts.setdefault(number, {}).setdefault(target, []).append(change.code)
            continue
        other, source = found[change.statement]
        if number != other:
            raise RewriteFailed(
                f"{_show(change.statement)} and {_show(change.before)} are not in the same suite"
            )
        if not suites[number].rows[source[0]].smalls[source[1]].movable:
            raise RewriteFailed(
                f"the statement at {_show(change.statement)} is none that can clear gradients"
            )
        if target >= source:
            raise RewriteFailed(f"{_show(change.statement)} does not stand behind {_show(change.before)}")
        places.setdefault(number, {})[source] = target
    return [
        (suites[number], places.get(number, {}), inserts.get(number, {}))
        for number in sorted({*places, *inserts})
    ]


def _show(position: Position) -> str:
    return f"line {position.line}, column {position.column}"


def _check(page: Page, edits: Sequence[Edit], result: str, inserted: str = "") -> None:
    """Raise ``RewriteFailed`` unless the result parses and holds the same code: no line or character lost or added.

    But for the characters that were ``inserted``.
    """
    try:
        parse(result)
    except Unparsable as error:
        raise RewriteFailed(f"the rewritten text does not parse: {error.message}") from error
    glue = str.maketrans("", "", _GLUE)
    if Counter((page.text + inserted).translate(glue)) != Counter(result.translate(glue)):
        raise RewriteFailed("the rewritten text has lost or gained characters")
    touched = {line for edit in edits for line in page.touched(edit)}
    # A lone carriage return that comes to stand before an empty line ends one line with it, not two.
    kept = Counter(
        line.rstrip("\r\n")
        for number, line in enumerate(page.lines)
        if number not in touched and line.strip()
    )
    if kept - Counter(line.rstrip("\r\n") for line in Page.of(result).lines):
        raise RewriteFailed("the rewritten text has lost a line")
