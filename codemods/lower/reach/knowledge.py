"""What is found out about a whole file while its functions are looked at again and again, until nothing new turns up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.events import ANYTHING, Path
from codemods.lower.reach.values import EVERYTHING, FORWARD, LENT, NONE, OUTSIDE, PLAIN, Heap, Value

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from codemods.syntax import FunctionNode

OWN = "own parameters"


def own(family: str) -> Path:
    """The source that stands for what an instance of a class holds itself."""
    return Path(OWN, family)


class Knowledge(Struct, eq=False):
    """Tables that only grow.

    ``parameters``: what functions are handed; ``results``: what they return or yield, in terms of their own parameters;
    ``variables``: all that a variable ever holds; ``attributes``: all that is ever stored under an attribute's name;
    ``touched``: what a function gets at without being handed it. ``wild``: functions that may run with any arguments;
    ``offered``: functions that code outside the file may call. ``foreign``: modules of classes that neither the file nor torch defines. ``owners``: the modules in which instances of a class of
    the file may be, by the class's family.
    """

    sites: frozenset[Path]
    owners: dict[str, frozenset[Path]]
    names: dict[Path, str]
    wild: set[str]
    offered: frozenset[str]
    foreign: frozenset[Path]
    heap: Heap = field(default_factory=Heap)
    parameters: dict[Path, Value] = field(default_factory=dict)
    results: dict[str, Value] = field(default_factory=dict)
    variables: dict[Path, Value] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    touched: dict[str, frozenset[Path]] = field(default_factory=dict)
    changed: bool = False

    def merge(self, table: dict[Hashable, Value], key: Hashable, value: Value) -> None:
        """Let a table's entry be this value too."""
        old = table.get(key)
        new = value if old is None else old.joined(value)
        if new != old:
            table[key] = new
            self.changed = True

    def settle(self, sources: frozenset[Path]) -> frozenset[Path]:
        """Sources that mean the same everywhere: parameters are what functions are handed."""
        if ANYTHING in sources:
            return EVERYTHING
        if sources <= self.sites:
            return sources
        found: set[Path] = set()
        for one in sources:
            if one.scope == OWN:
                found |= self.owners.get(one.root, NONE)
            elif one in self.names:
                if self.names[one] in self.wild:
                    return EVERYTHING
                found |= self.parameters.get(one, PLAIN).sources
                if self.names[one] in self.offered:
                    found.add(LENT)
            else:
                found.add(one)
        return EVERYTHING if ANYTHING in found else frozenset(found)

    def settled(self, value: Value) -> Value:
        """A value, to be kept where other functions find it."""
        return value._replace(sources=self.settle(value.sources))

    def write(self, into: Value, value: Value) -> None:
        """A value is put into an object."""
        self.heap.write(into.places or (OUTSIDE,), self.settle(value.sources), value.places)

    def leak(self, value: Value) -> None:
        """Code outside the file gets hold of a value: it may hand it back, and write into it."""
        self.heap.write((OUTSIDE,), self.settle(value.sources), value.places)
        self.heap.write(value.places, NONE, frozenset({OUTSIDE}))

    def link(self, value: Value, place: Path | str) -> None:
        """What is done to the objects at a place is done to a value too."""
        if value.places:
            self.heap.write(value.places, NONE, frozenset({place}))

    def touch(self, name: str, sources: frozenset[Path], own_parameters: frozenset[Path]) -> None:
        """A function gets at something. What it is handed, and what its instance owns, counts where it is called."""
        left = frozenset(one for one in sources if one.scope != OWN and one not in own_parameters)
        old = self.touched.get(name, NONE)
        if not left <= old:
            self.touched[name] = old | self.settle(left)
            self.changed = self.changed or self.touched[name] != old

    def run_wild(self, functions: Iterable[str]) -> None:
        """Functions may be called with anything."""
        more = set(functions) - self.wild
        if more:
            self.wild |= more
            self.changed = True

    def hand(self, parameter: Path, value: Value) -> None:
        """A function of the file is handed a value."""
        self.merge(self.parameters, parameter, self.settled(value))  # type: ignore[arg-type]
        self.heap.write(value.places, NONE, frozenset({parameter}))
        self.heap.write((parameter,), NONE, value.places)

    def open(self, name: str, node: FunctionNode, parameters: Iterable[Path]) -> None:
        """Link the parameters of a function to where its arguments may come from unseen."""
        for one in parameters:
            if name in self.wild or name in self.offered:
                self.heap.write((one,), NONE, frozenset({OUTSIDE}))
                self.heap.write((OUTSIDE,), NONE, frozenset({one}))
            if getattr(node, "name", "") in ("forward", "__call__"):
                self.heap.write((FORWARD,), NONE, frozenset({one}))
