"""PyTorch/XLA: ``xm.optimizer_step(optimizer)``.

By its documentation (``torch_xla.core.xla_model``), it sums the gradients over the devices where they are and then has
the optimizer step; it clears nothing. ``xm.mark_step`` and ``torch_xla.sync`` only run what was traced so far.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Event, Read, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

MODULE = "torch_xla.core.xla_model."
QUIET = frozenset({f"{MODULE}mark_step", "torch_xla.sync", "torch_xla.step"})

STEPS = "optimizer_step"
BESIDES = ("optimizer_step",)


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the calls of ``torch_xla`` by their full names."""
    if site.full in QUIET:
        return ()
    if site.full == f"{MODULE}reduce_gradients":
        return (Read("xm.reduce_gradients()", site.span),)
    if site.full != f"{MODULE}optimizer_step" or len(site.node.args) != 1:
        return None
    if any(one.arg != "barrier" for one in site.node.keywords):
        return None
    optimizer = site.facts.path(site.node.args[0])
    if optimizer is None:
        return None
    return Read("xm.optimizer_step()", site.span), Step(optimizer, site.span, ast.unparse(site.node.args[0]))
