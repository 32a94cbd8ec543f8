"""What import statements may mean: modules, and names of them, by their words alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IMPORTING = frozenset({ast.Import, ast.ImportFrom})


class Bound(Struct, frozen=True):
    """One name that one import statement binds; ``name`` is None where that is a module."""

    level: int
    module: str
    name: str | None
    whole: bool


def imported_modules(nodes: Iterable[ast.AST]) -> tuple[tuple[int, str], ...]:
    """All that the import statements among some nodes may mean by a module: how many dots, and the words behind them."""
    found: dict[tuple[int, str], None] = {}
    for node in nodes:
        if type(node) not in IMPORTING:
            continue
        for _, one in bound_by(node):
            found[one.level, one.module] = None
            if one.name is not None:
                found[one.level, f"{one.module}.{one.name}"] = None
    return tuple(found)


def bound_by(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    """The names that an import statement binds, each with what it stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, Bound(0, alias.name, None, whole=False)
            else:
                yield alias.name.partition(".")[0], Bound(0, alias.name, None, whole=True)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, Bound(node.level, node.module or "", alias.name, whole=False)
