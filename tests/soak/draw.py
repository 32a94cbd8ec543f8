"""Where a generated program gets its choices from: a seeded generator for speed, hypothesis for shrinking."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Draw(Protocol):
    """A source of choices. The smaller a choice, the simpler what comes of it."""

    def below(self, count: int) -> int:
        """A number from 0 to ``count - 1``."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """Choices of a seeded generator."""

    source: random.Random

    def below(self, count: int) -> int:
        return int(self.source.random() * count)


def seeded(seed: str) -> Seeded:
    """The same choices for the same seed."""
    return Seeded(random.Random(seed))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Choices of hypothesis, which makes them smaller when a test fails."""

    draw: Callable[[st.SearchStrategy[int]], int]

    def below(self, count: int) -> int:
        return self.draw(st.integers(0, count - 1))


def pick(draw: Draw, choices: Sequence[T]) -> T:
    """One of the choices, the first being the simplest."""
    return choices[draw.below(len(choices))]


def chance(draw: Draw, percent: int) -> bool:
    """True in so many of a hundred cases."""
    return draw.below(100) >= 100 - percent


def some(draw: Draw, choices: Sequence[T], least: int = 0) -> list[T]:
    """Some of the choices, in their order."""
    count = least + draw.below(len(choices) - least + 1)
    chosen = list(range(len(choices)))
    while len(chosen) > count:
        chosen.pop(draw.below(len(chosen)))
    return [choices[index] for index in chosen]
