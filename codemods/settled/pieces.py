"""The places of a file that hold some words: found in its text, looked at in its tree, the rest never visited."""

from __future__ import annotations

import ast
from bisect import bisect_left
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.syntax import first_line
from codemods.trees import children

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

Chain = tuple[str, ...]
"""The names of the functions and classes around a place, outermost first; of a class, behind ``CLASS``."""

CLASS = "class "

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (
    *DEFINITIONS, ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match, ast.ExceptHandler,
    ast.match_case, *((ast.TryStar,) if hasattr(ast, "TryStar") else ()),
)  # fmt: skip
"""The nodes that hold suites."""


class Lines(Struct, frozen=True):
    """Numbers of lines, in order."""

    numbers: list[int]

    def on(self, node: ast.stmt) -> bool:
        """Whether one of them is among those of a statement, decorators included."""
        return self._between(first_line(node), node.end_lineno or node.lineno)

    def above(self, node: ast.AST) -> bool:
        """Whether one of them may be among those of a node that holds suites, down to the first line of the first of them."""
        first = node.pattern if isinstance(node, ast.match_case) else node
        below = node.cases[0].pattern if isinstance(node, ast.Match) else node.body[0]  # type: ignore[attr-defined]
        return self._between(first_line(first), first_line(below))  # type: ignore[arg-type]

    def _between(self, first: int, last: int) -> bool:
        numbers = self.numbers
        at = bisect_left(numbers, first)
        return at < len(numbers) and numbers[at] <= last


class Piece(Struct, frozen=True, eq=False):
    """A statement without the suites in it. ``parts``: all that is evaluated or bound there, itself where it has no suite."""

    chain: Chain
    owner: ast.AST
    parts: tuple[ast.AST, ...]


def lines_of(text: str, pattern: re.Pattern[str], *, whole: bool = True) -> Lines:
    """The lines of all matches, as ``ast`` counts lines: ``text`` has no carriage return that ends one by itself.

    ``whole``: a match that begins inside of a word is none.
    """
    numbers: list[int] = []
    line, at = 1, 0
    for found in pattern.finditer(text):
        start = found.start()
        if whole and start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            continue
        line += text.count("\n", at, start)
        at = start
        if not numbers or numbers[-1] != line:
            numbers.append(line)
    return Lines(numbers)


def pieces(suite: list[ast.stmt], lines: Lines, chain: Chain = ()) -> Iterator[Piece]:
    """The statements with one of the lines, in the order of the source; of one that holds suites, what stands above them."""
    for statement in suite:
        if not lines.on(statement):
            continue
        if isinstance(statement, COMPOUND):
            yield from _of_compound(statement, lines, chain)
        else:
            yield Piece(chain, statement, (statement,))


def _of_compound(node: ast.AST, lines: Lines, chain: Chain) -> Iterator[Piece]:
    below = children(node)
    held = [one for one in below if isinstance(one, ast.stmt)]
    if lines.above(node):
        yield Piece(chain, node, header(node))
    inside = (*chain, named(node)) if isinstance(node, DEFINITIONS) else chain
    yield from pieces(held, lines, inside)
    for one in below:
        if isinstance(one, ast.ExceptHandler | ast.match_case):
            yield from _of_compound(one, lines, inside)


def named(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """A function or class, as it stands in a chain."""
    return CLASS + node.name if isinstance(node, ast.ClassDef) else node.name


def header(node: ast.AST) -> tuple[ast.AST, ...]:
    """What stands directly below a node that holds suites, apart from them."""
    return tuple(
        one for one in children(node) if not isinstance(one, ast.stmt | ast.ExceptHandler | ast.match_case)
    )
