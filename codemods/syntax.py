"""Python source to ``ast``, and the few questions about trees that every layer above asks."""

from __future__ import annotations

import ast
import sys
import warnings
from bisect import bisect_right
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from codemods.custom import mark
from codemods.timings import timed

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
OPENING = frozenset({*FUNCTIONS, ast.ClassDef})
"""The nodes that open a scope."""


class Unparsable(Exception):
    """The running interpreter cannot read this source as Python; ``message`` says why, in one line."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line


class Cuts(Struct, frozen=True):
    """Where the cells of a notebook begin in its joined text: their first lines, 1-based, in order.

    ``in_order``: no cell is left out on the way down. Otherwise they may run in any order; in both cases any number
    of times.
    """

    starts: tuple[int, ...]
    in_order: bool = False


class Cells(ast.stmt):
    """The whole of a notebook: its cells, each of which may run again."""

    _fields = ("body",)
    _field_types: ClassVar = {"body": list[ast.stmt]}
    body: list[ast.stmt]
    in_order: bool


class Cell(ast.stmt):
    """One cell, at module level. Its position is in front of its first line: no statement stands there."""

    _fields = ("body",)
    _field_types: ClassVar = {"body": list[ast.stmt]}
    body: list[ast.stmt]


def parse(text: str, cuts: Cuts | None = None) -> ast.Module:
    """Parse a module, or the joined cells of a notebook, names of the user's own marked (custom.py).

    Raises :class:`Unparsable` and nothing else.
    """
    tree = _parse(text)
    mark(tree)
    if cuts is not None:
        _cut(tree, cuts)
    return tree


def _cut(tree: ast.Module, cuts: Cuts) -> None:
    suites: list[list[ast.stmt]] = [[] for _ in cuts.starts]
    for statement in tree.body:
        suites[bisect_right(cuts.starts, first_line(statement)) - 1].append(statement)
    cells: list[ast.stmt] = [
        _placed(Cell(), suite, start) for start, suite in zip(cuts.starts, suites, strict=True) if suite
    ]
    whole = Cells()
    whole.in_order = cuts.in_order
    tree.body = [_placed(whole, cells, 1)] if cells else []


def first_line(node: ast.stmt | ast.excepthandler | ast.pattern) -> int:
    """The line on which a statement begins: that of its first decorator, where it has some."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min(node.lineno, *(one.lineno for one in decorators)) if decorators else node.lineno


def characters(line: str, column: int) -> int:
    """A column of ``ast``, which counts bytes of UTF-8, in characters of the line."""
    return column if line.isascii() else len(line.encode()[:column].decode("utf-8", "replace"))


def _placed(node: Cells | Cell, body: list[ast.stmt], line: int) -> ast.stmt:
    node.body, last = body, body[-1]
    node.lineno, node.col_offset = line, -1
    node.end_lineno, node.end_col_offset = last.end_lineno, last.end_col_offset
    return node


@timed("parse")
def _parse(text: str) -> ast.Module:
    running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        message = " ".join(str(error.msg).split())
        raise Unparsable(f"{running} cannot parse this file: {message}", error.lineno) from None
    except ValueError as error:
        raise Unparsable(f"{running} cannot parse this file: {error}", None) from None
    except (RecursionError, MemoryError):
        raise Unparsable(f"{running} cannot parse this file: it is nested too deeply", None) from None


def dotted(node: ast.expr) -> str | None:
    """``a.b.c`` for a chain of attributes on a name, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def callee_name(call: ast.Call) -> str:
    """The last word of what is called: ``step`` for ``self.opt.step()``; empty for a computed callee."""
    func = call.func
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def arguments(call: ast.Call) -> Iterator[ast.expr]:
    """Every value handed to a call, stars stripped."""
    for value in call.args:
        yield value.value if isinstance(value, ast.Starred) else value
    for keyword in call.keywords:
        yield keyword.value


def stepped(call: ast.Call) -> ast.expr | None:
    """What the constructor of an optimizer is given to step on: its first argument, or ``params``."""
    if call.args:
        return call.args[0]
    return next((one.value for one in call.keywords if one.arg == "params"), None)


def alternatives(value: ast.expr) -> Iterator[ast.expr]:
    """The expressions of which a value is one: both branches of a condition, what ``or`` chooses from, what ``:=`` binds."""
    if isinstance(value, ast.IfExp):
        yield from alternatives(value.body)
        yield from alternatives(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from alternatives(one)
    elif isinstance(value, ast.NamedExpr):
        yield from alternatives(value.value)
    else:
        yield value


def makes_container(node: ast.AST | None) -> bool:
    """Whether an expression makes a new list, dict or set."""
    if isinstance(node, ast.Call):
        return callee_name(node) in ("list", "dict", "set", "defaultdict", "deque")
    return isinstance(node, NEW_CONTAINERS)


def unpacks(call: ast.Call) -> bool:
    """Whether a call is handed what cannot be counted: ``*several`` or ``**named``."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(
        one.arg is None for one in call.keywords
    )


def parameters(function: FunctionNode) -> list[str]:
    """Names of a function's parameters, in the order in which positions fill them, star ones last."""
    args = function.args
    names = [one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return names + [star.arg for star in (args.vararg, args.kwarg) if star is not None]


def defaults(given: ast.arguments) -> list[tuple[ast.arg, ast.expr]]:
    """The parameters that have a default, each with it."""
    positional = [*given.posonlyargs, *given.args]
    pairs = list(zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True))
    pairs += [(one, value) for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
    return pairs


def suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The suites (lists of statements) that a statement or module holds directly."""
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
            yield suite
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


BINDERS = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.NamedExpr, ast.comprehension, ast.withitem,
    ast.Delete, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler,
    ast.MatchAs, ast.MatchStar, ast.MatchMapping,
)  # fmt: skip
"""The nodes that bind names or other targets by themselves."""


SEVERAL = (ast.Assign, ast.Delete)
SINGLE = (ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.NamedExpr, ast.comprehension)
DISPLAYS = (ast.Tuple, ast.List)
NEW_CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CARRYING = (ast.BoolOp, ast.Dict, ast.List, ast.NamedExpr, ast.Set, ast.Starred, ast.Subscript, ast.Tuple)
"""Expressions whose value may be what stands in them, or holds it."""

GETTERS = frozenset({"__getitem__", "get", "items", "pop", "values"})
"""Methods that give back what a container holds."""


def bound_targets(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that this one node binds, deletes or imports over; tuples are taken apart."""
    targets: list[ast.expr] = []
    if isinstance(node, SEVERAL):
        targets = list(node.targets)
    elif isinstance(node, SINGLE):
        targets = [node.target]
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        targets = [node.optional_vars]
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Name):
            yield target
        elif isinstance(target, DISPLAYS):
            targets.extend(target.elts)
        elif isinstance(target, ast.Starred):
            targets.append(target.value)
        else:
            yield target


def bound_names(node: ast.AST) -> Iterator[str]:
    """The plain names that this one node binds."""
    for target in bound_targets(node):
        if isinstance(target, ast.Name):
            yield target.id
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name is not None:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
