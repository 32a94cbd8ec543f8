"""The other files of a run: each read, understood and lowered once for all that call functions of it, as far as there is room."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.custom import current
from codemods.events import Call
from codemods.files.load import Unreadable, load
from codemods.importing import imported_modules
from codemods.lower.ownership import hooked, keeps_references, veto
from codemods.lower.program import lowering, pruned
from codemods.lower.scopes import scopes_of
from codemods.lower.world import sketch_of, with_lookups, with_told
from codemods.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.events import Path
    from codemods.files.neighbours import Vantage
    from codemods.ir.nodes import Function
    from codemods.lower.evidence import Told
    from codemods.lower.program import Lowering
    from codemods.lower.scopes import Scopes
    from codemods.lower.world import World
    from codemods.settings import Idioms

ROOM = 1_000_000
"""Bytes of other files that are kept, besides the last."""

TOLD = 8
"""For so many different callers, the functions of one file are kept."""

DEFINED = re.compile(r"\bdef\b[\s\\]+(\w+)")
"""Where a function may be defined: between the two words there is nothing but blanks and ends of lines."""


class Besides(Struct, frozen=True):
    """What a file does besides what its functions do, as :class:`codemods.ir.nodes.Program` says it.

    ``regroups``: it adds parameters to an optimizer, or exchanges them.
    """

    hooked: bool
    referenced: bool
    regroups: bool
    veto: str | None


class Lowered(Struct, eq=False):
    """The functions of a file, as they are for somebody who tells it what he hands them: each lowered when it is asked for.

    ``every``: those that were asked for, and all that they call. ``functions``: the same without calls that do nothing.
    """

    one_by_one: Lowering
    every: dict[str, Function] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    _besides: Besides | None = None

    @property
    def besides(self) -> Besides:
        """What the file does besides."""
        if self._besides is None:
            home = self.world
            self._besides = Besides(hooked(home), keeps_references(home), _regroups(home), veto(home))
        return self._besides

    @property
    def world(self) -> World:
        """The file, with what it was told."""
        return self.one_by_one.world

    def reached(self, names: Iterable[str]) -> list[str]:
        """The functions that run when the named ones do, lowered from here on.

        Raises what :meth:`codemods.lower.program.Lowering.function` raises.
        """
        found: dict[str, None] = {}
        fresh: dict[str, Function] = {}
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = None
                one = self.every.get(name)
                if one is None:
                    one = fresh[name] = self.one_by_one.function(self.world.functions[name])
                pending += [
                    each.function for block in one.blocks for each in block.events if isinstance(each, Call)
                ]
        if fresh:
            self.every.update(fresh)
            self.functions.update(pruned(fresh, self.functions))
        return list(found)


class Home(Struct, eq=False):
    """One other file. What it says is worked out when somebody asks, and raises :class:`codemods.syntax.Unparsable` then."""

    text: str
    _defined: frozenset[str] | None = None
    _tree: ast.Module | None = None
    _scopes: Scopes | None = None
    _modules: tuple[tuple[int, str], ...] | None = None
    _sketch: World | None = None
    _looked_up: frozenset[str] | None = None
    _worlds: OrderedDict[frozenset[Path], World] = field(default_factory=OrderedDict)
    _lowered: OrderedDict[Told, Lowered] = field(default_factory=OrderedDict)

    @property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        if self._tree is None:
            self._tree = parse(self.text)
        return self._tree

    def may_define(self, name: str) -> bool:
        """Whether a function of that name may be defined in the file: seen without parsing it, never a wrong no."""
        if self._defined is None:
            # Python reads letters that are not ASCII as others: normalising all of the text loses no name.
            normal = self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)
            self._defined = frozenset(DEFINED.findall(normal))
        return name in self._defined

    @property
    def bound(self) -> set[str]:
        """The names that the module's own body binds."""
        return self.scopes.module.bound

    @property
    def scopes(self) -> Scopes:
        """What its names mean."""
        if self._scopes is None:
            self._scopes = scopes_of(self.tree)
        return self._scopes

    @property
    def sketch(self) -> World:
        """Its definitions, by what it says itself."""
        if self._sketch is None:
            self._sketch = sketch_of(self.tree, self.scopes)
        return self._sketch

    @property
    def modules(self) -> tuple[tuple[int, str], ...]:
        """What its import statements import, as :func:`codemods.importing.imported_modules` says it."""
        if self._modules is None:
            scopes = self.scopes
            self._modules = imported_modules([*scopes.all(ast.Import), *scopes.all(ast.ImportFrom)])
        return self._modules

    def lowered(self, told: Told) -> Lowered:
        """Its functions, for somebody who tells it this."""
        told = self._heard(told)
        found = self._lowered.get(told)
        if found is None:
            found = Lowered(lowering(with_lookups(self._world(told), told.lookups)))
            self._lowered[told] = found
            if len(self._lowered) > TOLD:
                self._lowered.popitem(last=False)
        self._lowered.move_to_end(told)
        return found

    def _world(self, told: Told) -> World:
        """The file for everybody who hands it the same."""
        found = self._worlds.get(told.handed)
        if found is None:
            found = self._worlds[told.handed] = with_told(self.sketch, replace(told, lookups=frozenset()))
            if len(self._worlds) > TOLD:
                self._worlds.popitem(last=False)
        self._worlds.move_to_end(told.handed)
        return found

    def _heard(self, told: Told) -> Told:
        """What makes a difference here: attributes that the file never mentions do not."""
        if self._looked_up is None:
            self._looked_up = frozenset(f".{one.attr}" for one in self.sketch.scopes.all(ast.Attribute))
        words = self._looked_up
        lookups = frozenset(
            one for one in told.lookups if one in words or not one.removeprefix(".").isidentifier()
        )
        return replace(told, lookups=lookups)


_kept: OrderedDict[tuple[str, bytes, Idioms], Home] = OrderedDict()
"""By the names of the user's own with which a file was parsed, too."""


def home_of(vantage: Vantage, path: str) -> Home:
    """What is known of another file of the run. Raises Unreadable."""
    data = vantage.neighbours.data(path)
    if data is None:
        raise Unreadable("cannot be read")
    key = (path, data, current())
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = Home(load(path, data).text)
        while len(_kept) > 1 and sum(len(one) for _, one, _ in _kept) - len(data) > ROOM:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return found


def _regroups(home: World) -> bool:
    """Whether a file adds parameters to an optimizer, or exchanges them."""
    return any(
        isinstance(node, ast.Attribute)
        and (
            node.attr == "add_param_group"
            or (node.attr == "param_groups" and isinstance(node.ctx, ast.Store))
        )
        for node in home.scopes.of_node
    ) or any(isinstance(node, ast.Constant) and node.value == "params" for node in home.scopes.of_node)
