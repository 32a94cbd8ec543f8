"""Lightning Fabric: ``fabric.backward(loss)``, ``fabric.clip_gradients(...)``, and its quiet methods.

By its documentation and source (lightning 2.6, ``fabric/fabric.py`` and ``fabric/wrappers.py``), an optimizer that went
through ``fabric.setup`` steps and clears whenever it is told to; ``no_backward_sync`` only skips the exchange of gradients,
which is of use while they accumulate. ``step`` and ``fabric.call`` run the callbacks that Fabric was built with.

``fabric.backward`` is seen by the torch idiom, ``no_backward_sync`` of a ``with`` where it is entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Accumulate, Event, Read, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

QUIET = frozenset(
    "all_gather all_reduce autocast barrier broadcast init_module init_tensor load load_raw log log_dict print "
    "rank_zero_first save seed_everything setup setup_dataloaders setup_module setup_optimizers to_device".split()
)
"""Methods that neither read nor change a gradient, as long as none is handed to them."""

BESIDES = ("no_backward_sync",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of a ``lightning.Fabric``."""
    if site.receiver is None or not site.facts.built(site.receiver).endswith(".Fabric"):
        return None
    text = f"{site.receiver.text}.{site.name}()"
    if site.name == "clip_gradients":
        return (Read(text, site.span),)
    if site.name == "no_backward_sync":
        return (Accumulate(text, site.span),)
    if site.name == "call" or (site.name == "launch" and site.node.args):
        return (
            Unknown(f"{text} runs functions that it was handed", site.span, trains=True, calls_back=True),
        )
    return () if site.name in QUIET or site.name == "launch" else None
