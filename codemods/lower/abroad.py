"""The other files of a run: each read, understood and lowered once for all that call functions of it, as far as there is room."""

from __future__ import annotations

import ast
from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.custom import current
from codemods.files.load import Unreadable, load
from codemods.lower.imports import imported_modules
from codemods.lower.program import functions_of, pruned
from codemods.lower.recursion import recursion
from codemods.lower.scopes import scopes_of
from codemods.lower.world import with_told, world_of
from codemods.syntax import parse

if TYPE_CHECKING:
    from codemods.files.neighbours import Vantage
    from codemods.ir.nodes import Function
    from codemods.lower.evidence import Told
    from codemods.lower.world import World
    from codemods.settings import Idioms

ROOM = 1_000_000
"""Bytes of other files that are kept, besides the last."""

TOLD = 8
"""For so many different callers, the functions of one file are kept."""


class Lowered(Struct, frozen=True, eq=False):
    """The functions of a file, as they are for somebody who tells it what he hands them."""

    world: World
    every: dict[str, Function]
    functions: dict[str, Function]
    recursive: frozenset[str]


class Home(Struct, eq=False):
    """One other file. What it says is worked out when somebody asks."""

    tree: ast.Module
    _bound: set[str] | None = None
    _modules: tuple[tuple[int, str], ...] | None = None
    _world: World | None = None
    _lowered: OrderedDict[Told, Lowered] = field(default_factory=OrderedDict)

    @property
    def bound(self) -> set[str]:
        """The names that the module's own body binds."""
        if self._bound is None:
            self._bound = scopes_of(self.tree).module.bound
        return self._bound

    @property
    def world(self) -> World:
        """Its definitions, by what it says itself."""
        if self._world is None:
            self._world = world_of(self.tree)
        return self._world

    @property
    def modules(self) -> tuple[tuple[int, str], ...]:
        """What its import statements import, as :func:`codemods.lower.imports.imported_modules` says it."""
        if self._modules is None:
            self._modules = imported_modules(self.tree)
        return self._modules

    def lowered(self, told: Told) -> Lowered:
        """Its functions. Raises what :func:`codemods.lower.program.functions_of` raises."""
        told = self._heard(told)
        found = self._lowered.get(told)
        if found is None:
            world = with_told(self.world, told)
            every = functions_of(world)
            found = Lowered(world, every, pruned(every), recursion(world).functions)
            self._lowered[told] = found
            if len(self._lowered) > TOLD:
                self._lowered.popitem(last=False)
        self._lowered.move_to_end(told)
        return found

    def _heard(self, told: Told) -> Told:
        """What makes a difference here: attributes that the file never mentions do not."""
        words = {f".{one.attr}" for one in self.world.scopes.all(ast.Attribute)}
        lookups = frozenset(
            one for one in told.lookups if one in words or not one.removeprefix(".").isidentifier()
        )
        return replace(told, lookups=lookups)


_kept: OrderedDict[tuple[str, bytes, Idioms], Home] = OrderedDict()
"""By the names of the user's own with which a file was parsed, too."""


def home_of(vantage: Vantage, path: str) -> Home:
    """What is known of another file of the run. Raises Unreadable and :class:`codemods.syntax.Unparsable`."""
    data = vantage.neighbours.data(path)
    if data is None:
        raise Unreadable("cannot be read")
    key = (path, data, current())
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = Home(parse(load(path, data).text))
        while len(_kept) > 1 and sum(len(one) for _, one, _ in _kept) - len(data) > ROOM:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return found
