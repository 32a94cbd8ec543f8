"""Lightning's manual optimisation: ``self.manual_backward(loss)`` and ``self.optimizers()`` in a ``training_step``.

By its documentation and source (lightning 2.6, ``pytorch/core/module.py`` and ``pytorch/core/optimizer.py``): with
``automatic_optimization = False`` Lightning calls ``training_step`` for each batch and leaves backward, step and
``zero_grad`` to it. ``self.optimizers()`` gives the same optimizers each time; ``toggle_optimizer`` switches
``requires_grad`` of the others' parameters and touches no gradient. Without manual optimisation there is no backward
in the file, so nothing to put in order.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.events import Backward, Event, Read, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

TRAINER = re.compile(r"(lightning|pytorch_lightning)(\.\w+)*\.Trainer")
MODULE = re.compile(r"(lightning|pytorch_lightning)(\.\w+)*\.LightningModule")

QUIET = frozenset(
    "all_gather freeze log log_dict lr_schedulers optimizers print save_hyperparameters toggle_optimizer "
    "toggled_optimizer unfreeze untoggle_optimizer".split()
)
"""Methods of a LightningModule that neither read nor change a gradient."""

BESIDES = ("manual_backward",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise what a LightningModule of the file calls on itself, and its schedulers."""
    if site.name in ("fit", "test", "validate") and site.base is not None:
        return _trainer(site, site.base)
    receiver = site.receiver
    if receiver is None:
        return None
    if site.name == "step" and site.facts.constructor(receiver) == "lr_schedulers":
        return ()
    mine = any(map(MODULE.fullmatch, site.bases))
    text = f"{receiver.text}.{site.name}()"
    if site.name == "manual_backward":
        backward = Backward(text.removesuffix("()"), site.span, text)
        # On an object that is no LightningModule for sure it is a backward and whatever else.
        return (
            (backward,) if mine else (Unknown(f"{text} cannot be followed", site.span, trains=True), backward)
        )
    if not mine:
        return None
    if site.name in ("clip_gradients", "configure_gradient_clipping"):
        return (Read(text, site.span),)
    return () if site.name in QUIET else None


def _trainer(site: CallSite, base: ast.expr) -> Sequence[Event] | None:
    """``Trainer.fit`` of a module that optimises by hand: nothing but the module's own code makes gradients."""
    built = site.facts.full_name(base.func) if isinstance(base, ast.Call) else ""
    built = built or ("" if site.receiver is None else site.facts.built(site.receiver))
    if not TRAINER.fullmatch(built) or not site.node.args or not site.facts.trains_by_hand(site.node.args[0]):
        return None
    return (Unknown(f"Trainer.{site.name}() runs the steps of its module", site.span, calls_back=True),)
