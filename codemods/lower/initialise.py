"""``model.apply(function)``, for a function of the file that does nothing but set parameters and buffers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World

IN_PLACE = frozenset(
    "add_ clamp_ constant_ copy_ div_ exponential_ eye_ fill_ mul_ normal_ ones_ sub_ uniform_ zero_".split()
)
"""Methods that set a tensor's values."""
QUERIES = frozenset("dim endswith find lower numel size startswith".split())


def initialises(world: World, call: ast.Call) -> bool:
    """Whether a call is ``.apply(function)`` and the function only initialises the one submodule that it is handed."""
    value = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "apply":
        return False
    found = world.definition(value.id, world.scopes.of_node[value]) if isinstance(value, ast.Name) else None
    if not isinstance(found, ast.FunctionDef) or found.decorator_list or world.touches(found):
        return False
    parameters = world.scope(found).parameters
    return len(parameters) == 1 and all(_is_plain(world, node, parameters[0]) for node in walk(found))


def _is_plain(world: World, node: ast.AST, own: str) -> bool:
    if isinstance(node, ast.Lambda | ast.Yield | ast.YieldFrom | ast.Await | ast.Global | ast.Nonlocal):
        return False
    if isinstance(node, ast.Name):
        return not isinstance(node.ctx, ast.Store) or node.id != own
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        # `m.weight.data = ...` gives a parameter other values; `m.weight = ...` another parameter.
        return isinstance(node, ast.Attribute) and node.attr == "data"
    if not isinstance(node, ast.Call):
        return True
    full = world.evidence.imported(node.func) or ""
    if full.startswith(("torch.nn.init.", "math.")) or full in (
        "builtins.isinstance", "builtins.type", "builtins.hasattr", "builtins.print", "builtins.len", "builtins.range",
    ):  # fmt: skip
        return True
    if full in ("torch.zeros", "torch.ones", "torch.randn", "torch.rand", "torch.no_grad", "torch.sqrt"):
        return True
    return isinstance(node.func, ast.Attribute) and not full and node.func.attr in IN_PLACE | QUERIES
