"""Two runs of one command, step by step: the first difference, and how far apart they are."""

from __future__ import annotations

import math
from enum import Enum
from itertools import zip_longest
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.verify.child.digest import NONE
from codemods.verify.trace import digests, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.verify.trace import Process, Step

SMALL = 1e-3
"""Norms below this share of the norm of all are measured against that share: they are mostly noise."""


class What(Enum):
    """What differs first."""

    PROCESSES = "processes"
    STEPS = "steps"
    OPTIMIZER = "optimizer"
    LOSS = "loss"
    NONE = "none"
    GRADIENT = "gradient"
    PARAMETER = "parameter"
    STATUS = "status"


class Difference(Struct, frozen=True):
    """Where two runs part. ``step`` counts the steps of its process from 1; ``file`` and ``line`` call that step.

    ``parameter`` is the first of ``count`` that differ. ``before`` and ``after`` are what is compared, in words or numbers.
    """

    what: What
    before: str
    after: str
    process: int = 0
    step: int | None = None
    optimizer: str | None = None
    parameter: str | None = None
    count: int = 0
    file: str | None = None
    line: int | None = None


class Deviation(Struct, frozen=True):
    """The largest relative difference of a loss or of the norm of a gradient, and the first above a limit."""

    largest: float
    first: Difference | None


def training(found: Sequence[Process]) -> list[Process]:
    """The processes that stepped an optimizer."""
    return [one for one in found if one.steps]


def first_difference(before: Sequence[Process], after: Sequence[Process]) -> Difference | None:
    """The first step at which anything differs in any bit; None when the runs are the same."""
    for process, ours, theirs in _pairs(before, after):
        if isinstance(ours, Difference):
            return ours
        for left, right in zip_longest(steps(ours), steps(theirs)):
            found = _lengths(process, ours, theirs, left, right) or _differs(process, left, right)
            if found is not None:
                return found
    return None


def deviation(before: Sequence[Process], after: Sequence[Process], tolerance: float) -> Deviation:
    """How far two runs are apart where they need not be the same in every bit."""
    largest, first = 0.0, None
    for process, ours, theirs in _pairs(before, after):
        if isinstance(ours, Difference):
            return Deviation(math.inf, ours)
        for left, right in zip_longest(steps(ours), steps(theirs)):
            found = _lengths(process, ours, theirs, left, right) or _shapes(process, left, right)
            if found is not None:
                return Deviation(math.inf, first or found)
            here, difference = _apart(process, left, right)
            largest = max(largest, here)
            if first is None and here > tolerance:
                first = difference
    return Deviation(largest, first)


def _pairs(
    before: Sequence[Process], after: Sequence[Process]
) -> Iterator[tuple[int, Process, Process] | tuple[int, Difference, Process]]:
    """Processes that did the same work: of equal keys, and of those with one key in the order in which they started."""
    left, right = training(before), training(after)
    if [one.key for one in left] != [one.key for one in right]:
        counts = [f"{len(side)} process{'es' * (len(side) != 1)} with steps" for side in (left, right)]
        difference = Difference(What.PROCESSES, counts[0], counts[1])
        yield 0, difference, (left or right)[0]
        return
    for number, (ours, theirs) in enumerate(zip(left, right, strict=True)):
        yield number, ours, theirs


def _lengths(
    process: int, ours: Process, theirs: Process, left: Step | None, right: Step | None
) -> Difference | None:
    if left is not None and right is not None:
        return None
    there = left or right
    assert there is not None, "the longer one goes on"
    return Difference(
        What.STEPS, f"{ours.steps} steps", f"{theirs.steps} steps", process, there.number,
        there.optimizer.kind, file=there.file, line=there.line,
    )  # fmt: skip


def _shapes(process: int, left: Step, right: Step) -> Difference | None:
    """Differences that no tolerance allows: another optimizer, another number of parameters, None-ness."""
    if (left.optimizer.number, left.optimizer.kind) != (right.optimizer.number, right.optimizer.kind):
        return _at(process, left, What.OPTIMIZER, _named(left), _named(right))
    ours, theirs = digests(left.gradients), digests(right.gradients)
    if len(ours) != len(theirs):
        return _at(process, left, What.OPTIMIZER, f"{len(ours)} parameters", f"{len(theirs)} parameters")
    absent = [
        at for at, pair in enumerate(zip(ours, theirs, strict=True)) if (pair[0] == NONE) != (pair[1] == NONE)
    ]
    if absent:
        words = ["None" if side[absent[0]] == NONE else "a tensor" for side in (ours, theirs)]
        return _at(process, left, What.NONE, words[0], words[1], absent)
    return None


def _differs(process: int, left: Step, right: Step) -> Difference | None:
    found = _shapes(process, left, right)
    if found is not None:
        return found
    if list(map(repr, left.losses)) != list(map(repr, right.losses)):
        return _at(process, left, What.LOSS, _numbers(left.losses), _numbers(right.losses))
    sides = (
        (What.GRADIENT, left.gradients, right.gradients),
        (What.PARAMETER, left.parameters, right.parameters),
    )
    for what, ours, theirs in sides:
        if ours != theirs:
            pairs = enumerate(zip(digests(ours), digests(theirs), strict=True))
            places = [at for at, (one, other) in pairs if one != other]
            seen = [_norm(what, step, places[0]) for step in (left, right)]
            return _at(process, left, what, seen[0], seen[1], places)
    return None


def _apart(process: int, left: Step, right: Step) -> tuple[float, Difference | None]:
    """The largest relative difference at one step, and what it is."""
    worst: tuple[float, Difference | None] = (0.0, None)
    if len(left.losses) != len(right.losses):
        return math.inf, _at(process, left, What.LOSS, _numbers(left.losses), _numbers(right.losses))
    for one, other in zip(left.losses, right.losses, strict=True):
        here = _relative(one, other, 0.0)
        if here > worst[0]:
            worst = here, _at(process, left, What.LOSS, _numbers([one]), _numbers([other]))
    ours, theirs = left.gradient_norms, right.gradient_norms
    whole = math.hypot(*(one for one in ours if one is not None))
    for at, (mine, yours) in enumerate(zip(ours, theirs, strict=True)):
        if mine is None or yours is None:
            continue
        here = _relative(mine, yours, whole * SMALL)
        if here > worst[0]:
            seen = [_norm(What.GRADIENT, step, at) for step in (left, right)]
            worst = here, _at(process, left, What.GRADIENT, seen[0], seen[1], [at])
    return worst


def _relative(one: float, other: float, least: float) -> float:
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0.0
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    return abs(one - other) / max(abs(one), abs(other), least)


def _at(
    process: int, step: Step, what: What, before: str, after: str, places: Sequence[int] = ()
) -> Difference:
    name = step.optimizer.name_of(places[0]) if places else None
    return Difference(
        what,
        before,
        after,
        process,
        step.number,
        step.optimizer.kind,
        name,
        len(places),
        step.file,
        step.line,
    )


def _named(step: Step) -> str:
    return f"{step.optimizer.kind} (optimizer {step.optimizer.number + 1})"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{one!r}" for one in values) or "no loss"


def _norm(what: What, step: Step, at: int) -> str:
    norm = step.gradient_norms[at] if what is What.GRADIENT else None
    text = step.gradients if what is What.GRADIENT else step.parameters
    return f"digest {digests(text)[at]}" + ("" if norm is None else f", norm {norm:.9g}")
