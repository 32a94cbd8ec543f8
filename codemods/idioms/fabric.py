"""Lightning Fabric, as far as it leaves gradients alone, and its clipping.

``fabric.backward`` is seen by the torch idiom, ``no_backward_sync`` as a context. What is listed here neither reads
nor changes a gradient (lightning 2.6, ``src/lightning/fabric/fabric.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Event, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

QUIET = frozenset(
    "all_gather autocast barrier broadcast load load_raw log log_dict print save seed_everything setup "
    "setup_dataloaders setup_module setup_optimizers to_device".split()
)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of an object that is built as ``Fabric``."""
    if site.receiver is None or site.facts.constructor(site.receiver) != "Fabric":
        return None
    if site.name == "clip_gradients":
        return (Read(f"{site.receiver.text}.clip_gradients()", site.span),)
    return () if site.name in QUIET else None
