"""AllenNLP: ``training_util.rescale_gradients(model, grad_norm)``.

By its source (allennlp 2.10, ``training/util.py``), it clips the gradients of the model that it is handed, in place, and
returns their norm. Its trainer clears with ``p.grad = None`` and runs plain torch besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Event, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the clip of ``allennlp.training.util`` by its full name."""
    if site.full != "allennlp.training.util.rescale_gradients":
        return None
    return (Read("rescale_gradients()", site.span),)
