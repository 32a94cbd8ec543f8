"""A move: one planned edit, as data. The plan proposes moves, the rewrite carries them out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The first character of a statement: 1-based line, 0-based column in characters (not bytes)."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """Take the ``zero_grad`` statement that starts at ``statement`` out, and put it directly before ``before``.

    Both statements stand in the same suite (the same list of statements of one body), and ``before`` is the
    earlier one. Several moves of one suite may share a ``before``; they then keep their order in the source.
    """

    statement: Position
    before: Position
