"""Where names and attributes of a file are used, and what stands around each use: an index, made once."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.trees import children

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.world import World


class Uses(Struct, frozen=True, eq=False):
    """Loads of every variable by its path, of every attribute by its name, and the parent of each node."""

    names: dict[Path, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
    attributes: dict[str, list[ast.Attribute]] = field(default_factory=lambda: defaultdict(list))
    parents: dict[int, ast.AST] = field(default_factory=dict)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one."""
        return self.parents.get(id(node))

    def of(self, path: Path) -> list[ast.Name] | list[ast.Attribute]:
        """The loads of a variable, or of an attribute of that name on whatever object."""
        return self.attributes[path.rest[-1][1:]] if path.rest else self.names[path]


def uses_of(world: World) -> Uses:
    """Index a file."""
    found = Uses()
    for node in world.scopes.of_node:
        for child in children(node):
            found.parents[id(child)] = node
    for name in world.scopes.all(ast.Name):
        if isinstance(name.ctx, ast.Load):
            found.names[world.scopes.variable(name.id, world.scopes.of_node[name])].append(name)
    for attribute in world.scopes.all(ast.Attribute):
        if isinstance(attribute.ctx, ast.Load):
            found.attributes[attribute.attr].append(attribute)
    return found
