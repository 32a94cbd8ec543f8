"""Hugging Face Accelerate: ``accelerator.backward(loss)``, its contexts for accumulation, and its quiet methods.

By its documentation and source (accelerate 1.15, ``accelerator.py`` and ``optimizer.py``), an optimizer that went through
``prepare`` steps and clears only while ``accelerator.sync_gradients`` holds. ``with accelerator.accumulate(model)``
turns that off in all micro-batches but the last. How many there are the file cannot say, not even where it says
``gradient_accumulation_steps=1``: the environment variable ``ACCELERATE_GRADIENT_ACCUMULATION_STEPS`` and a
DeepSpeed configuration overrule it. So whatever stands in such a context is accumulation.

``accelerator.backward`` and the clips are seen by the torch idiom, the contexts of ``with`` where they are entered.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Accumulate, Event, Read, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

QUIET = frozenset(
    "autocast check_trigger clear end_training free_memory gather gather_for_metrics get_state_dict get_tracker "
    "init_trackers load_state local_main_process_first log main_process_first pad_across_processes prepare "
    "prepare_data_loader prepare_model prepare_optimizer prepare_scheduler print reduce register_for_checkpointing "
    "register_load_state_pre_hook register_save_state_pre_hook save save_model save_state set_trigger "
    "skip_first_batches split_between_processes unwrap_model verify_device_map wait_for_everyone".split()
)
"""Methods that neither read nor change a gradient, whatever they are handed."""

CONTEXTS = frozenset({"accumulate", "no_sync", "trigger_sync_in_backward"})
SWITCHES = frozenset({"_do_sync", "_set_sync_gradients"})
BESIDES = (
    "accumulate",
    "no_sync",
    "trigger_sync_in_backward",
    "_do_sync",
    "_set_sync_gradients",
    "sync_gradients",
)
SAVED = {"save_state": "register_save_state_pre_hook", "load_state": "register_load_state_pre_hook"}


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of an ``accelerate.Accelerator``; an accumulation context on whatever holds a model."""
    if site.receiver is None or site.base is None:
        return None
    if site.name in SWITCHES:
        return (Accumulate(f"{ast.unparse(site.base)}.{site.name}()", site.span),)
    mine = site.facts.built(site.receiver).startswith("accelerate.")
    text = f"{site.receiver.text}.{site.name}()"
    if site.name in CONTEXTS and (mine or _holds(site)):
        entered = Accumulate(text, site.span)
        return (
            (entered,) if mine else (entered, Unknown(f"{text} cannot be followed from this file", site.span))
        )
    if site.name == "unscale_gradients" and (mine or "accelerator" in text):
        return (Read(text, site.span),)
    if not mine or site.name not in QUIET:
        return None
    if site.name in SAVED and site.facts.registers(SAVED[site.name]):
        return (Unknown(f"{text} runs a hook of this file", site.span, calls_back=True),)
    return ()


def _holds(site: CallSite) -> bool:
    handed = [*site.node.args, *(one.value for one in site.node.keywords)]
    return site.base is not None and any(map(site.facts.holds, [site.base, *handed]))
