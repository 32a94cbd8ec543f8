"""timm: ``loss_scaler(loss, optimizer, clip_grad=..., parameters=...)``, of ``NativeScaler``, ``ApexScaler`` and their copies.

By their source (timm 1.0, ``utils/cuda.py``), one call scales the loss, runs its backward, and, unless ``need_update=False``,
clips and steps the optimizer that it is handed; it clears nothing. Copies in other projects call that argument
``update_grad``. It is how these scripts accumulate.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Accumulate, Backward, Event, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

UPDATING = frozenset({"need_update", "update_grad"})
SCALERS = frozenset({"timm.utils.NativeScaler", "timm.utils.ApexScaler"})

STEPS = r"(?i:\w*scaler)"
BESIDES = ("nativescaler", "apexscaler")


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the call of a scaler of timm, or of something called one that is handed a loss and an optimizer."""
    if len(site.node.args) < 2:
        return None
    optimizer = site.facts.path(site.node.args[1])
    if optimizer is None or not site.facts.is_optimizer(optimizer):
        return None
    callee = site.facts.path(site.node.func)
    known = callee is not None and site.facts.built(callee) in SCALERS
    if not known and not site.name.lower().endswith("scaler"):
        return None
    text = ast.unparse(site.node.func)
    events: list[Event] = []
    if not known:
        events.append(Unknown(f"{text}() cannot be followed from this file", site.span, trains=True))
    events += [
        Accumulate(f"{text}({keyword.arg}=...)", site.span)
        for keyword in site.node.keywords
        if keyword.arg in UPDATING and not (isinstance(keyword.value, ast.Constant) and keyword.value.value)
    ]
    written = ast.unparse(site.node.args[1])
    return (
        *events,
        Backward(ast.unparse(site.node.args[0]), site.span, f"{text}()"),
        Step(optimizer, site.span, written),
    )
