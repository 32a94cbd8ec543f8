"""MMEngine: ``optim_wrapper.update_params(loss)``.

By its documentation (mmengine 0.10, ``optim/optimizer/optimizer_wrapper.py``), the call scales the loss by the number of
micro-batches, runs its backward, and every so many calls steps and then clears gradients, all by itself.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Backward, Event, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

STEPS = "update_params"
BESIDES = ("update_params",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise ``update_params`` of what is called or used as an optimizer."""
    if site.name != "update_params" or site.receiver is None or site.base is None or not site.node.args:
        return None
    if not site.facts.is_optimizer(site.receiver):
        return None
    written = ast.unparse(site.base)
    alone = f"{written}.update_params() runs backward, step and zero_grad by itself"
    return (
        Unknown(f"{written}.update_params() steps and clears when it likes", site.span, trains=True),
        Backward(ast.unparse(site.node.args[0]), site.span, f"{written}.update_params()"),
        Step(site.receiver, site.span, written, alone),
    )
