"""Running averages of weights: diffusers' ``EMAModel``, timm's ``ModelEma``, torch's ``AveragedModel``, ``torch_ema``.

By their sources (diffusers 0.30 ``training_utils.py``, timm 1.0 ``utils/model_ema.py``, torch ``optim/swa_utils.py``, torch_ema 0.3),
updating an average, and copying it back into a model, reads and writes values of parameters without recording, and
touches no gradient. ``ema.step(model.parameters())`` is such an update, and no optimizer's step.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite
    from codemods.events import Event

AVERAGES = re.compile(
    r"diffusers(\.\w+)*\.EMAModel|timm(\.\w+)*\.ModelEma(V\d)?|torch\.optim\.swa_utils\.AveragedModel"
    r"|torch_ema(\.\w+)*\.ExponentialMovingAverage"
)
QUIET = frozenset(
    "copy_to cur_decay_value get_decay load_state_dict pin_memory restore save_pretrained set state_dict step store to "
    "update update_parameters".split()
)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of an average that is built by its full name, unless it runs a function of the file."""
    if site.receiver is None or site.name not in QUIET:
        return None
    built = site.facts.built(site.receiver)
    if AVERAGES.fullmatch(built) is None or site.facts.registers(built.rpartition(".")[2]):
        return None
    return ()
