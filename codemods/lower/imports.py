"""Calls of imported functions: which module, and which name in it, a call means by the file's own import statements."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.importing import bound_by
from codemods.lower import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path
    from codemods.importing import Bound
    from codemods.lower.world import World


class Imported(Struct, frozen=True):
    """A function by the words of an import: ``from <level dots><module> import <name>``.

    ``package``: ``module`` was itself imported as a name of this package, which may mean something else by it.
    """

    level: int
    module: str
    name: str
    package: tuple[int, str] | None = None


def brings_names(node: ast.stmt) -> bool:
    """Whether a statement may give any name of the module another value: ``from helpers import *``.

    Torch and the libraries that count as harmless have no models and optimizers to give.
    """
    if not isinstance(node, ast.ImportFrom) or all(one.name != "*" for one in node.names):
        return False
    return bool(node.level) or not f"{node.module}.".startswith(("torch.", *harmless.PREFIXES))


def imported_calls(world: World) -> Iterator[tuple[ast.Call, Imported]]:
    """Every call of the file whose callee is an imported name that nothing in the file gives another meaning."""
    bound: dict[tuple[str, str], list[Bound]] = defaultdict(list)
    statements: list[ast.stmt] = [*world.scopes.all(ast.Import), *world.scopes.all(ast.ImportFrom)]
    for statement in statements:
        for name, one in bound_by(statement):
            bound[(world.scopes.binding(name, world.scopes.of_node[statement]).name, name)].append(one)
    if not bound or any(name == "*" for _, name in bound):
        return
    handed = _handed_around(world)
    changed = {path.variable for path in world.evidence.bindings if path.rest}
    texts = (
        str(getattr(node, "value", "")) for node in world.scopes.all(ast.Constant) if _is_dotted_text(node)
    )
    patched = {text.rpartition(".")[2] for text in texts}
    for node in world.scopes.all(ast.Call):
        found = _meaning(world, node, bound, handed, changed)
        if found is not None and found.name not in patched:
            yield node, found


def _is_dotted_text(node: ast.AST) -> bool:
    """Whether a node is a string like ``"utils.evaluate"``, by which a function can be replaced."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value[1:100]


def _handed_around(world: World) -> set[tuple[str, str]]:
    """Imported names that are used as values: somebody may set their attributes."""
    scopes = world.scopes
    looked_into = {
        *(id(node.value) for node in scopes.all(ast.Attribute)),
        *(id(node.func) for node in scopes.all(ast.Call)),
    }
    return {
        (scopes.binding(node.id, scopes.of_node[node]).name, node.id)
        for node in scopes.all(ast.Name)
        if isinstance(node.ctx, ast.Load) and id(node) not in looked_into
    }


def _meaning(
    world: World,
    call: ast.Call,
    bound: dict[tuple[str, str], list[Bound]],
    handed: set[tuple[str, str]],
    changed: set[Path],
) -> Imported | None:
    words: list[str] = []
    root = call.func
    while isinstance(root, ast.Attribute):
        words.insert(0, root.attr)
        root = root.value
    if not isinstance(root, ast.Name):
        return None
    scopes, evidence = world.scopes, world.evidence
    owner = scopes.binding(root.id, scopes.of_node[root])
    key = (owner.name, root.id)
    found = bound.get(key, [])
    variable = scopes.variable(root.id, owner)
    if not found or world.definitions.get(key) or evidence.bindings.get(variable):
        return None
    if variable in changed:
        return None
    if words and key in handed:
        return None
    if all(one.whole for one in found):
        module = ".".join([root.id, *words[:-1]])
        fits = words and any(one.module == module for one in found)
        return Imported(0, module, words[-1]) if fits else None
    if len(found) != 1:
        return None
    one = found[0]
    if one.name is None:
        return Imported(0, one.module, words[0]) if len(words) == 1 else None
    if not words:
        return Imported(one.level, one.module, one.name)
    if len(words) == 1:
        inner = f"{one.module}.{one.name}" if one.module else one.name
        return Imported(one.level, inner, words[0], (one.level, one.module))
    return None
