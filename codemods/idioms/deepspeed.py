"""DeepSpeed: ``engine.backward(loss)`` and ``engine.step()``.

By its documentation (``deepspeed.initialize``, "Training API"), the engine averages gradients, steps every
``gradient_accumulation_steps`` calls, and clears gradients itself behind such a step: there is no ``zero_grad`` to put in
order. Whatever has both a ``backward`` and a ``step`` is taken for such an engine; its ``backward`` is seen by the torch idiom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Event, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

STEPS = "step"
BESIDES = ()  # torch's own


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the step of an object that the file also has compute a backward."""
    receiver = site.receiver
    if receiver is None or site.name != "step" or "backward" not in site.facts.uses(receiver):
        return None
    alone = f"{receiver.text} runs backward and steps by itself (an engine): it decides when gradients are cleared"
    return (
        Step(receiver, site.span, receiver.text, alone),
        Unknown(
            f"{receiver.text}.step() of an engine clears gradients when it likes", site.span, trains=True
        ),
    )
