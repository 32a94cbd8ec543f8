"""Which modules a backward cannot reach: an analysis of what the values of a file were computed from.

Modules that share no parameter (:mod:`codemods.lower.apart`) are followed through calls, containers, attributes and
functions of the file. A value leads to a module where that module, or something it was computed from, may have recorded
a graph; ``detach()`` and ``torch.no_grad()`` cut it. What cannot be followed leads everywhere.

Code outside the file is handed none of these modules. What it returns, or hands in, is taken to lead to nothing but what
it was handed before.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.events import ANYTHING, Backward, Path
from codemods.ir.nodes import Block
from codemods.lower.configured import configured
from codemods.lower.reach.computed import computes
from codemods.lower.reach.expressions import Evaluator
from codemods.lower.reach.facts import built_of, can_be_followed, silent_nodes
from codemods.lower.reach.flow import Flow, routine
from codemods.lower.reach.frozen import frozen_at
from codemods.lower.reach.knowledge import Knowledge, own
from codemods.lower.reach.values import FOREIGN, LENT, NONE, OUTSIDE, UNKNOWN, Value
from codemods.lower.resolve import Target, resolve
from codemods.syntax import FUNCTIONS

if TYPE_CHECKING:
    from codemods.events import Event
    from codemods.ir.nodes import Function
    from codemods.lower.reach.flow import Environment, Routine
    from codemods.lower.world import World

ROUNDS = 40
"""Rounds over a file after which the analysis gives up: far beyond any real file."""

Position = tuple[int, int]


def with_reach(world: World, functions: dict[str, Function], sites: frozenset[Path]) -> dict[str, Function]:
    """The functions of a file, each backward with the modules that it may reach as far as that can be told."""
    if not sites or not can_be_followed(world):
        return functions
    frozen = frozen_at(world, functions, sites)
    if len(sites) < 2 and not frozen:
        return functions
    found, kept = reached(world, functions, sites)
    frozen = {place: modules & kept for place, modules in frozen.items()}
    return {
        name: (
            one
            if one.file
            else replace(one, blocks=tuple(_marked(block, found, frozen) for block in one.blocks))
        )
        for name, one in functions.items()
    }


def _marked(
    block: Block, found: dict[Position, frozenset[Path]], frozen: dict[Position, frozenset[Path]]
) -> Block:
    events: list[Event] = []
    for one in block.events:
        if isinstance(one, Backward):
            place = (one.span.line, one.span.column)
            events.append(replace(one, reaches=found.get(place), frozen=frozen.get(place, NONE)))
        else:
            events.append(one)
    return Block(tuple(events), block.successors, block.on_raise, block.line)


def reached(
    world: World, functions: dict[str, Function], sites: frozenset[Path]
) -> tuple[dict[Position, frozenset[Path]], frozenset[Path]]:
    """The modules that each backward may reach, by the line and column where its statement or call begins.

    And those modules whose parameters no code outside the file gets hold of.
    """
    know = _beginning(world, functions, sites)
    captured = _captured(world, know)
    routines = [routine(world, one) for one in (world.tree, *world.functions.values())]
    silent = silent_nodes(world)
    computing = frozenset(one for one in sites if _is_computing(world, one))
    losses: dict[int, frozenset[Path]] = {}
    for _ in range(ROUNDS):
        know.changed = know.heap.changed = False
        for one in routines:
            _run(world, know, one, captured, silent, computing, losses)
        if not know.changed and not know.heap.changed:
            outside = know.heap.hanging_on(OUTSIDE)
            # Whoever has an instance gets at its modules; a Trainer is known to leave those of a LightningModule alone.
            trusted = configured(world).values()
            held = {one for one in sites if one.scope.startswith("class ") and one not in trusted}
            lost = {one for one in held if own(one.scope.removeprefix("class ")) in outside}
            return _placed(world, losses), sites - lost - outside
    return {}, NONE


def _beginning(world: World, functions: dict[str, Function], sites: frozenset[Path]) -> Knowledge:
    called = {
        target.name
        for node in world.scopes.of_node
        if isinstance(node, ast.Call)
        for target in [resolve(world, node, None)]
        if isinstance(target, Target)
    }
    owners: dict[str, frozenset[Path]] = {}
    for site in sites:
        families = built_of(world, site)
        for family in set(world.scopes.families.values()) if families is None else families:
            owners[family] = owners.get(family, NONE) | {site}
    names: dict[Path, str] = {}
    for name, node in world.functions.items():
        for path in _parameters(world, node):
            names[path] = name
    wild = {name for name, one in functions.items() if one.stray}
    offered = frozenset(name for name in world.functions if name not in called)
    foreign = frozenset(one for one in sites if built_of(world, one) is None)
    return Knowledge(sites, owners, names, wild, offered, foreign)


def _parameters(world: World, node: ast.AST) -> list[Path]:
    scope = world.scope(node)
    paths = [world.scopes.variable(one, scope) for one in scope.parameters]
    return [one for one in paths if not one.scope.startswith("class ")]


def _is_computing(world: World, site: Path) -> bool:
    families = built_of(world, site)
    return families is not None and computes(world, families)


def _captured(world: World, know: Knowledge) -> frozenset[Path]:
    """Variables that more than one function binds, or that are bound in ways that are not followed."""
    found: set[Path] = set()
    for node, scope in world.scopes.of_node.items():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            owner = world.scopes.binding(node.id, scope)
            around = scope
            while not isinstance(around.node, (*FUNCTIONS, ast.Module)):
                assert around.parent is not None
                around = around.parent
            if owner is not around:
                found.add(world.scopes.variable(node.id, scope))
        elif isinstance(node, ast.ExceptHandler) and node.name is not None:
            path = world.scopes.variable(node.name, scope)
            found.add(path)
            know.merge(know.variables, path, FOREIGN)  # type: ignore[arg-type]
    return frozenset(found)


def _run(
    world: World,
    know: Knowledge,
    one: Routine,
    captured: frozenset[Path],
    silent: frozenset[int],
    computing: frozenset[Path],
    losses: dict[int, frozenset[Path]],
) -> None:
    parameters = [] if isinstance(one.node, ast.Module) else _parameters(world, one.node)
    start: Environment = {}
    if not isinstance(one.node, ast.Module):
        know.open(one.name, one.node, parameters)
        unseen = one.name in know.wild or one.name in know.offered
        for path in parameters:
            handed = know.parameters.get(path)
            known = not unseen and (handed is None or handed.known)
            start[path] = Value(frozenset({path}), frozenset({path}), known)
    evaluator = Evaluator(world, know, one, captured, silent, computing, frozenset(parameters), losses)
    made = _class_made(world, one.node)
    if made is not None:
        start[parameters[0]] = UNKNOWN
        evaluator.calls.class_as_value(made)
    Flow().run(one, start, evaluator.targets.carry_out)


def _class_made(world: World, node: ast.AST) -> ast.ClassDef | None:
    """The class of which a class method may make instances."""
    scope = world.scope(node)
    decorators = {getattr(one, "id", "") for one in getattr(node, "decorator_list", ())}
    owner = None if scope.parent is None else scope.parent.node
    return (
        owner
        if "classmethod" in decorators and isinstance(owner, ast.ClassDef) and scope.parameters
        else None
    )


def _placed(world: World, losses: dict[int, frozenset[Path]]) -> dict[Position, frozenset[Path]]:
    """The answers by position; a backward that may reach anything has none."""
    found: dict[Position, frozenset[Path]] = {}
    for node in world.scopes.of_node:
        calls = [node]
        if isinstance(node, ast.Expr):
            calls = [node.value, getattr(node.value, "value", node.value)]
        for one in calls:
            if id(one) in losses and isinstance(node, ast.expr | ast.stmt):
                place = (node.lineno, node.col_offset)
                found[place] = found.get(place, NONE) | losses[id(one)]
    return {place: sources - {LENT} for place, sources in found.items() if ANYTHING not in sources}
