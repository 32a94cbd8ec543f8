"""Plain torch: ``loss.backward()``, ``optimizer.step()``, ``optimizer.zero_grad()``, ``model.zero_grad()``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.custom import mark_of
from codemods.events import GROUPS, Backward, Event, Flavour, Read, Rebind, Step, Unknown, Zero
from codemods.syntax import arguments, callee_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite

READERS = frozenset(
    {"clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"}
)
NO_CLOSURES = frozenset({"chain", "context", "filter", "list", "named_parameters", "parameters"})
PROFILERS = frozenset({"profile", "profiler"})

STEPS = "step"


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the calls of ``torch.optim``, ``torch.autograd`` and ``torch.nn.utils``."""
    if site.full in ("torch.autograd.grad", "torch.func.grad"):
        return ()
    if site.name in READERS or _imported_name(site) in READERS:
        return (Read(f"{site.name}()", site.span),)
    if site.base is None and _imported_name(site) == "backward":
        return (Backward(ast.unparse(next(arguments(site.node), site.node)), site.span),)
    if site.name == "backward" and site.base is not None:
        return (Backward(ast.unparse(site.base), site.span),)
    if site.name == "zero_grad" and site.base is not None:
        if site.receiver is None:
            return (Unknown("zero_grad() is called on an object that is computed on the spot", site.span),)
        return (Zero(site.receiver, flavour(site.node), site.span, site.statement, ast.unparse(site.base)),)
    if site.name == "add_param_group" and site.base is not None:
        return (Rebind(GROUPS, None, site.span),)
    if site.name == "step" and site.base is not None:
        return _step(site)
    return None


def _imported_name(site: CallSite) -> str:
    """What a function of torch is called there, whatever the file calls it."""
    full = site.full or ""
    return full.rpartition(".")[2] if full.startswith("torch.") else ""


def _step(site: CallSite) -> Sequence[Event] | None:
    receiver = site.receiver
    written = "" if site.base is None else ast.unparse(site.base)
    handed = [*site.node.args, *(one.value for one in site.node.keywords)]
    back = any(map(site.facts.calls_back, handed))
    if receiver is None:
        reason = "step() is called on an object that is computed on the spot"
        return (Unknown(reason, site.span, back, calls_back=back, steps=True),)
    if site.facts.is_scheduler(receiver) or site.facts.constructor(receiver) in PROFILERS:
        return None if any(map(site.facts.owns, handed)) else ()
    if not site.facts.is_optimizer(receiver):
        if handed and not back:
            return None
        reason = f"{receiver.text}.step() may be an optimizer's"
        return (Unknown(reason, site.span, back, calls_back=back, steps=True),)
    if (
        any(one.arg != "closure" for one in site.node.keywords)
        or len(handed) > 1
        or (handed and _is_no_closure(site, handed[0]))
    ):
        return (Unknown(f"{receiver.text}.step() takes what torch's does not", site.span, trains=True),)
    if handed and not (isinstance(handed[0], ast.Constant) and handed[0].value is None):
        return (
            Step(receiver, site.span, written),
            Unknown(f"{receiver.text}.step() is handed a closure", site.span, trains=True),
        )
    return (Step(receiver, site.span, written),)


def _is_no_closure(site: CallSite, node: ast.expr) -> bool:
    """Whether a value is what some well-known calls give: parameters, or the context of distributed autograd."""
    path = site.facts.path(node)
    made = callee_name(node) if isinstance(node, ast.Call) else site.facts.constructor(path) if path else ""
    return made in NO_CLOSURES


def flavour(call: ast.Call) -> Flavour:
    """What a ``zero_grad`` call leaves behind, by its ``set_to_none`` argument, or by a name of the user's own."""
    mark = mark_of(call)
    if mark is not None:
        return mark.flavour
    values = [one.value for one in call.keywords if one.arg == "set_to_none"] + list(call.args)
    if not values and not call.keywords:
        return Flavour.DEFAULT
    if len(values) == 1 and isinstance(values[0], ast.Constant) and len(call.keywords) + len(call.args) == 1:
        if values[0].value is True:
            return Flavour.NONE
        if values[0].value is False:
            return Flavour.ZEROS
    return Flavour.UNKNOWN
