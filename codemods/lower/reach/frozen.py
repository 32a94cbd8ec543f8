"""Which modules are frozen where a backward runs: ``requires_grad`` of all their parameters is off on every path there.

PyTorch adds nothing to a leaf that does not require a gradient while the backward runs, whatever its graph recorded
before. So what counts is the moment of the backward: a module that is frozen after the forward is left alone, one that
was frozen for the forward only is taken to be filled. Whatever may let some parameter take gradients again, or cannot
be told, thaws.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.events import MODULES, Path, Rebind
from codemods.lower.apart import QUIET_USES, instances_in_sight
from codemods.lower.harmless import FREEZING, MODULE_METHODS
from codemods.lower.reach.flow import routine
from codemods.lower.reach.switched import NONE, SWITCH, Effect, Effects, Inner, Paths, effects_of
from codemods.lower.resolve import Target, resolve
from codemods.lower.uses import Uses, uses_of
from codemods.syntax import callee_name

if TYPE_CHECKING:
    from codemods.ir.nodes import Function
    from codemods.lower.reach.flow import Routine
    from codemods.lower.world import World

Position = tuple[int, int]

OVERRIDING = frozenset(
    "parameters named_parameters _named_members named_modules modules children named_children requires_grad "
    "requires_grad_".split()
)
"""Names by which ``requires_grad_`` and ``parameters`` get at parameters: a class that gives one a meaning of its own is
not followed."""

PLAIN_BASES = ("torch.nn.Module", "abc.ABC", "typing.", "object")
PROTOCOL = QUIET_USES | MODULE_METHODS | {"extra_repr", "children", "modules", "buffers"}
"""Methods that code of torch may call by itself."""


def frozen_at(world: World, functions: dict[str, Function], sites: Paths) -> dict[Position, Paths]:
    """The modules that are frozen for sure at each call, by the line and column where it begins."""
    if not any(one.attr in FREEZING for one in world.scopes.all(ast.Attribute)):
        return {}
    if not _can_be_followed(world, functions):
        return {}
    routines = [routine(world, one) for one in (world.tree, *world.functions.values())]
    found = _Frozen(world, functions, sites, uses_of(world), effects_of(world, sites))
    if not found.prepare(routines):
        return {}
    while found.round(routines):
        pass
    placed: dict[Position, Paths] = {}
    for call, frozen in found.states.items():
        place = (call.lineno, call.col_offset)
        placed[place] = placed.get(place, frozen) & frozen
    return {place: frozen for place, frozen in placed.items() if frozen}


def _can_be_followed(world: World, functions: dict[str, Function]) -> bool:
    """Whether modules keep their parameters, and switch them by the methods of torch alone."""
    scopes = world.scopes
    if any(one.is_class and not one.bound.isdisjoint(OVERRIDING) for one in scopes.inner.values()):
        return False
    if not scopes.stored.isdisjoint(OVERRIDING - {"requires_grad"}) or "requires_grad" in scopes.computed:
        return False
    callees = {id(one.func) for one in scopes.all(ast.Call)}
    for node in scopes.of_node:
        if isinstance(node, ast.Attribute) and node.attr == SWITCH and id(node) not in callees:
            return False
        if isinstance(node, ast.Name) and node.id == SWITCH:
            return False
        if isinstance(node, ast.Constant) and node.value == SWITCH:
            return False
        if isinstance(node, ast.Attribute) and node.attr == "__init__" and not _constructs(world, node.value):
            return False
    return not any(
        isinstance(event, Rebind) and event.target == MODULES
        for function in functions.values()
        for block in function.blocks
        for event in block.events
    )


def _constructs(world: World, base: ast.expr) -> bool:
    """Whether ``base.__init__`` is the constructor of a class around, which runs for an instance that is being made."""
    if isinstance(base, ast.Call):
        return callee_name(base) == "super"
    return world.evidence.imported(base) is not None


class _Frozen(Struct, eq=False):
    """The state of one file's analysis, from which every round takes away what does not hold.

    ``entries``: what is frozen wherever a function is called. ``added``: what it leaves frozen whatever was before;
    ``kept``: what stays frozen through it. ``states``: what is frozen at each call.
    """

    world: World
    functions: dict[str, Function]
    sites: Paths
    uses: Uses
    operations: Effects
    effects: dict[int, Effect] = field(default_factory=dict)
    entries: dict[str, Paths] = field(default_factory=dict)
    added: dict[str, Paths] = field(default_factory=dict)
    kept: dict[str, Paths] = field(default_factory=dict)
    states: dict[ast.Call, Paths] = field(default_factory=dict)

    def prepare(self, routines: list[Routine]) -> bool:
        """Work out what each operation does; whether every function that thaws runs only where its calls stand."""
        called: set[str] = set()
        thawing: set[str] = set()
        for each in routines:
            for operation in (it for block in each.operations for it in block):
                effect = self.operations.of(operation)
                self.effects[id(operation)] = effect
                called.update(it.name for it in effect.inner)
                if effect.late:
                    return False
                if effect.wild or self._for_others(each, effect.thaws):
                    thawing.add(each.name)
        for name in (one.name for one in routines):
            outside = name not in called or name == "<module>" or self._is_entered(name)
            self.entries[name] = NONE if outside else self.sites
            self.added[name] = self.kept[name] = self.sites
        while (
            more := {
                one.name
                for one in routines
                for block in one.operations
                for operation in block
                for each in self.effects[id(operation)].inner
                if each.name in thawing
            }
            - thawing
        ):
            thawing |= more
        lazy = any(
            each.lazy and each.name in thawing for effect in self.effects.values() for each in effect.inner
        )
        return not lazy and all(one == "<module>" or self._runs_where_called(one) for one in thawing)

    def _for_others(self, one: Routine, thawed: Paths) -> bool:
        """Whether a function thaws modules that are not variables of its own, nor attributes of a new instance."""
        constructor = one.name.endswith(".__init__")
        return any(
            site.scope != one.name and not (constructor and site.scope.startswith("class "))
            for site in thawed
        )

    def _is_entered(self, name: str) -> bool:
        """Whether code outside the file may call a function, or it runs without a call of it being seen."""
        function = self.functions.get(name)
        return function is None or function.stray or function.root

    def _runs_where_called(self, name: str) -> bool:
        """Whether each run of a function is one that its calls in the file show, or code outside begins of its own."""
        node = self.world.functions[name]
        word = getattr(node, "name", "")
        if self.functions[name].stray or word == "__init__":
            return False
        parent = self.world.scope(node).parent
        owner = parent.node if parent is not None and isinstance(parent.node, ast.ClassDef) else None
        if any(self._may_run(call, word, owner) for call in self.world.scopes.all(ast.Call)):
            return False
        if owner is None:
            return True
        if word == "training_step" and self.operations.optimizers:
            # The Trainer calls it, between batches.
            return not any(callee_name(one) == word for one in self.world.scopes.all(ast.Call))
        family = self.world.scopes.families[owner.name]
        members = [one for one in self.world.all_classes if self.world.scopes.families[one.name] == family]
        if any(map(self.world.foreign_bases, members)) and (word in PROTOCOL or word.startswith("_")):
            return False
        return all(self._stays_here(one) for one in members)

    def _may_run(self, call: ast.Call, word: str, owner: ast.ClassDef | None) -> bool:
        """Whether a call that cannot be told may run the function of that name."""
        if callee_name(call) != word or isinstance(call.func, ast.Name) != (owner is None):
            return False
        if owner is not None and isinstance(call.func, ast.Attribute):
            path = self.world.scopes.path(call.func.value)
            if path in self.sites and not self.world.foreign_bases(owner):
                return False
        return not isinstance(resolve(self.world, call, None), Target)

    def _stays_here(self, one: ast.ClassDef) -> bool:
        """Whether no instance of a class is handed to code that is not in this file."""
        if any(not base.startswith(PLAIN_BASES) for base in self.world.foreign_bases(one)):
            return False
        if one.decorator_list or one.keywords or not instances_in_sight(self.world, self.uses, one):
            return False
        for node in self.world.scopes.all(ast.Name):
            if node.id == one.name and isinstance(node.ctx, ast.Load):
                parent = self.uses.parent(node)
                if not isinstance(parent, ast.ClassDef) and not (
                    isinstance(parent, ast.Call) and parent.func is node
                ):
                    return False
        this = Path("class " + self.world.scopes.families[one.name], "self")
        return all(isinstance(self.uses.parent(each), ast.Attribute) for each in self.uses.names[this])

    def _through(self, inner: Inner, sites: Paths) -> Paths:
        """Those of some modules that go by the same name inside a function that is called."""
        return frozenset(
            one
            for one in sites
            if not one.scope
            or (inner.mine is not None and one.variable == inner.mine)
            or inner.name.startswith(one.scope + ".")
        )

    def round(self, routines: list[Routine]) -> bool:
        """Follow every function once; whether anything turned out not to hold."""
        before = (dict(self.entries), dict(self.added), dict(self.kept), dict(self.states))
        for one in routines:
            self.added[one.name] &= self._run(one, NONE, note=False)
            self.kept[one.name] &= self._run(one, self.sites, note=False)
            self._run(one, self.entries[one.name], note=True)
        return before != (self.entries, self.added, self.kept, self.states)

    def _run(self, one: Routine, start: Paths, *, note: bool) -> Paths:
        """What is frozen where a function returns, if so much is where it begins."""
        entries = {0: start}
        pending = [0]
        while pending:
            block = pending.pop()
            state = entries[block]
            for operation in one.operations[block]:
                state = self._after(self.effects[id(operation)], state, note=note)
            ways = [(each, state) for each in one.successors[block]]
            if one.operations[block]:
                ways.append((one.on_raise[block], NONE))
            for successor, given in ways:
                old = entries.get(successor)
                new = given if old is None else old & given
                if new != old:
                    entries[successor] = new
                    pending.append(successor)
        return entries.get(EXIT, self.sites)

    def _after(self, effect: Effect, state: Paths, *, note: bool) -> Paths:
        during = state - effect.thaws
        for one in effect.inner:
            during &= self.kept[one.name]
        if note:
            if effect.forgets:
                during = NONE
            for call in effect.calls:
                self.states[call] = self.states.get(call, during) & during
            for one in effect.inner:
                given = NONE if one.lazy else self._through(one, during)
                self.entries[one.name] &= given
        if effect.forgets:
            return NONE
        after = during | effect.freezes
        return (
            after
            if effect.whole is None
            else after | self._through(effect.whole, self.added[effect.whole.name])
        )


EXIT = 1
"""The block in which a routine ends, where nothing is raised."""
