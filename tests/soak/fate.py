"""Programs and fates: what is run, and all that a program leaves open."""

from __future__ import annotations

import random
from dataclasses import dataclass

OWNERS = (
    ("model", "optimizer"),
    ("generator", "opt_g"),
    ("discriminator", "opt_d"),
    ("critic", "critic_opt"),
)
"""Names of models, each with the name of its optimizer."""

QUIET = ("evaluate", "monitor", "save_checkpoint", "log_norms")
"""Functions that may look at what they are handed."""

TRAINING = ("warmup", "find_lr")
"""Functions that may leave gradients behind as well, as their names say."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Everything that a run depends on besides its program. ``zeros``: ``zero_grad()`` means what it did in torch 1.

    ``leftover``: somebody has left gradients behind before the program, or before the first outside call.
    """

    seed: int
    faults: bool = False
    zeros: bool = False
    leftover: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A call by code outside the file, and the function of the file that it runs."""

    text: str
    function: str


@dataclass(frozen=True, slots=True)
class Program:
    """A source, and how code outside of it uses it: one line to ``start``, then calls in any order, as fate has it.

    ``shares``: for each optimizer of the world the models that it is built over. ``trains``: the source does something
    when it is run, not only when its functions are called.
    """

    source: str
    entries: tuple[Entry, ...] = ()
    start: Entry = Entry("pass", "")
    shares: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (3,))
    trains: bool = True

    def drive(self, fate: Fate) -> list[Entry]:
        """What the code outside does."""
        order = random.Random(fate.seed)
        count = order.choice((1, 2, 3, 5)) if self.entries else 0
        return [self.start, *(order.choice(self.entries) for _ in range(count))]
