"""Mixed precision: ``torch.amp.GradScaler`` and ``torch.cuda.amp.GradScaler``.

``scaler.step(optimizer)`` is the optimizer's step (or none, when a gradient overflowed: that decision is taken on
the gradients, so it is the same wherever the gradients are the same). ``unscale_`` divides them in place.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Event, Read, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

QUIET = frozenset(
    {"scale", "update", "get_scale", "is_enabled", "get_growth_factor", "state_dict", "load_state_dict"}
)

STEPS = "step"
BESIDES = ()  # codemods/settled knows a scaler


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of an object that is built as a GradScaler, or is called a scaler."""
    receiver = site.receiver
    if receiver is None:
        return None
    constructor = site.facts.constructor(receiver)
    if constructor != "GradScaler" and (
        constructor or "scaler" not in (receiver.rest or (receiver.root,))[-1].lower()
    ):
        return None
    if site.name in QUIET:
        return ()
    handed = [site.facts.path(one) for one in site.node.args]
    if len(handed) != 1 or site.node.keywords or handed[0] is None:
        if site.name != "step":
            return None
        reason = f"{receiver.text}.step() steps an optimizer that cannot be told"
        return (Unknown(reason, site.span, trains=True, steps=True),)
    if site.name == "unscale_":
        return (Read(f"{receiver.text}.unscale_()", site.span),)
    if site.name == "step":
        return (Step(handed[0], site.span, ast.unparse(site.node.args[0])),)
    return None
