"""When the gradients of an optimizer live, and when they are clear, over one iteration of a training step: to be drawn.

This is a picture for a reviewer, in the order of the source, and no part of any proof. What stands under a condition
is drawn as what may happen.
"""

from __future__ import annotations

import ast
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.effects import Effect, Effects
from codemods.events import Backward, Path, Step, Zero
from codemods.judge import Judged, judge, relevant_zeros
from codemods.lower import lower
from codemods.syntax import parse
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.ir.nodes import Program


SUITES = (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef)
PASSES = (ast.With, ast.AsyncWith)
"""Statements whose body always runs."""


class Kind(Enum):
    """What happens to the gradients, as a person names it."""

    FORWARD = "forward"
    BACKWARD = "backward"
    STEP = "step"
    ZERO = "zero_grad"


class State(Enum):
    """Whether there are gradients: ``MAYBE`` where it depends on the way that was taken."""

    CLEAR = "clear"
    LIVE = "live"
    MAYBE = "maybe"


class Happening(Struct, frozen=True):
    """One thing that happens, on a line of the source. ``sure``: it happens in every iteration."""

    kind: Kind
    line: int
    sure: bool = True


class Lifetime(Struct, frozen=True):
    """One optimizer over one iteration that follows another. ``states`` has one more: the first is at the start.

    ``loop``: what lives at the end lives at the start of the next iteration.
    """

    receiver: str
    happenings: tuple[Happening, ...]
    states: tuple[State, ...]
    loop: bool


class Place(Struct, frozen=True):
    """Where a training step is, in words that hold for both versions of a file: moving a zero_grad changes none of them."""

    function: str
    region: int
    receiver: Path


def lifetimes(text: str) -> dict[Place, Lifetime]:
    """The lifetime of the gradients of every optimizer in every training step of a source.

    Raises :class:`codemods.syntax.Unparsable` and whatever :func:`codemods.lower.lower` raises.
    """
    tree = parse(text)
    program = lower(tree)
    effects = Effects(program)
    found: dict[Place, Lifetime] = {}
    for one in judge(program):
        for receiver, name in zip(one.receivers, one.names, strict=True):
            found[place(one, receiver)] = _lifetime(tree, program, effects, one, receiver, name)
    return found


def places(text: str) -> dict[int, list[Place]]:
    """The training steps of a source by the line of their first backward, as findings have it."""
    found: dict[int, list[Place]] = {}
    for one in judge(lower(parse(text))):
        found.setdefault(one.start.line, []).extend(place(one, receiver) for receiver in one.receivers)
    return found


def place(judged: Judged, receiver: Path) -> Place:
    """Where one optimizer of a training step is."""
    return Place(judged.function.name, judged.function.regions.index(judged.region), receiver)


def _lifetime(
    tree: ast.Module, program: Program, effects: Effects, judged: Judged, receiver: Path, name: str
) -> Lifetime:
    inside = tuple(one for one in effects.of(judged.function) if one.block in judged.region.blocks)
    zeros = relevant_zeros(program, receiver, inside)
    chosen = [one for one in inside if _kind(one, receiver, zeros) is not None]
    suite = _suite(tree, judged)
    happenings = {
        (one.span.line, one.span.column): Happening(kind, one.span.line, _always(suite, one.span.line))
        for one in chosen
        if (kind := _kind(one, receiver, zeros)) is not None
    }
    for line in _forwards(suite, [one.span.line for one in chosen if isinstance(one.event, Backward)]):
        happenings.setdefault((line, -1), Happening(Kind.FORWARD, line, _always(suite, line)))
    ordered = tuple(happenings[key] for key in sorted(happenings))
    start = State.CLEAR
    for _ in range(2 if judged.region.loop else 1):
        states = list(_states(start, ordered))
        start = states[-1]
    return Lifetime(name, ordered, tuple(states), judged.region.loop)


def _kind(one: Effect, receiver: Path, zeros: Sequence[Effect]) -> Kind | None:
    if isinstance(one.event, Backward):
        return Kind.BACKWARD
    if isinstance(one.event, Step) and one.receiver == receiver:
        return Kind.STEP
    return Kind.ZERO if isinstance(one.event, Zero) and one in zeros else None


def _states(start: State, happenings: Sequence[Happening]) -> Iterator[State]:
    state = start
    yield state
    for one in happenings:
        reached = {Kind.BACKWARD: State.LIVE, Kind.ZERO: State.CLEAR}.get(one.kind, state)
        state = reached if one.sure or reached is state else State.MAYBE
        yield state


def _suite(tree: ast.Module, judged: Judged) -> Sequence[ast.stmt]:
    """The statements of one iteration: the innermost loop or function whose lines are the region's."""
    span = judged.region.span
    best: Sequence[ast.stmt] = tree.body
    for node in walk(tree):
        if isinstance(node, SUITES) and node.lineno <= judged.start.line <= (node.end_lineno or 0):
            loop = isinstance(node, ast.For | ast.AsyncFor | ast.While)
            if loop == judged.region.loop and span.line in (node.lineno, node.body[0].lineno):
                best = node.body
    return best


def _always(suite: Sequence[ast.stmt], line: int) -> bool:
    for one in suite:
        if one.lineno <= line <= (one.end_lineno or one.lineno):
            if isinstance(one, PASSES) and line >= one.body[0].lineno:
                return _always(one.body, line)
            return not isinstance(one, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.Match)
    return True


def _forwards(suite: Sequence[ast.stmt], backwards: Sequence[int]) -> Iterator[int]:
    """Where the forward passes stand whose losses run backward.

    That is the last binding above of a name that the backward mentions, or of one that this binding mentions in
    turn, where the latter is the result of a plain call, as in ``output = model(x)``.
    """
    statements = [node for top in suite for node in walk(top) if isinstance(node, ast.stmt)]
    for line in backwards:
        at = [one for one in statements if one.lineno == line and isinstance(one, ast.Expr | ast.Assign)]
        loss = _bound(statements, line, [name for one in at for name in _names(one, ast.Load)])
        if loss is not None:
            output = _bound(statements, loss.lineno, _names(loss.value, ast.Load))
            yield loss.lineno if output is None or not _plain_call(output.value) else output.lineno


def _bound(statements: Sequence[ast.stmt], line: int, names: Sequence[str]) -> ast.Assign | None:
    found = [
        one
        for one in statements
        if isinstance(one, ast.Assign)
        and one.lineno < line
        and any(name in names for target in one.targets for name in _names(target, ast.Store))
    ]
    return max(found, key=lambda one: one.lineno, default=None)


def _names(node: ast.AST, context: type[ast.expr_context]) -> list[str]:
    return [one.id for one in walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, context)]


def _plain_call(node: ast.expr) -> bool:
    """``model(x)`` or ``self.model(x)``, and no method of a value as in ``x.to(device)``."""
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    return isinstance(func, ast.Name) or (
        isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self"
    )
