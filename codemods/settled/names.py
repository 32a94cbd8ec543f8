"""What steps: an optimizer for sure, or for sure none.

The answers are those of :mod:`codemods.lower.kinds` wherever only one is possible. Where anything but the usual is found, the
question is left to it: :class:`codemods.settled.steps.NotPlain` is raised.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.settled.pieces import lines_of, pieces
from codemods.settled.steps import SCALER, NotPlain
from codemods.syntax import arguments, callee_name, dotted
from codemods.trees import walk
from codemods.words import ASKED_FOR, OPTIMIZER_WORD, SCHEDULER_NAME, SCHEDULER_WORD

if TYPE_CHECKING:
    from codemods.settled.sources import Given, Source
    from codemods.settled.steps import Steps

_OPTIMIZERS = re.compile(
    r"from[ \t]+torch\.optim[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|\boptim[ \t]+as[ \t]+(\w+)"
)
_WORD = re.compile(r"\w+")
_SCALING = re.compile(rf"{SCALER}\s*\(")
BY_NAME = ("exec(", "globals(", "vars()")
"""What names are given values by without being written as such."""

BY_ATTRIBUTE = ("__dict__", "setattr", "vars(")
"""What attributes are."""

COMPUTED = "__get"
"""What the special methods have in their names that compute attributes and items, of this file's own classes."""

GRAD_SCALER = "GradScaler"
DEPTH = 3
"""How many names a value may go through."""


def told_apart(steps: Steps, source: Source) -> None:
    """Raise :class:`NotPlain` unless the receivers are optimizers for sure, and what steps aside is none for sure."""
    receivers = {one.receiver for one in steps.plain}
    aside = {dotted(one.func.value) or "" for one in steps.aside if isinstance(one.func, ast.Attribute)}
    scalers = {one.scaler for one in steps.plain} - {""}
    stepping = {*receivers, *aside, *scalers}
    if receivers & aside or set(map(_last, stepping)) & set(map(_last, steps.losses - {""})):
        raise NotPlain
    if COMPUTED in source.text and any("." in one for one in stepping):
        raise NotPlain
    if steps.own_method and scalers:
        raise NotPlain
    others = aside | scalers
    ways = (*BY_NAME, *BY_ATTRIBUTE) if any("." in one for one in others) else BY_NAME if others else ()
    if any(one in source.text for one in ways):
        raise NotPlain
    for one in stepping:
        _looked_up(source, one)
    for one in receivers:
        # Something that is cleared is an optimizer, unless it is called or asked for its parts, as a module is.
        if source.looks_up(one, rf"\(|\.\s*(?:{'|'.join(sorted(ASKED_FOR))})\b"):
            raise NotPlain
        if "." not in one:
            _has_no_other_name(source.given(one))
        if steps.own_method:
            _is_of_no_own_class(source, one)
    for one in scalers:
        _is_scaler(source, one)
    for one in aside:
        if source.looks_up(one, r"\.\s*(?:add_param_group|param_groups)\b"):
            raise NotPlain
        _is_no_optimizer(source, one)
    _calls_no_scaler(source)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _looked_up(source: Source, name: str) -> None:
    """What a name is looked up on has no other name, and no function of the file goes by one of the words in it."""
    words = name.split(".")
    if name == "self" or not source.defined.isdisjoint(words):
        raise NotPlain
    if len(words) > 1 and words[0] != "self":
        _has_no_other_name(source.given(words[0]))


def _has_no_other_name(given: list[Given]) -> None:
    """Something that is bound to what calls make, or to what comes out of something.

    A manual optimizer of Lightning's has another name.
    """
    for one in given:
        if one.value is None or (one.through and not isinstance(one.value, ast.Call)):
            continue
        if not isinstance(one.value, ast.Call) or callee_name(one.value) in ("optimizers", "partial"):
            raise NotPlain


def _is_of_no_own_class(source: Source, name: str) -> None:
    """What is made by calls of what the file does not define."""
    given = source.given(name)
    if not given or not all(isinstance(one.value, ast.Call) for one in given):
        raise NotPlain
    if any(isinstance(one.value, ast.Call) and callee_name(one.value) in source.defined for one in given):
        raise NotPlain


def _is_scaler(source: Source, name: str) -> None:
    """What is called a scaler is torch's, unless it is made by something else."""
    for one in source.given(name):
        if one.through or (isinstance(one.value, ast.Call) and callee_name(one.value) != GRAD_SCALER):
            raise NotPlain
        if "." not in name and not (one.value is None or isinstance(one.value, ast.Call)):
            raise NotPlain


def _calls_no_scaler(source: Source) -> None:
    """Raise :class:`NotPlain` where something called a scaler is itself handed a loss and an optimizer, as timm's is."""
    for piece in pieces(source.tree.body, lines_of(source.text.lower(), _SCALING, whole=False)):
        for node in (one for part in piece.parts for one in walk(part)):
            if (
                isinstance(node, ast.Call)
                and callee_name(node).lower().endswith(SCALER)
                and len(node.args) > 1
            ):
                raise NotPlain


def _is_no_optimizer(source: Source, name: str, depth: int = DEPTH) -> None:
    """Something that is called a scheduler, or made by what is, or has nothing of an optimizer in its names."""
    given = source.given(name)
    if not depth or any(_may_build_optimizer(source, one.value) for one in given):
        raise NotPlain
    alias = "." not in name and any(
        isinstance(one.value, ast.Name | ast.Attribute) and not one.through for one in given
    )
    if SCHEDULER_NAME.search(_last(name)) and not alias:
        return
    if SCALER in name.lower() or any(map(OPTIMIZER_WORD.search, name.split("."))):
        raise NotPlain
    made = [callee_name(one.value) if isinstance(one.value, ast.Call) else "" for one in given]
    if made and all(one.endswith("LR") or SCHEDULER_WORD.search(one) for one in made):
        return
    for one in given:
        if one.through or GRAD_SCALER in made:
            raise NotPlain
        if isinstance(one.value, ast.Name | ast.Attribute):
            _is_no_optimizer(source, dotted(one.value) or name, depth - 1)
        elif one.value is not None and not isinstance(one.value, ast.Call):
            raise NotPlain


def _may_build_optimizer(source: Source, value: ast.expr | None) -> bool:
    if not isinstance(value, ast.Call):
        return False
    if any(isinstance(one, ast.Call) and callee_name(one) == "parameters" for one in arguments(value)):
        return True
    if source.starred and any(one.arg == "lr" for one in value.keywords):
        return True
    full = dotted(value.func) or ""
    return "lr_scheduler" not in full and (
        "optim" in full or full.partition(".")[0] in _optimizers(source.text)
    )


def _optimizers(text: str) -> set[str]:
    """Names under which a file may know ``torch.optim``, or what is in it."""
    parts = [part for found in _OPTIMIZERS.finditer(text) for part in found.groups() if part]
    return {word for part in parts for word in _WORD.findall(part)}
