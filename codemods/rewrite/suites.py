"""Finds the suites in which something moves: their statements, comments and blank lines as line ranges.

``ast`` says where the statements are, and what stands between them is looked at in the text. Comments and blank lines belong to
the suites that :mod:`libcst` gives them to (tests/test_suites.py compares the two): those behind a suite, up to the last line
that begins with its indentation, to the suite, the others to the statement below. Where anything else stands between statements
than white space, comments and a ``;``, nothing is found here (:class:`NotPlain`), and libcst is asked (concrete.py).
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from codemods.moves import Position
from codemods.syntax import characters, first_line, suites

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.rewrite.page import Page

Kind: TypeAlias = Literal["import", "docstring", "definition", "other"]

_ODD = re.compile(r"\f|\r(?!\n)")
"""What ends no line for some, or takes back an indentation."""

_SEMICOLON = re.compile(r"[ \t]*;[ \t]*")
_TAIL = re.compile(r"[ \t]*;?[ \t]*(?:#.*)?")
"""What may follow on the last line of a statement."""


class NotPlain(Exception):
    """What stands between the statements is more than white space, comments and semicolons."""


class Small(Struct, frozen=True):
    """One statement, as offsets in the text, without the ``;`` behind it."""

    position: Position
    start: int
    end: int
    movable: bool
    """It can be one that clears gradients: an expression, an assignment of a ``grad``, a whole loop or branch."""


class Row(Struct, frozen=True):
    """One compound statement, or the simple statements that share a line by ``;``. Line numbers are 0-based.

    ``leading`` to ``first`` are the blank lines and comments above it that are not part of an inner suite, ``first``
    to ``stop`` the lines it stands on (those of its decorators and of its body too).
    """

    leading: int
    first: int
    stop: int
    smalls: tuple[Small, ...]
    kind: Kind
    compound: bool = False


class Suite(Struct, frozen=True):
    """The statements of one body. ``footer`` is the line behind the comments that end the body."""

    rows: tuple[Row, ...]
    footer: int
    one_line: bool
    """The body stands on the line of its header, behind the ``:``."""
    module: bool


def find_suites(page: Page, tree: ast.Module, wanted: Collection[Position]) -> list[Suite]:
    """The suites that hold a statement at one of the positions ``wanted``. ``tree``: what the text is parsed to.

    Raises :class:`NotPlain` where libcst has to be asked.
    """
    if _ODD.search(page.text):
        raise NotPlain
    lines = {one.line for one in wanted}
    found: list[Suite] = []
    pending: list[ast.Module | ast.stmt] = [tree]
    while pending:
        owner = pending.pop()
        for body in suites(owner):
            pending += body
            if _is_elif(page, owner, body):
                continue
            if any(one.lineno in lines and _position(page, one) in wanted for one in body):
                found.append(_suite(page, body, module=owner is tree))
    return found


def _suite(page: Page, body: list[ast.stmt], *, module: bool) -> Suite:
    grouped = _grouped(page, body)
    if not module and _is_beside(page, body[0]):
        if len(grouped) > 1:
            raise NotPlain
        stop = _end_line(body[-1])
        row = Row(body[0].lineno - 1, body[0].lineno - 1, stop, _smalls(page, body), "other")
        return Suite((row,), stop, one_line=True, module=False)
    rows: list[Row] = []
    for nodes in grouped:
        first = _first(page, nodes[0])
        leading = rows[-1].stop if rows else first if module else _below_header(page, first)
        if not all(map(_is_empty, page.lines[leading:first])):
            raise NotPlain
        kind = _kind(nodes, docstring=module and not rows)
        rows.append(
            Row(leading, first, _stop(page, nodes[-1]), _smalls(page, nodes), kind, _is_compound(nodes[0]))
        )
    stop = rows[-1].stop
    footer = len(page.lines) if module else _footer(page, stop, page.indent(rows[0].first))
    return Suite(tuple(rows), footer, one_line=False, module=module)


def _grouped(page: Page, body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements of a suite by rows. Raises :class:`NotPlain` where they share a line by more than a ``;``."""
    grouped = [[body[0]]]
    for above, below in pairwise(body):
        between = page.text[_end(page, above) : _start(page, below)]
        if "\n" in between:
            grouped.append([below])
        elif _SEMICOLON.fullmatch(between):
            grouped[-1].append(below)
        else:
            raise NotPlain
    return grouped


def _first(page: Page, node: ast.stmt) -> int:
    """The line on which a row begins whose first statement is given."""
    line = first_line(node) - 1
    decorated = bool(getattr(node, "decorator_list", ()))
    if not page.body(line).startswith("@") if decorated else _is_beside(page, node):
        raise NotPlain
    return line


def _below_header(page: Page, line: int) -> int:
    """The line below the header of a suite, of which the first statement begins on the given one."""
    while _is_empty(page.lines[line - 1]):
        line -= 1
    if page.body(line - 1).endswith("\\"):
        raise NotPlain
    return line


def _stop(page: Page, node: ast.stmt) -> int:
    """The line behind the row of which a statement is the last."""
    line = _end_line(node)
    if not _TAIL.fullmatch(page.text[_end(page, node) : page.starts[line]].rstrip("\r\n")):
        raise NotPlain
    suite = _last_suite(page, node)
    if not suite or _is_beside(page, suite[0]):
        return line
    return _footer(page, line, page.indent(suite[0].lineno - 1))


def _last_suite(page: Page, node: ast.stmt) -> list[ast.stmt]:
    if isinstance(node, ast.Match):
        # What stands behind the last case belongs to the statement from the indentation of its cases on.
        raise NotPlain
    last = _last(node)
    return _last_suite(page, last[0]) if last and _is_elif(page, node, last) else last


def _last(node: ast.stmt) -> list[ast.stmt]:
    """The last of the suites that a statement holds, empty when it holds none."""
    return max(suites(node), key=lambda suite: (suite[-1].end_lineno, suite[-1].end_col_offset), default=[])


def _footer(page: Page, line: int, indent: str) -> int:
    """The line behind the comments and blank lines, from a line on, that belong to a suite of some indentation."""
    stop = line
    while line < len(page.lines) and _is_empty(page.lines[line]):
        line += 1
        if page.lines[line - 1].startswith(indent):
            stop = line
    return stop


def _is_empty(line: str) -> bool:
    content = line.strip(" \t\r\n")
    return not content or content.startswith("#")


def _is_beside(page: Page, node: ast.stmt) -> bool:
    """Whether something stands before a statement on its line."""
    return bool(page.text[page.starts[node.lineno - 1] : _start(page, node)].strip(" \t"))


def _is_elif(page: Page, owner: ast.AST, suite: list[ast.stmt]) -> bool:
    """Whether a suite of ``if`` is what ``elif`` stands for."""
    return (
        isinstance(owner, ast.If)
        and suite is owner.orelse
        and isinstance(suite[0], ast.If)
        and page.text.startswith("elif", _start(page, suite[0]))
    )


def _is_compound(node: ast.stmt) -> bool:
    return next(suites(node), None) is not None


def _smalls(page: Page, nodes: list[ast.stmt]) -> tuple[Small, ...]:
    return tuple(
        Small(_position(page, one), _start(page, one), _end(page, one), _movable(one)) for one in nodes
    )


def _movable(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "grad"
    return isinstance(node, ast.Expr | ast.For | ast.AsyncFor | ast.If)


def _kind(row: list[ast.stmt], *, docstring: bool) -> Kind:
    first, last = row[0], row[-1]
    if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition"
    if isinstance(last, ast.Import | ast.ImportFrom):
        return "import"
    if docstring and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return "docstring" if isinstance(first.value.value, str | bytes) else "other"
    return "other"


def _position(page: Page, node: ast.stmt) -> Position:
    return Position(node.lineno, _start(page, node) - page.starts[node.lineno - 1])


def _start(page: Page, node: ast.stmt) -> int:
    return _offset(page, node.lineno, node.col_offset)


def _end(page: Page, node: ast.stmt) -> int:
    """Where a statement ends: a ``;`` behind it is not part of it, though ``ast`` counts it to the suite around."""
    while suite := _last(node):
        node = suite[-1]
    assert node.end_col_offset is not None
    return _offset(page, _end_line(node), node.end_col_offset)


def _end_line(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno


def _offset(page: Page, line: int, column: int) -> int:
    """Where a place of the tree is in the text; ``ast`` counts columns in bytes."""
    return page.starts[line - 1] + characters(page.lines[line - 1], column)
