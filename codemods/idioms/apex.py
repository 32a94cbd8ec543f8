"""NVIDIA Apex: ``with amp.scale_loss(loss, optimizer) as scaled_loss: scaled_loss.backward()``.

By its documentation and source (``apex/amp/handle.py``, ``_process_optimizer.py``), entering the context puts gradients that are
already there aside, and leaving it divides the new ones by the scale and adds them: together a backward, after which
gradients are looked at for overflow. ``amp.initialize`` has ``optimizer.step`` skip one step after an overflow (decided
on the gradients, so the same wherever they are the same) and ``optimizer.zero_grad`` clear the master weights too.
``amp.master_params`` only gives the parameters that the optimizer holds.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Backward, Event, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

QUIET = frozenset(
    f"apex.amp.{name}" for name in ("initialize", "load_state_dict", "master_params", "state_dict")
)

BESIDES = ("scale_loss",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the calls of ``apex.amp``, and the backward of what ``scale_loss`` gives."""
    if site.full in QUIET:
        return ()
    if site.full == "apex.amp.scale_loss":
        return (Read("amp.scale_loss()", site.span),)
    if site.name == "backward" and site.base is not None and site.receiver is not None:
        if site.facts.built(site.receiver) == "apex.amp.scale_loss":
            backward = Backward(ast.unparse(site.base), site.span)
            return backward, Read(f"{site.receiver.text} looks for overflow and", site.span)
    return None
