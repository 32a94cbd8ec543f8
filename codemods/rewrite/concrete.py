"""Finds, with libcst, the suites in which something moves, where the text between their statements is not plain.

libcst neither keeps a lone carriage return, nor a form feed in front of a token. It is therefore given a plain copy
of the text: every line end a line feed, no indentation that a form feed cancels. Lines are the same in both, and
columns differ by what was left out at the start of the line, so that a place in the tree is a place in the text.
It also loses white space in a few places, such as ``except OSError :``. Where a line of the tree differs from the
line of the copy, no column on it is trusted; where the lines don't correspond, nothing is.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias, cast

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider

from codemods import syntax
from codemods.moves import Position
from codemods.rewrite.page import Page, RewriteFailed, shift
from codemods.rewrite.suites import Row, Small, Suite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from libcst.metadata import CodeRange

    from codemods.rewrite.suites import Kind

    Ranges: TypeAlias = Mapping[cst.CSTNode, CodeRange]

_Body: TypeAlias = cst.Module | cst.IndentedBlock | cst.SimpleStatementSuite
_DEEPEST = 500
_BODIES = (cst.Module, cst.IndentedBlock, cst.SimpleStatementSuite)


def plain(page: Page) -> str:
    """The copy that libcst can hold: the same lines, ended by line feeds, each without its ``shift``."""
    return "".join(
        line[shift(line) :].rstrip("\r\n") + ("\n" if line.endswith(("\r", "\n")) else "")
        for line in page.lines
    )


def parse(page: Page) -> tuple[cst.Module, frozenset[int]]:
    """The tree of the plain copy, and the 0-based lines that it holds with other white space.

    Raises ``RewriteFailed`` when libcst can't parse the copy, or has lost a line or anything but white space.
    """
    if _too_deep(page.text):
        raise RewriteFailed("the code is nested too deeply for libcst")
    copy = plain(page)
    try:
        module = cst.parse_module(copy)
        code = module.code
    except cst.ParserSyntaxError as error:
        raise RewriteFailed(f"libcst can't parse the file (line {error.raw_line})") from error
    except UnicodeEncodeError as error:
        raise RewriteFailed("the text contains a lone surrogate") from error
    except RecursionError as error:
        raise RewriteFailed("the code is nested too deeply for libcst") from error
    given, held = copy.split("\n"), code.split("\n")
    if ["".join(line.split()) for line in given] != ["".join(line.split()) for line in held]:
        raise RewriteFailed("libcst does not keep the lines of the file")
    return module, frozenset(number for number, line in enumerate(given) if line != held[number])


def _too_deep(text: str) -> bool:
    """Whether libcst, which is recursive native code, could overflow the stack and so end the process.

    That was seen from 3,000 levels on; from 500 on, its Python part exceeds the recursion limit in any case. Raises
    ``RewriteFailed`` when ``ast`` refuses the text.
    """
    try:
        level: list[ast.AST] = [syntax.parse(text)]
    except syntax.Unparsable as error:
        raise RewriteFailed(error.message) from error
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
        if any(isinstance(node, ast.BoolOp) and len(node.values) > _DEEPEST for node in level):
            return True
    return True


def find_suites(page: Page, wanted: Collection[Position]) -> list[Suite]:
    """The suites that hold a statement at one of the positions ``wanted``, in no promised order.

    Raises ``RewriteFailed`` as ``parse`` does, and when a simple statement of such a suite has lost white space.
    """
    module, unsure = parse(page)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    try:
        ranges = wrapper.resolve_many((PositionProvider, WhitespaceInclusivePositionProvider))
    except RecursionError as error:
        raise RewriteFailed("the code is nested too deeply for libcst") from error
    inner = cast("Ranges", ranges[PositionProvider])
    outer = cast("Ranges", ranges[WhitespaceInclusivePositionProvider])
    bodies: list[_Body] = [node for node in inner if isinstance(node, _BODIES)]
    suites = [
        _suite(page, body, inner, outer)
        for body in bodies
        if any(_position(page, inner[small]) in wanted for small in _statements(body))
    ]
    for row in (row for suite in suites for row in suite.rows if not row.compound):
        if not unsure.isdisjoint(range(row.first, row.stop)):
            raise RewriteFailed(
                f"libcst does not keep the white space of the statement on line {row.first + 1}"
            )
    return suites


def _statements(body: _Body) -> Iterator[cst.CSTNode]:
    for node in body.body:
        if isinstance(node, cst.SimpleStatementLine):
            yield from node.body
        else:
            yield node


def _suite(page: Page, body: _Body, inner: Ranges, outer: Ranges) -> Suite:
    if isinstance(body, cst.SimpleStatementSuite):
        smalls = _smalls(page, body.body, inner)
        first = smalls[0].position.line - 1
        stop = inner[body.body[-1]].end.line
        return Suite((Row(first, first, stop, smalls, "other"),), stop, one_line=True, module=False)
    module = isinstance(body, cst.Module)
    rows = tuple(
        _row(page, node, inner, outer, docstring=module and number == 0)
        for number, node in enumerate(body.body)
    )
    footer = min(rows[-1].stop + len(body.footer), len(page.lines))
    return Suite(rows, footer, one_line=False, module=module)


def _row(page: Page, node: cst.CSTNode, inner: Ranges, outer: Ranges, *, docstring: bool) -> Row:
    leading = outer[node].start.line - 1
    first = leading + len(getattr(node, "leading_lines", ()))
    stop = min(outer[node].end.line - 1, len(page.lines))
    if isinstance(node, cst.SimpleStatementLine):
        return Row(leading, first, stop, _smalls(page, node.body, inner), _kind(node, docstring=docstring))
    return Row(
        leading, first, stop, _smalls(page, (node,), inner), _kind(node, docstring=docstring), compound=True
    )


def _smalls(page: Page, nodes: Sequence[cst.CSTNode], inner: Ranges) -> tuple[Small, ...]:
    return tuple(
        Small(
            _position(page, inner[node]),
            _offset(page, inner[node].start.line, inner[node].start.column),
            _offset(page, inner[node].end.line, inner[node].end.column),
            _movable(node),
        )
        for node in nodes
    )


def _movable(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Assign):
        target = node.targets[0].target
        return isinstance(target, cst.Attribute) and target.attr.value == "grad"
    return isinstance(node, cst.Expr | cst.For | cst.If)


def _kind(node: cst.CSTNode, *, docstring: bool) -> Kind:
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        return "definition"
    if isinstance(node, cst.SimpleStatementLine):
        if isinstance(node.body[-1], cst.Import | cst.ImportFrom):
            return "import"
        if (
            docstring
            and isinstance(node.body[0], cst.Expr)
            and isinstance(node.body[0].value, cst.SimpleString)
        ):
            return "docstring"
    return "other"


def _position(page: Page, span: CodeRange) -> Position:
    line = span.start.line
    return Position(line, span.start.column + (shift(page.lines[line - 1]) if line <= len(page.lines) else 0))


def _offset(page: Page, line: int, column: int) -> int:
    if line > len(page.lines):
        return len(page.text)
    return page.starts[line - 1] + shift(page.lines[line - 1]) + column
