"""Hugging Face Accelerate, as far as it leaves gradients alone.

``accelerator.backward`` is seen by the torch idiom, ``accumulate`` and ``no_sync`` as contexts. What is listed here
neither reads nor changes a gradient (accelerate 1.15, ``src/accelerate/accelerator.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite
    from codemods.events import Event

QUIET = frozenset(
    "autocast check_trigger end_training gather gather_for_metrics get_state_dict init_trackers load_state log "
    "pad_across_processes prepare prepare_data_loader prepare_model prepare_optimizer prepare_scheduler print reduce "
    "register_for_checkpointing save save_model save_state set_trigger skip_first_batches unwrap_model "
    "wait_for_everyone".split()
)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of an object that is built as an ``Accelerator``."""
    if site.receiver is None or site.name not in QUIET:
        return None
    return () if site.facts.constructor(site.receiver) == "Accelerator" else None
