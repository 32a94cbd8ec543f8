"""Changes that mend a training step, and change what it computes: the unsafe fixes of GO201 and GO202, as data.

GO201's ``zero_grad`` moves up from between backward and step. GO202's is put in at the top of the iteration, into the
innermost suite that holds both backward and step, where the file gives no reason to think that somebody else clears.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.effects import Effect, Effects
from codemods.events import Backward, Step
from codemods.findings import Verdict
from codemods.guards import LOOPS, may_be_none
from codemods.lower.origins import wrapped
from codemods.moves import Change, Insert
from codemods.plan import Layout, Place, first, lowest, plan, within
from codemods.settings import Placement
from codemods.syntax import dotted, parse, suites
from codemods.timings import timed
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged

REPAIRED = frozenset({Verdict.STEP_WITHOUT_GRADIENT, Verdict.NEVER_CLEARED})
"""The verdicts of steps that are not as anybody means them."""

OTHERS = re.compile(r"callback|hook|plugin|trigger|(?:^|[._])(?:on|after|before|post|pre)_", re.IGNORECASE)
"""How calls are named behind which somebody else's code may clear gradients."""


class Repair(Struct, frozen=True):
    """What would mend a training step; without changes, the reason why nothing is known to.

    With both, the changes are tried, and not made.
    """

    judged: Judged
    changes: tuple[Change, ...] = ()
    reason: str = ""

    @property
    def effect(self) -> str:
        """How the training changes, in words."""
        if self.judged.verdict is Verdict.STEP_WITHOUT_GRADIENT:
            return "moved up, it changes the training: each step will then use the gradients of its own iteration"
        return "a zero_grad() at the top changes the training: each step will then use the gradients of its own iteration alone"


@timed("plan")
def repair(
    program: Program, tree: ast.Module, text: str, layout: Layout, judged: Judged, placement: Placement
) -> Repair:
    """The repair of a step without gradient, or of one whose gradients are never cleared."""
    if judged.verdict is Verdict.STEP_WITHOUT_GRADIENT:
        planned = plan(program, layout, judged, placement)
        moves = tuple(one.move for one in planned if one.move is not None)
        missing = [one.reason for one in planned if one.move is None]
        if missing or not moves:
            return Repair(judged, reason=missing[0] if missing else "zero_grad() stands at the top already")
        return Repair(judged, moves)
    return _missing(program, tree, text, layout, judged, placement)


def _missing(
    program: Program, tree: ast.Module, text: str, layout: Layout, judged: Judged, placement: Placement
) -> Repair:
    place = layout.place(judged.region.span.line, judged.region.span.column)
    if place is None or not isinstance(place.statement, LOOPS):
        return Repair(judged, reason="its loop is not a statement")
    loop = place.statement
    doubt = wrapped(tree, judged.receivers) or _others(loop)
    if doubt is not None:
        return Repair(judged, reason=doubt)
    effects = [one for one in Effects(program).of(judged.function) if one.block in judged.region.blocks]
    steps = [one for one in effects if isinstance(one.event, Step) and one.receiver in judged.receivers]
    if not all(one.direct for one in steps):
        return Repair(judged, reason=f"it steps inside the function called on line {steps[0].span.line}")
    sites = [*steps, *(one for one in effects if isinstance(one.event, Backward))]
    suite, parent = _common(loop, sites)
    holding = [number for number, one in enumerate(suite) if within(one, sites)]
    backward, late = holding[0], suite[: holding[-1] + 1]
    held = [within(statement, effects) for statement in late]
    changes = []
    for receiver in judged.receivers:
        written = _written(tree, text, [one for one in steps if one.receiver == receiver])
        if written is None:
            return Repair(judged, reason=f"{receiver.text} is written in a way that cannot be repeated")
        code = f"{written}.zero_grad()"
        (zero,) = parse(code).body
        here = Place([*late, zero], len(late), parent)
        if may_be_none(program, receiver, zero) and layout.inside_try(Place(suite, backward, parent)):
            return Repair(judged, reason=f"{written} may be None here, inside a try that would hide it")
        top = (
            first(Place(suite, backward, parent), late, backward) if placement is Placement.TOP else backward
        )
        index = max(top, lowest(program, here, receiver, late, held))
        if index > backward:
            return Repair(
                judged,
                reason=f"{written} is bound or may be missing up to line {suite[index - 1].lineno}, too late",
            )
        changes.append(Insert(layout.position(suite[index]), code))
    named = next((one.event.call for one in steps if isinstance(one.event, Step) and one.event.call), None)
    doubt = named and f"what clears the gradients that {named} uses may have another name"
    return Repair(judged, tuple(changes), doubt or "")


def _others(loop: ast.stmt) -> str | None:
    """A call in the loop behind which somebody else may clear gradients."""
    for node in walk(loop):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func) or ast.unparse(node.func)
        if OTHERS.search(name):
            return f"{name}() on line {node.lineno} may clear gradients"
        by_host = name.endswith(("backward", "manual_backward")) and node.args
        if by_host and not name.startswith("torch."):
            return f"{name}() on line {node.lineno} may accumulate or clear gradients by itself"
    return None


def _common(loop: ast.stmt, sites: Sequence[Effect]) -> tuple[list[ast.stmt], ast.AST]:
    """The innermost suite of an iteration that holds all sites, and the statement whose suite it is."""
    suite: list[ast.stmt] = getattr(loop, "body", [])
    parent: ast.AST = loop
    while True:
        holding = [one for one in suite if within(one, sites)]
        inner = [
            each
            for each in (suites(holding[0]) if len(holding) == 1 else ())
            if sum(len(within(one, sites)) for one in each) == len(sites)
        ]
        if not inner or isinstance(holding[0], LOOPS):
            return suite, parent
        suite, parent = inner[0], holding[0]


def _written(tree: ast.Module, text: str, steps: Sequence[Effect]) -> str | None:
    """What steps, as the source spells it, where that is a name and what is looked up on it."""
    spans = {(one.span.line, one.span.column) for one in steps}
    found = set()
    for node in walk(tree):
        if isinstance(node, ast.Call) and (node.lineno, node.col_offset) in spans:
            words = {one.event.written for one in steps if isinstance(one.event, Step)}
            for one in _owners(node):
                if ast.unparse(one) in words:
                    found.add(ast.get_source_segment(text, one))
    if len(found) != 1:
        return None
    (written,) = found
    return written if written and "\n" not in written and "\r" not in written else None


def _owners(call: ast.Call) -> Iterator[ast.expr]:
    """What a call may be the step of: what it is called on, or the optimizer that it is handed."""
    for one in (*([call.func.value] if isinstance(call.func, ast.Attribute) else []), *call.args[:1]):
        inner: ast.expr = one
        while isinstance(inner, ast.Attribute | ast.Subscript):
            inner = inner.value
        if isinstance(inner, ast.Name) and not any(isinstance(each, ast.Call) for each in walk(one)):
            yield one
