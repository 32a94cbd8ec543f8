"""Hugging Face transformers: its Trainer's ``training_step``, and quiet methods of its models.

By its documentation and source (transformers 4, ``trainer.py``), ``training_step`` runs the forward and the backward of one
micro-batch and returns the loss; the loop that the class inherits steps and clears. A class that writes its own loop
calls it, so there it counts as a backward, and as code that cannot be followed.

A model that the file makes by ``from_pretrained`` is one of the library's. Its ``generate`` runs under ``no_grad``
(``generation/utils.py``), and saving it or handing it to the hub writes its ``state_dict`` (``modeling_utils.py``).
A data collator keeps a model that it is made with (``data/data_collator.py``), and does nothing with it until it is called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.events import Backward, Event, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

MODEL = re.compile(r"transformers\.(models\.\w+\.)?[A-Z]\w*(Model|For[A-Z])\w*\.from_(pretrained|config)")
QUIET = frozenset("generate num_parameters push_to_hub save_pretrained".split())
COLLATOR = re.compile(r"transformers\.(data\.(data_collator\.)?)?(DataCollator\w*|DefaultDataCollator)")
TRAINER = re.compile(r"(transformers|trl)(\.\w+)*\.\w*Trainer")

BESIDES = ("training_step",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise ``self.training_step`` that a class of the file inherits from a Trainer, and what models do."""
    if COLLATOR.fullmatch(site.full or ""):
        return ()
    if site.name in QUIET and site.base is not None and MODEL.fullmatch(site.facts.made(site.base)):
        return ()
    if site.name != "training_step" or site.base is None or not any(map(TRAINER.fullmatch, site.bases)):
        return None
    return (
        Unknown(
            "self.training_step() runs code of the Trainer, which is not in this file", site.span, trains=True
        ),
        Backward("self.training_step", site.span, "self.training_step()"),
    )
