"""Hugging Face Trainer: ``self.training_step(model, inputs)`` in a class derived from ``transformers.Trainer``.

By its documentation and source (transformers 4, ``trainer.py``), ``training_step`` runs the forward and the backward of one
micro-batch and returns the loss; the loop that the class inherits steps and clears. A class that writes its own loop
calls it, so there it counts as a backward, and as code that cannot be followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.events import Backward, Event, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

TRAINER = re.compile(r"(transformers|trl)(\.\w+)*\.\w*Trainer")


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise ``self.training_step`` that a class of the file inherits from a Trainer."""
    if site.name != "training_step" or site.base is None or not any(map(TRAINER.fullmatch, site.bases)):
        return None
    return (
        Unknown(
            "self.training_step() runs code of the Trainer, which is not in this file", site.span, trains=True
        ),
        Backward("self.training_step", site.span, "self.training_step()"),
    )
