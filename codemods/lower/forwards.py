"""Which calls run a forward pass: of a model, or of code that is handed one. For verdicts, not for proofs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.resolve import Target, resolve
from codemods.lower.world import world_of
from codemods.syntax import arguments
from codemods.trees import walk
from codemods.words import ASKED_FOR, GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.world import World


def forward_calls(tree: ast.Module) -> frozenset[tuple[int, int]]:
    """Line and column of each such call: what is taken for a model is asked for its parameters, built or called so."""
    world = world_of(tree)
    calls = world.scopes.all(ast.Call)
    found = {_place(one) for one in calls if _runs_model(world, one)}
    targets = [(one, resolve(world, one, None)) for one in calls]
    inner = {
        target.name: {_place(one) for one in walk(target.node) if isinstance(one, ast.Call)}
        for _, target in targets
        if isinstance(target, Target)
    }
    while True:
        more = {
            _place(one)
            for one, target in targets
            if isinstance(target, Target) and not found.isdisjoint(inner[target.name])
        }
        if more <= found:
            return frozenset(found)
        found |= more


def _place(call: ast.Call) -> tuple[int, int]:
    return call.lineno, call.col_offset


def _runs_model(world: World, call: ast.Call) -> bool:
    func = call.func
    if _is_model(world, world.scopes.path(func)):
        return True
    if isinstance(func, ast.Attribute) and func.attr not in harmless.MODULE_METHODS | GRADIENT_ATTRIBUTES:
        if _is_model(world, world.scopes.path(func.value)):
            return True
    return any(_is_model(world, world.scopes.path(one)) for one in arguments(call))


def _is_model(world: World, path: Path | None) -> bool:
    evidence = world.evidence
    if path is None or evidence.is_import(path) or evidence.is_optimizer(path) or evidence.is_scheduler(path):
        return False
    if evidence.methods.get(path, set()) & ASKED_FOR:
        return True
    if any(one is not None and world.builds_module(one) for one in evidence.bindings.get(path, ())):
        return path in evidence.called and not evidence.is_data(path)
    return harmless.CARRIER_WORD.search((path.rest or (path.root,))[-1].lstrip(".")) is not None
