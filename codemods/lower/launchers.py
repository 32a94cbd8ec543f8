"""Functions of Accelerate that run a function of the file: once in this process, or once in each of several new ones.

By their source (accelerate 1.15, ``launchers.py``) ``notebook_launcher(function, args)`` and ``debug_launcher(function,
args)`` call ``function(*args)`` and do nothing else with what they are handed. In processes of their own, forked here,
it starts with what this process has, and this process goes on as if it had not been called.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.resolve import Target, target_of
from codemods.syntax import unpacks

if TYPE_CHECKING:
    from codemods.lower.world import World

LAUNCHERS = frozenset(
    "accelerate.notebook_launcher accelerate.debug_launcher "
    "accelerate.launchers.notebook_launcher accelerate.launchers.debug_launcher".split()
)


def launched(world: World, call: ast.Call) -> Target | None:
    """The function that a launcher runs; what else it is handed holds no model."""
    evidence = world.evidence
    if evidence.imported(call.func) not in LAUNCHERS:
        return None
    if unpacks(call) or not call.args or not isinstance(call.args[0], ast.Name):
        return None
    function = world.definition(call.args[0].id, world.scopes.of_node[call])
    named = {one.arg: one.value for one in call.keywords}
    handed = call.args[1] if len(call.args) > 1 else named.pop("args", ast.Tuple([], ast.Load()))
    if not isinstance(function, ast.FunctionDef):
        return None
    if any(map(evidence.holds, [*call.args[2:], *named.values()])) or evidence.calls_back(handed):
        return None
    given: list[ast.expr]
    if isinstance(handed, ast.Tuple | ast.List):
        given = list(handed.elts)
    elif not evidence.holds(handed):
        given = [ast.Starred(handed, ast.Load())]
    else:
        return None
    ran = ast.copy_location(ast.Call(call.args[0], given, []), call)
    world.scopes.of_node[ran] = world.scopes.of_node[call]
    target = target_of(world, ran, function, None, instance=False)
    return target if isinstance(target, Target) else None
