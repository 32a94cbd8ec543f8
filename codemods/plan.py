"""From verdicts to moves: where each late ``zero_grad`` should go (docs/placement.md), as data.

A move stays inside its suite. It goes to the top of a loop or function body, elsewhere directly before the first
statement that leads to the backward; never above a statement that binds what it needs, nor above a way out of the
iteration that may mean "not training": where that one is taken, the receiver may be None.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.clearings import clearing_of
from codemods.effects import Effect, Effects
from codemods.events import Backward, Path, Rebind, Span, Zero
from codemods.guards import guard_of, may_be_none
from codemods.moves import Move, Position
from codemods.settings import Placement
from codemods.syntax import FUNCTIONS, Cell, bound_names, bound_targets, callee_name, characters, suites
from codemods.timings import timed
from codemods.trees import holding, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged

LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Place(Struct, frozen=True):
    """A statement, the suite it stands in, and what that suite is the body of."""

    suite: list[ast.stmt]
    index: int
    parent: ast.AST

    @property
    def statement(self) -> ast.stmt:
        """The statement itself."""
        return self.suite[self.index]


class Planned(Struct, frozen=True):
    """A move with the ``zero_grad`` it is about, or the reason why there is none."""

    zero: Effect
    move: Move | None
    reason: str = ""


class Layout:
    """The suites of a module by the position of their statements."""

    def __init__(self, tree: ast.Module, text: str, fixed: frozenset[int] = frozenset()) -> None:
        """``fixed``: lines that nobody may edit."""
        self.fixed = fixed
        self._tree = tree
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def _places(self) -> dict[tuple[int, int], Place]:
        """Worked out only where something is to be moved."""
        return {
            (statement.lineno, statement.col_offset): Place(suite, index, node)
            for node in holding(self._tree)
            for suite in suites(node)
            for index, statement in enumerate(suite)
        }

    @cached_property
    def _owners(self) -> dict[int, ast.AST]:
        """The statements that handlers and cases belong to."""
        return {
            id(part): node
            for node in holding(self._tree)
            for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))
        }

    def inside_try(self, place: Place) -> bool:
        """Whether an exception in a suite is handled in the function around it."""
        node: ast.AST | None = place.parent
        suite = place.suite
        while node is not None and not isinstance(node, (*FUNCTIONS, ast.Module, ast.ClassDef)):
            if getattr(node, "handlers", None) and suite is getattr(node, "body", None):
                return True
            # A handler and a case are no statements of a suite: the one that they belong to is.
            node = self._owners.get(id(node), node)
            outer = self._places.get((getattr(node, "lineno", 0), getattr(node, "col_offset", -1)))
            node, suite = (None, suite) if outer is None else (outer.parent, outer.suite)
        return False

    def place(self, line: int, column: int) -> Place | None:
        """The statement that starts there (column in UTF-8 bytes, as ``ast`` counts)."""
        return self._places.get((line, column))

    def at(self, position: Position) -> Place:
        """The statement that starts at a position of a move. Raises KeyError where none does."""
        line = self._lines[position.line - 1]
        return self._places[(position.line, len(line[: position.column].encode("utf-8")))]

    def position(self, node: ast.stmt) -> Position:
        """Where a statement starts, in characters."""
        return Position(node.lineno, characters(self._lines[node.lineno - 1], node.col_offset))


@timed("plan")
def plan(program: Program, layout: Layout, judged: Judged, placement: Placement) -> list[Planned]:
    """One planned move, or one reason, for each late ``zero_grad`` of a zero-last training step."""
    effects = Effects(program).of(judged.function)
    return [_plan(program, layout, judged, effects, zero, placement) for zero in judged.zeros]


@timed("plan")
def together(plans: dict[Judged, list[Planned]]) -> dict[Judged, list[Planned]]:
    """The plans, with one target for each statement that clears for several optimizers: the lowest of theirs, or none."""
    shared: dict[Span, list[Planned]] = {}
    for found in plans.values():
        for one in found:
            shared.setdefault(one.zero.span, []).append(one)
    settled: dict[Span, Planned] = {}
    for span, found in shared.items():
        stuck = [one for one in found if one.move is None]
        targets = [one.move for one in found if one.move is not None]
        settled[span] = (
            stuck[0] if stuck else replace(found[0], move=max(targets, key=lambda one: one.before))
        )
    return {
        step: [replace(settled[one.zero.span], zero=one.zero) for one in found]
        for step, found in plans.items()
    }


def _plan(
    program: Program,
    layout: Layout,
    judged: Judged,
    effects: Sequence[Effect],
    zero: Effect,
    placement: Placement,
) -> Planned:
    event = zero.event
    assert isinstance(event, Zero)
    place = layout.place(event.span.line, event.span.column)
    reason = unmovable(program, layout, zero, place)
    if place is None or reason is not None:
        return Planned(zero, None, reason or "")
    late = place.suite[: place.index]
    held = [within(statement, effects) for statement in late]
    backwards = [
        number for number, found in enumerate(held) if any(isinstance(one.event, Backward) for one in found)
    ]
    if not backwards:
        return Planned(zero, None, _alone(event, place))
    top = first(place, late, backwards[0]) if placement is Placement.TOP else backwards[0]
    floor = lowest(program, place, event.receiver, late, held)
    index = max(top, floor)
    if index > backwards[0]:
        return Planned(zero, None, f"{event.receiver.text} is bound between the backward and {event.how}")
    before = place.suite[index]
    return Planned(zero, Move(layout.position(place.statement), layout.position(before)))


def _alone(event: Zero, place: Place) -> str:
    """Why a zero in a suite without a backward stays."""
    if isinstance(place.parent, ast.For) and clearing_of(place.parent) is not None:
        listed = ast.unparse(place.parent.iter)
        return f"the loop around it cannot move: it is not in sight that {listed} is one list that stays the same"
    return f"{event.how} stands in a suite of its own, without the backward"


def unmovable(program: Program, layout: Layout, zero: Effect, place: Place | None) -> str | None:
    """Why a zero cannot go anywhere, None where it can."""
    event = zero.event
    assert isinstance(event, Zero)
    how = event.how
    if not zero.direct:
        return f"{how} happens inside the function called on line {zero.span.line}"
    if place is None or not event.statement:
        return f"{how} is part of a larger expression"
    if not layout.fixed.isdisjoint(range(event.span.line, event.span.end_line + 1)):
        return f"{how} stands on a line of a magic"
    shown = _shown_without(place)
    if shown is not None:
        return f"without {how} at its end, the cell would show the value of {shown}"
    if event.bare:
        return f"{how} raises where a gradient is None, as all are before the first backward"
    if clearing_of(place.statement) is None and _computes(place.statement):
        return f"{how} is handed the result of a call, which would run elsewhere"
    if may_be_none(program, event.receiver, _subject(place.statement)) and layout.inside_try(place):
        return f"{event.receiver.text} may be None here, inside a try that would hide it"
    return None


NO_VALUE = frozenset("append backward extend print step update zero_grad".split())
"""Functions whose calls have no value that a notebook would show at the end of a cell."""


def _shown_without(place: Place) -> str | None:
    """The expression whose value a notebook's cell would show, were its last statement not there."""
    if not isinstance(place.parent, Cell) or place.index + 1 < len(place.suite):
        return None
    rest = [one for one in place.suite[: place.index] if not _is_zero_grad(one)]
    last = rest[-1] if rest else None
    if not isinstance(last, ast.Expr) or (
        isinstance(last.value, ast.Call) and callee_name(last.value) in NO_VALUE
    ):
        return None
    return ast.unparse(last)[:60]


def _is_zero_grad(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Call) and callee_name(value) == "zero_grad"


def _computes(statement: ast.stmt) -> bool:
    """Whether a ``zero_grad`` call is more than the call alone."""
    nodes = list(walk(statement))
    if any(isinstance(one, ast.Await | ast.NamedExpr | ast.Yield) for one in nodes):
        return True
    return sum(isinstance(one, ast.Call) for one in nodes) > 1


def _subject(statement: ast.stmt) -> ast.AST:
    """What a statement that clears needs to be there: for a loop, what it goes through."""
    by_hand = clearing_of(statement)
    return statement if by_hand is None else ast.Tuple(list(by_hand.owners), ast.Load())


def within(statement: ast.stmt, effects: Sequence[Effect]) -> list[Effect]:
    """The effects that happen inside a statement, by position."""
    start = (statement.lineno, statement.col_offset)
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    return [one for one in effects if start <= (one.span.line, one.span.column) < end]


def first(place: Place, late: list[ast.stmt], backward: int) -> int:
    """The first index of the suite that the default placement allows."""
    if isinstance(place.parent, LOOPS) and place.suite is place.parent.body:
        return 0
    if isinstance(place.parent, FUNCTIONS):
        first = late[0]
        documented = (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        )
        return 1 if documented else 0
    return _leading(late, backward)


def _leading(late: list[ast.stmt], backward: int) -> int:
    """The first statement that computes, directly or not, what the backward uses."""
    needed = loaded(late[backward])
    leading = backward
    for index in reversed(range(backward)):
        if bound(late[index]) & needed and not isinstance(
            late[index], ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef
        ):
            leading = index
            needed |= loaded(late[index])
    return leading


def loaded(statement: ast.stmt) -> set[str]:
    """The names that a statement looks at."""
    return {one.id for one in walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, those inside it too."""
    return {name for one in walk(statement) for name in bound_names(one)}


def lowest(
    program: Program,
    place: Place,
    receiver: Path,
    late: list[ast.stmt],
    held: list[list[Effect]],
) -> int:
    """The first index above which nothing binds a name of the call or may leave because nobody trains."""
    subject = _subject(place.statement)
    names = {one.id for one in walk(subject) if isinstance(one, ast.Name)}
    attributes = {one.attr for one in walk(subject) if isinstance(one, ast.Attribute)} - {"zero_grad"}
    floor = 0
    guard = guard_of(program, receiver, subject, place.parent)
    for index, statement in enumerate(late):
        rebinds = any(
            isinstance(one.event, Rebind) and receiver.depends_on(one.event.target) for one in held[index]
        )
        needed = (
            rebinds or bound(statement) & names or _sets(statement, attributes) or _declares(statement, names)
        )
        if needed or (guard(statement) and not _after_backward(held, index)):
            floor = index + 1
    return floor


def _after_backward(held: list[list[Effect]], index: int) -> bool:
    return any(isinstance(one.event, Backward) for found in held[: index + 1] for one in found)


def _sets(statement: ast.stmt, attributes: set[str]) -> bool:
    return any(
        isinstance(target, ast.Attribute) and target.attr in attributes
        for one in walk(statement)
        for target in bound_targets(one)
    )


def _declares(statement: ast.stmt, names: set[str]) -> bool:
    """``global`` and ``nonlocal`` must come before any use of the name."""
    return any(
        isinstance(one, ast.Global | ast.Nonlocal) and set(one.names) & names for one in walk(statement)
    )
