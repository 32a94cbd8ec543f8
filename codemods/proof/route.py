"""What the proof has to look at in one function: its blocks without those, and without the events, that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.proof.witness import stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from codemods.proof.align import PairedFunction
    from codemods.proof.gradstate import State
    from codemods.proof.instances import Instance

    Act: TypeAlias = Callable[[State], tuple[Iterable[State], Iterable[State]]]
    """States after an event, and those in which it may raise besides the one before and those after."""

    Exits: TypeAlias = tuple[tuple[State, ...], tuple[State, ...]]
    """The states in which a function returns and in which it raises, each once, in the order in which they were found."""


class Visits(Struct, eq=False):
    """Where one walk through a function has been.

    ``entered``: for each block, the states in which it is entered, with the block and the state of entry before it.
    ``met``: for each block, the states at each point between its events. What follows of a state at a point is the same
    whichever way led there, so it is followed from there once.
    """

    entered: list[dict[State, tuple[int, State] | None]]
    met: list[list[set[State]]]

    @classmethod
    def of(cls, acts: list[list[tuple[int, Act]]]) -> Visits:
        """Nothing yet, in a function with these acts."""
        return cls([{} for _ in acts], [[set() for _ in range(len(one) + 1)] for one in acts])


class Route(Struct, eq=False):
    """A function under its arguments. ``acts``: for each block the events that matter, with their place in it.

    ``strays``: functions that may have run at any point of this one. ``known``: the exits for states of entry that were
    followed already. ``visited``: where calls by outsiders have led.
    """

    instance: Instance
    function: PairedFunction
    acts: list[list[tuple[int, Act]]]
    successors: Sequence[tuple[int, ...]]
    strays: list[str]
    known: dict[State, Exits] = field(default_factory=dict)
    visited: Visits = field(default_factory=lambda: Visits([], []))

    def __post_init__(self) -> None:
        """Nobody has called yet."""
        self.visited = Visits.of(self.acts)


def shortcuts(function: PairedFunction, acts: Sequence[Sequence[object]]) -> list[tuple[int, ...]]:
    """Where control goes next from each block, blocks left out in which nothing happens that anybody would be told of.

    What such a block raises is what the block before it raises, so both must go to the same handler.
    """
    blocks = function.function.blocks
    ends = (0, function.function.exit, function.function.raise_exit)
    found: list[tuple[int, ...]] = [()] * len(blocks)
    instead = list(range(len(blocks)))
    for number in reversed(range(len(blocks))):
        block = blocks[number]
        found[number] = tuple(
            dict.fromkeys(
                instead[one] if blocks[one].on_raise == block.on_raise else one for one in block.successors
            )
        )
        quiet = number not in ends and not acts[number] and len(found[number]) == 1
        if quiet and found[number][0] != number and not any(map(stop, function.events[number])):
            instead[number] = found[number][0]
    return found
