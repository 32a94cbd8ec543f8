"""One planned edit, as data: a move, or an insertion. The plan proposes them, the rewrite carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable


class Position(Struct, frozen=True, order=True):
    """The first character of a statement: 1-based line, 0-based column in characters (not bytes)."""

    line: int
    column: int


class Move(Struct, frozen=True, order=True):
    """Take the ``zero_grad`` statement that starts at ``statement`` out, and put it directly before ``before``.

    Both statements stand in the same suite (the same list of statements of one body), and ``before`` is the
    earlier one. Several moves of one suite may share a ``before``; they then keep their order in the source.
    """

    statement: Position
    before: Position


class Insert(Struct, frozen=True):
    """Put the statement ``code``, one line without indentation, directly before the statement that starts at ``before``.

    Where moves have the same ``before``, what is inserted stands behind what is moved.
    """

    before: Position
    code: str


Change = Move | Insert


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Moves by where they come from, then insertions by where they go: statements with one target keep this order.

    Insertions with one target keep the order given. What is given twice is one change, and of two moves of one statement
    the later counts.
    """
    found = list(dict.fromkeys(changes))
    moves = sorted({one.statement: one for one in found if isinstance(one, Move)}.values())
    inserts = sorted((one for one in found if isinstance(one, Insert)), key=lambda one: one.before)
    return [*moves, *inserts]


def resolved(made: Iterable[Change], change: Change) -> Change:
    """A change of what the changes of ``made`` have left, as one to be carried out together with them.

    Where it names a statement that was moved, directly before that is where it was moved to.
    """
    gone = {one.statement: one.before for one in made if isinstance(one, Move)}
    return replace(change, before=gone.get(change.before, change.before))
