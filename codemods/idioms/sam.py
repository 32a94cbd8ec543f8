"""Sharpness-aware minimisation: ``optimizer.first_step(zero_grad=True)``, ``optimizer.second_step(zero_grad=True)``.

By the published implementations, the first step moves the weights along the gradients of a first backward, the second
moves them back and steps with those of a second backward; each clears gradients if it is told to. The clearing stands
in an argument, not in a statement that could move.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Event, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite


HALVES = frozenset({"first_step", "second_step"})

STEPS = "first_step|second_step"
BESIDES = ("first_step", "second_step")


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the two half steps of one optimizer."""
    if site.name not in HALVES or site.receiver is None or site.base is None:
        return None
    if not site.facts.uses(site.receiver) >= HALVES:
        return None
    written = ast.unparse(site.base)
    alone = (
        f"{written}.{site.name}() is half a step of two backwards (SAM), and clears gradients by an argument"
    )
    return (
        Step(site.receiver, site.span, written, alone),
        Unknown(f"{written}.{site.name}() may clear gradients", site.span, trains=True),
    )
