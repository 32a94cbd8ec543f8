"""Changes of a document, by the pieces that they are changes of."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.moves import Change, Insert, Move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.document import Document


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
