"""Training steps that stand in their suite one after the other: ``x.zero_grad()``, the backward, ``x.step()``.

Between the first and the last of the three nothing else clears, runs a backward or steps. So whatever way leads to the step
leads through the other two, and each of the three belongs to that step alone: by the definitions of
:mod:`codemods.judge` it is canonical, whatever else the names in it mean.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.settled.pieces import CLASS, COMPOUND, DEFINITIONS, Chain, header, named
from codemods.syntax import arguments, callee_name, dotted
from codemods.trees import walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.settled.pieces import Lines

ZERO, BACKWARD, STEP = ORDER = ("zero_grad", "backward", "step")
SCALER = "scaler"
MATTERING = GRADIENT_ATTRIBUTES | {"_grad"}


class NotPlain(Exception):
    """A file has something besides plain steps that may be of their kind."""


class Place(Struct, frozen=True):
    """What is around a suite: functions and classes, and the loops of the innermost function."""

    chain: Chain = ()
    loops: tuple[int, ...] = ()
    final: bool = False

    @property
    def in_class(self) -> bool:
        """Whether it is directly in the body of a class."""
        return bool(self.chain) and self.chain[-1].startswith(CLASS)


class Plain(Struct, frozen=True, eq=False):
    """What clears and steps in one such step, as it is written: names joined by dots. Several may share the backwards."""

    place: Place
    receiver: str
    zero: ast.stmt
    backwards: tuple[ast.stmt, ...]
    step: ast.stmt
    scaler: str = ""
    """A ``GradScaler`` that has the receiver step, as it is written."""


class Steps(Struct, eq=False):
    """The steps of a file. ``lines``: those with the words that matter. ``losses``: what backwards are called on.

    ``reading``: gradients are only ever looked at, as far as no attribute says otherwise.
    ``aside``: calls of a ``step`` that stand outside of them, ``scheduler.step()``, say, if that is what it is. ``touching``: what is
    around the words. ``own_method``: a class of the file has a method ``step``.
    """

    lines: Lines
    reading: bool
    plain: list[Plain] = []
    aside: list[ast.Call] = []
    losses: set[str] = set()
    touching: set[Chain] = set()
    own_method: bool = False


def steps_of(tree: ast.Module, lines: Lines, *, reading: bool) -> Steps:
    """All steps of a file, and all else with their words. Raises :class:`NotPlain` where one of these may matter."""
    found = Steps(lines, reading)
    _suite(found, tree.body, Place())
    return found


class Begun(Struct, eq=False):
    """A step of which not all has been met. ``zeros``: what clears, by what it clears. ``steps`` too."""

    zeros: dict[str, ast.stmt] = {}
    backwards: list[ast.stmt] = []
    steps: dict[str, tuple[ast.stmt, str]] = {}

    def take(self, statement: ast.stmt, call: ast.Call) -> bool:
        """Add the next of its statements; False for a call of a ``step`` that is none of them."""
        word, receiver = callee_name(call), _receiver(call)
        if word == STEP:
            stepping = _stepping(call)
            if not self.backwards or stepping not in self.zeros.keys() - self.steps.keys():
                return False
            self.steps[stepping] = (statement, receiver if receiver != stepping else "")
        elif word == BACKWARD and self.zeros and not self.steps:
            self.backwards.append(statement)
        elif word == ZERO and not self.backwards and receiver not in self.zeros:
            self.zeros[receiver] = statement
        else:
            raise NotPlain
        return True

    def plain(self, place: Place) -> list[Plain]:
        """The whole of it once all that was cleared steps, nothing until then."""
        if self.zeros.keys() != self.steps.keys():
            return []
        backwards = tuple(self.backwards)
        return [Plain(place, one, self.zeros[one], backwards, *self.steps[one]) for one in self.steps]


def _suite(found: Steps, suite: list[ast.stmt], place: Place) -> bool:
    """Look at the statements of one suite in order; whether something in it clears, steps or runs a backward."""
    begun = Begun()
    some = False
    for statement in suite:
        if not found.lines.on(statement):
            continue
        call = _call(found, statement, place)
        if call is None:
            inside = _inside(found, statement, place)
            if inside and begun.zeros:
                raise NotPlain
            some = some or inside
        elif not begun.take(statement, call):
            found.aside.append(call)
        elif isinstance(statement, ast.Expr):
            some = True
            if plain := begun.plain(place):
                found.plain += plain
                begun = Begun()
        else:
            raise NotPlain
    if begun.zeros or (some and (place.final or place.in_class)):
        raise NotPlain
    return some


def _inside(found: Steps, node: ast.stmt, place: Place) -> bool:
    """The same of the suites that a statement holds. A function is no part of the suite that it is defined in."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        _suite(found, node.body, Place((*place.chain, named(node))))
        return False
    if isinstance(node, ast.For | ast.While):
        again = replace(place, loops=(*place.loops, id(node)))
        return any([_suite(found, node.body, again), _suite(found, node.orelse, place)])
    if isinstance(node, ast.If):
        return any([_suite(found, node.body, place), _suite(found, node.orelse, place)])
    if isinstance(node, ast.With):
        return _suite(found, node.body, place)
    if isinstance(node, ast.Try):
        tried = [*(one.body for one in node.handlers), node.body, node.orelse]
        some = [_suite(found, one, place) for one in tried]
        # It is run on several ways out.
        return any([*some, _suite(found, node.finalbody, replace(place, final=True))])
    if isinstance(node, COMPOUND):
        raise NotPlain
    return False


def _call(found: Steps, statement: ast.stmt, place: Place) -> ast.Call | None:
    """The call with one of the words that a statement consists of, None for a statement without any of them."""
    compound = isinstance(statement, COMPOUND)
    parts = _headers(found, statement) if compound else [statement]
    words = [one for part in parts for one in _words(found, part, place)]
    if isinstance(statement, DEFINITIONS) and statement.name in MATTERING:
        if statement.name != STEP or not place.in_class:
            raise NotPlain
        found.own_method = True
    if not words:
        return None
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.Return) else None
    if len(words) > 1 or not isinstance(value, ast.Call) or value.func is not words[0]:
        raise NotPlain
    if any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in arguments(value)):
        raise NotPlain
    if words[0].attr == BACKWARD:
        found.losses.add(dotted(words[0].value) or "")
    elif (
        words[0].attr == STEP and isinstance(words[0].value, ast.Call) and not isinstance(statement, ast.Expr)
    ):
        # What is computed on the spot is no receiver.
        return None
    elif not _receiver(value):
        raise NotPlain
    elif words[0].attr == ZERO and any(not isinstance(one, ast.Constant) for one in arguments(value)):
        raise NotPlain
    return value


def _headers(found: Steps, node: ast.stmt) -> Iterator[ast.AST]:
    for part in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        if found.lines.above(part):
            yield from header(part)


def _words(found: Steps, part: ast.AST, place: Place) -> Iterator[ast.Attribute]:
    """The lookups of the three words in a part of a statement. A gradient that is only looked at matters to no verdict."""
    for node in walk(part):
        if isinstance(node, ast.Attribute) and node.attr in MATTERING:
            found.touching.add(place.chain)
            if node.attr in ORDER:
                yield node
            elif not found.reading or not isinstance(node.ctx, ast.Load):
                raise NotPlain
        elif isinstance(node, ast.Name) and node.id in MATTERING:
            found.touching.add(place.chain)
        elif isinstance(node, ast.GeneratorExp) and any(
            getattr(one, "attr", "") in MATTERING for one in walk(node)
        ):
            # It runs when somebody goes through it.
            raise NotPlain
        elif isinstance(node, ast.alias) and {node.name.rpartition(".")[2], node.asname} & MATTERING:
            raise NotPlain


def _receiver(call: ast.expr) -> str:
    """What a method is called on, as it is written; empty where that is not a name, or one looked up on it."""
    func = call.func if isinstance(call, ast.Call) else None
    return (dotted(func.value) or "") if isinstance(func, ast.Attribute) else ""


def _stepping(call: ast.Call) -> str:
    """What steps when a ``step`` is called, as it is written: ``x`` for ``x.step()`` and for ``scaler.step(x)``."""
    receiver = _receiver(call)
    if not call.args and not call.keywords:
        return receiver
    scales = SCALER in receiver.rpartition(".")[2].lower() and len(call.args) == 1 and not call.keywords
    return (dotted(call.args[0]) or "") if scales else ""
