"""Names of the user's own, ``[tool.gradorder.idioms]``: what docs/configuration.md, "Your own names", says that they do.

The calls were marked when the file was parsed (custom.py). What the configuration promises of a name is taken for true,
and every result of such a file lists it as the assumption ``idioms``. Nothing more is taken for true: what a call is
handed beside its subject may be looked at, and code of the file that is handed over may run.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.custom import FUNCTION, UNCLEAR, Mark, mark_of
from codemods.events import Backward, Event, Read, Step, Unknown, Zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise a call that was marked."""
    mark = mark_of(site.node)
    if mark is None:
        return None
    called = f"{mark.text}()"
    given = [*site.node.args, *(one.value for one in site.node.keywords if one.arg != FUNCTION)]
    if mark.kind == "harmless":
        return ()
    run = next((one for one in given if site.facts.calls_back(one)), None)
    if run is not None:
        reason = f"{called} may run {ast.unparse(run)[:50]}, which it is handed"
        events: Sequence[Event] = (Unknown(reason, site.span, trains=True, calls_back=True),)
        return events if mark.kind in ("zero", UNCLEAR) else (*_own(site, mark, given), *events)
    return _own(site, mark, given)


def _own(site: CallSite, mark: Mark, given: Sequence[ast.expr]) -> Sequence[Event]:
    """What a call does by itself."""
    called = f"{mark.text}()"
    if mark.kind == UNCLEAR:
        return (Unknown(f"it is not in sight what {called} works on", site.span, trains=True),)
    if mark.kind == "read":
        return (Read(called, site.span),)
    if mark.kind == "backward":
        return (Backward(_loss(site, mark), site.span, called),)
    return _of_optimizer(site, mark, given)


def _of_optimizer(site: CallSite, mark: Mark, given: Sequence[ast.expr]) -> Sequence[Event]:
    """What zeroes, steps, or does it all."""
    called = f"{mark.text}()"
    written = "" if site.base is None else ast.unparse(site.base)
    receiver = site.receiver
    if receiver is None:
        reason = f"{called} works on an object that is computed on the spot"
        return (Unknown(reason, site.span, trains=True, steps=mark.kind != "zero"),)
    if mark.kind == "step" and not mark.function and not site.facts.is_optimizer(receiver):
        handed = site.facts.path(site.node.args[0]) if site.node.args else None
        if handed is not None and site.facts.is_optimizer(handed):
            # As a scaler's step(optimizer): the object is no optimizer, what it is handed is one.
            return (
                Read(called, site.span),
                Step(handed, site.span, ast.unparse(site.node.args[0]), call=called),
            )
    more = next((one for one in given if site.facts.holds(one)), None)
    if mark.kind == "zero":
        if more is not None:
            return (Unknown(f"{called} is handed {ast.unparse(more)[:50]} as well", site.span, trains=True),)
        how = called if mark.function else f"{mark.text.rpartition('.')[2]}()"
        return (Zero(receiver, mark.flavour, site.span, site.statement, written, how),)
    if mark.kind == "step":
        step = Step(receiver, site.span, written, call=called)
        return (step,) if more is None else (Read(called, site.span), step)
    return (
        Unknown(f"{called} steps and clears by itself", site.span, trains=True),
        Backward(_loss(site, mark), site.span, called),
        Step(receiver, site.span, written, f"{called} is backward, step and zero_grad in one", called),
    )


def _loss(site: CallSite, mark: Mark) -> str:
    """The loss: what a function or method is handed first, else what the method is called on."""
    if mark.function or not site.node.args:
        return "" if site.base is None else ast.unparse(site.base)
    return ast.unparse(site.node.args[0])
