"""What the managers of ``with`` and the iterables of ``for`` may do besides what is written there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.evidence import mentions_accumulate
from codemods.lower.keepers import NOBODY
from codemods.lower.resolve import resolve
from codemods.syntax import arguments, callee_name, dotted
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World


def runs_code(world: World, value: ast.expr) -> bool:
    """Whether each turn of a loop over ``value`` may run unknown code that holds a model."""
    if iterates_keeper(world, value):
        return True
    for one in walk(value):
        if isinstance(one, ast.Name) and world.scopes.path(one) in world.evidence.callbacks:
            return True
        if isinstance(one, ast.Call) and not _listed(world, one):
            return True
    return False


def iterates_keeper(world: World, value: ast.expr) -> bool:
    """Whether iterating a value iterates an object of another library that keeps a model it was handed."""
    evidence = world.evidence
    if evidence.iterators is NOBODY:
        return False
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Attribute) and evidence.keeps(value.func.value):
            return True
        if callee_name(value) in harmless.SCALARS | {"range"}:
            return False
        return evidence.keeps(value, iterated=True) or any(
            iterates_keeper(world, one) for one in arguments(value)
        )
    return evidence.keeps(value, iterated=True)


def _listed(world: World, call: ast.Call) -> bool:
    evidence = world.evidence
    name = callee_name(call)
    full = evidence.imported(call.func) or ""
    if (
        full.startswith("builtins.")
        or full in harmless.FUNCTIONS
        or name in harmless.MODULE_METHODS - {"train"}
    ):
        return True
    if isinstance(call.func, ast.Name):
        found = world.definition(call.func.id, world.scopes.of_node[call.func])
        if found is not None:
            return not world.touches(found)
    return not any(evidence.holds(one) for one in arguments(call))


def opaque_context(world: World, manager: ast.expr) -> str | None:
    """Why entering and leaving a context may run code that touches gradients."""
    if not isinstance(manager, ast.Call):
        accumulates = mentions_accumulate(world.evidence, manager)
        if accumulates or not world.evidence.holds(manager):
            return None
        return f"the context {ast.unparse(manager)[:60]} runs code that cannot be followed"
    if _is_own(world, manager):
        return f"the context {ast.unparse(manager)[:60]} is defined in this file"
    if callee_name(manager) in harmless.CONTEXTS or mentions_accumulate(world.evidence, manager):
        return None
    if resolve(world, manager, None) is not None or world.evidence.holds(manager):
        return f"the context {ast.unparse(manager)[:60]} runs code that cannot be followed"
    return None


def lets_pass(world: World, manager: ast.expr) -> bool:
    """Whether a context manager is known never to swallow an exception."""
    full = world.evidence.imported(manager.func if isinstance(manager, ast.Call) else manager) or ""
    called = manager.func if isinstance(manager, ast.Call) else manager
    if isinstance(called, ast.Name) and _is_own(world, called):
        return False
    word = (dotted(called) or "").rpartition(".")[2]
    return (
        word in harmless.CONTEXTS or full.startswith("torch.") or mentions_accumulate(world.evidence, manager)
    )


def _is_own(world: World, node: ast.expr) -> bool:
    """Whether a context manager is a class or function of the file that may touch gradients."""
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Name):
        return False
    owner = world.scopes.binding(called.id, world.scopes.of_node[called])
    path = world.scopes.path(called)
    if owner is world.scopes.module and owner.bound & {called.id} and world.evidence.imported(called) is None:
        # A function may have declared it global, or the module bound it to whatever it likes.
        return bool(
            world.evidence.named(called.id) or (path is not None and world.evidence.bindings.get(path))
        )
    return bool(world.definitions.get((owner.name, called.id)))
