"""What the operations of a function do to what is frozen: whose parameters they switch, and which functions run in them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.events import Path
from codemods.lower.configured import configured
from codemods.lower.reach.flow import Bind
from codemods.lower.resolve import Target, resolve
from codemods.lower.toggles import Toggle, toggle_of, toggle_of_call, truth
from codemods.syntax import FUNCTIONS, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.reach.flow import Operation
    from codemods.lower.world import World

Paths = frozenset[Path]

NONE: Paths = frozenset()
SWITCH = "requires_grad_"
UNSEEN = frozenset({"toggled_optimizer", "unfreeze", "untoggle_optimizer"})
"""Methods of a LightningModule that let parameters take gradients again."""


class Inner(Struct, frozen=True, eq=False):
    """A function of the file that runs. ``mine``: it is a method of the instance whose method calls it."""

    call: ast.Call
    name: str
    mine: Path | None
    lazy: bool = False


class Effect(Struct, frozen=True, eq=False):
    """What one operation does: it thaws, functions of the file run, and it freezes; then one of them has run for sure.

    ``wild``: which modules it thaws cannot be told. ``late``: it thaws, or a function runs, when nobody sees it.
    ``forgets``: other code may run before the next operation does.
    """

    calls: tuple[ast.Call, ...]
    thaws: Paths = NONE
    inner: tuple[Inner, ...] = ()
    freezes: Paths = NONE
    whole: Inner | None = None
    wild: bool = False
    late: bool = False
    forgets: bool = False


def effects_of(world: World, sites: Paths) -> Effects:
    """Find the switches of a file."""
    found = Effects(world, sites, configured(world))
    for node in world.scopes.of_node:
        toggle = toggle_of(world, node) if isinstance(node, ast.Expr | ast.For) else None
        if toggle is None or (toggle.writes and all(id(one) in found.writes for one in toggle.writes)):
            continue
        assert isinstance(node, ast.Expr | ast.For)
        found.loops[id(node.iter if isinstance(node, ast.For) else node.value)] = toggle
        for one in toggle.writes:
            # The outermost statement of some that say the same comes first, and knows the modules best.
            found.writes.setdefault(id(one), toggle)
    return found


class Effects(Struct, frozen=True, eq=False):
    """Answers for one file. ``loops``: switches by the expression with which each begins; ``writes``: by what writes."""

    world: World
    sites: Paths
    optimizers: dict[Path, Path]
    loops: dict[int, Toggle] = field(default_factory=dict)
    writes: dict[int, Toggle] = field(default_factory=dict)

    def of(self, operation: Operation) -> Effect:
        """What an operation does to what is frozen."""
        if isinstance(operation, Bind):
            thaws, wild = self._bound(operation.target)
            return Effect((), thaws, wild=wild)
        calls: list[ast.Call] = []
        inner: list[Inner] = []
        thaws, wild, late, forgets = NONE, False, False, False
        for node, lazy in _here(operation.node):
            if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
                forgets = True
            one: Paths | None = NONE
            if isinstance(node, ast.NamedExpr):
                one = self._bound(node.target)[0]
            elif isinstance(node, ast.Call):
                if not lazy:
                    calls.append(node)
                one = self._switched(node)
                target = resolve(self.world, node, None)
                if isinstance(target, Target):
                    known = toggle_of_call(self.world, node)
                    if known is None:
                        inner.append(Inner(node, target.name, self._mine(node, target), lazy))
                    else:
                        one = self._thawed(known)
            wild = wild or one is None
            thaws |= self.sites if one is None else one
            late = late or (lazy and bool(one is None or one))
        freezes, whole = NONE, None
        toggle = self.loops.get(id(operation.node))
        if toggle is not None and toggle.flag is False:
            freezes = frozenset(one for one in self._named(toggle) if one in self.sites)
        elif toggle is not None:
            one = self._thawed(toggle)
            wild = wild or one is None
            thaws |= self.sites if one is None else one
        elif isinstance(operation.statement, ast.Expr) and operation.statement.value is operation.node:
            freezes = self._toggled(operation.node)
            whole = next((one for one in inner if one.call is operation.node), None)
        return Effect(tuple(calls), thaws, tuple(inner), freezes, whole, wild, late, forgets)

    def _toggled(self, node: ast.expr) -> Paths:
        """The modules that Lightning's ``self.toggle_optimizer(opt)`` freezes: those of all other optimizers."""
        if not isinstance(node, ast.Call) or callee_name(node) != "toggle_optimizer" or not node.args:
            return NONE
        chosen = self.world.evidence.path(node.args[0])
        if chosen not in self.optimizers:
            return NONE
        others = frozenset(module for path, module in self.optimizers.items() if path != chosen)
        return others & self.sites

    def _named(self, toggle: Toggle) -> set[Path | None]:
        return {self.world.scopes.path(one) for one in toggle.modules}

    def _thawed(self, toggle: Toggle) -> Paths | None:
        """The modules that a switch may thaw; None for whichever."""
        if toggle.flag is False:
            return NONE
        named = self._named(toggle)
        found = frozenset(one for one in named if one in self.sites)
        return found if len(found) == len(named) else None

    def _switched(self, call: ast.Call) -> Paths | None:
        """What ``x.requires_grad_(...)`` may thaw; None for whichever."""
        if callee_name(call) in UNSEEN:
            return None
        if not isinstance(call.func, ast.Attribute) or call.func.attr != SWITCH:
            return NONE
        toggle = self.writes.get(id(call.func))
        if toggle is not None:
            return self._thawed(toggle)
        given = [*call.args, *(one.value for one in call.keywords)]
        return NONE if len(given) == 1 and truth(given[0]) is False else None

    def _bound(self, target: ast.expr) -> tuple[Paths, bool]:
        """What a binding may thaw: a flag is set, or a name means another module; whether it may be whichever."""
        found = NONE
        for node in walk(target):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                path = self.world.scopes.path(node)
                found |= frozenset(one for one in self.sites if path is None or one.variable == path)
            elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                found |= frozenset(one for one in self.sites if one.rest and one.rest[-1] == f".{node.attr}")
                if node.attr == "requires_grad":
                    toggle = self.writes.get(id(node))
                    thawed = None if toggle is None else self._thawed(toggle)
                    if thawed is None:
                        return self.sites, True
                    found |= thawed
        return found, False

    def _mine(self, call: ast.Call, target: Target) -> Path | None:
        """The variable ``self``, where a method calls another one on it."""
        func = call.func
        if not isinstance(func, ast.Attribute) or self.world.scope(target.node).method_of is None:
            return None
        path = self.world.scopes.path(func.value) if isinstance(func.value, ast.Name) else None
        return path if path is not None and path.scope.startswith("class ") else None


def _here(node: ast.AST, *, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """What is evaluated with an expression, and whether it is only later: not what stands in a function."""
    pending = [(node, lazy)]
    while pending:
        one, later = pending.pop()
        yield one, later
        if isinstance(one, FUNCTIONS):
            pending.append((one.args, later))
            continue
        later = later or isinstance(one, ast.GeneratorExp)
        pending.extend((child, later) for child in children(one))
