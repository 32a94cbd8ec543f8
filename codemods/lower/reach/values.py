"""What the analysis of reach knows of a value: whose parameters its graph may lead to, and what may be written into it.

A source is the path of a module that shares its parameters with nothing else, a parameter of the function that is looked
at, or ``ANYTHING``. A place stands for objects: all that one expression makes, a parameter's, a module's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from codemods.events import ANYTHING, Path

if TYPE_CHECKING:
    from collections.abc import Iterable

Place = int | Path | str

LENT = Path("", "<lent>")
"""A source: what code outside the file hands to its functions, which is no way to a parameter unless it is a module."""

OUTSIDE = "outside"
"""Every object that code outside the file holds: what it was handed, and what it hands over."""

FORWARD = "forward"
"""What the ``forward`` of the file's classes is handed."""

NONE: frozenset[Path] = frozenset()
EVERYTHING = frozenset({ANYTHING})


class Value(NamedTuple):
    """A value of an expression.

    ``sources``: whose parameters a backward may reach from it. ``places``: the objects that it may be. ``known``: it
    is made by torch, Python or this file, so that calling it, or a method of it, keeps nothing it is handed outside.
    """

    sources: frozenset[Path] = NONE
    places: frozenset[Place] = frozenset()
    known: bool = True

    def joined(self, other: Value) -> Value:
        """Either of two values."""
        if other is self or other == self:
            return self
        return Value(self.sources | other.sources, self.places | other.places, self.known and other.known)


PLAIN = Value()
"""Numbers, strings, None: no graph, and nothing can be written into them."""

FOREIGN = Value(NONE, frozenset({OUTSIDE}), known=False)
"""What code outside the file hands over: it leads to what that code was handed before."""

UNKNOWN = Value(EVERYTHING, frozenset({OUTSIDE}), known=False)


def either(values: Iterable[Value]) -> Value:
    """Any of some values; none of them is a plain one."""
    found: Value | None = None
    for one in values:
        found = one if found is None else found.joined(one)
    return PLAIN if found is None else found


class Heap(Struct, eq=False):
    """What is ever written into objects, whenever that is; it only grows.

    ``content``: the sources written into a place. ``below``: the places that may be found in it.
    """

    content: dict[Place, frozenset[Path]] = field(default_factory=dict)
    below: dict[Place, frozenset[Place]] = field(default_factory=dict)
    changed: bool = False
    known: dict[frozenset[Place], frozenset[Path]] = field(default_factory=dict)

    def write(self, places: Iterable[Place], sources: frozenset[Path], inner: frozenset[Place]) -> None:
        """Something with these sources, being at ``inner``, is put into the objects at some places."""
        for one in places:
            old = self.content.get(one, NONE)
            if not sources <= old:
                self.content[one] = old | sources
                self._grown()
            held = self.below.get(one, frozenset())
            more = inner - {one}
            if not more <= held:
                self.below[one] = held | more
                self._grown()

    def _grown(self) -> None:
        self.changed = True
        self.known.clear()

    def sources(self, value: Value) -> frozenset[Path]:
        """All that a backward may reach from a value, or from anything in it."""
        if not value.places:
            return value.sources
        found = self.known.get(value.places)
        if found is None:
            written: set[Path] = set()
            for one in self._closed(value.places, through=True):
                written |= self.content.get(one, NONE)
            found = self.known[value.places] = frozenset(written)
        return value.sources | found

    def inside(self, value: Value) -> Value:
        """An element of a value, or a part of it that shares its memory."""
        if not value.places:
            return value
        return value._replace(places=self._closed(value.places, through=False))

    def hanging_on(self, place: Place) -> frozenset[Place]:
        """The places that can be found from one."""
        return self._closed([place], through=True)

    def _closed(self, places: Iterable[Place], *, through: bool) -> frozenset[Place]:
        """The places that can be found from some; what is outside stands for all that hangs on it."""
        found: set[Place] = set()
        pending = list(places)
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                if through or one != OUTSIDE:
                    pending += self.below.get(one, ())
        return frozenset(found)
