"""The least set that some rules allow: of each, all that it gives is in the set once one of its reasons is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

One = TypeVar("One")


def least(rules: Sequence[tuple[Sequence[One], Collection[One]]], given: Iterable[One] = ()) -> set[One]:
    """What is ``given``, and what follows of it by rules of what they give and for which reasons.

    Each reason of each rule is looked at once. That no rule asks for anything to be *out* of the set is what makes the
    order of the rules no matter.
    """
    follows: dict[One, list[Sequence[One]]] = defaultdict(list)
    for what, reasons in rules:
        for reason in reasons:
            follows[reason].append(what)
    found: set[One] = set()
    pending = list(given)
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            for what in follows.get(one, ()):
                pending.extend(what)
    return found
