"""Private names (``self.__opt``) as Python spells them out: ``self._Trainer__opt`` (language reference, 6.2.1).

Two classes of one family can each have an ``__opt`` of its own, and code outside a class can reach one by its full name.
"""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from codemods.trees import children

if TYPE_CHECKING:
    from codemods.lower.scopes import Scopes

FULL = re.compile(r"_\w+?__\w")
IDENTIFIERS = ("id", "attr", "name", "arg", "asname", "rest")
"""Fields of ``ast`` nodes that hold one identifier. What ``import`` imports is one only where it is bound."""


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def has_private_names(scopes: Scopes) -> bool:
    """Whether the file binds a private name, or one that may be another's full name."""
    found = set(scopes.stored).union(*(one.bound for one in scopes.inner.values()))
    return any(_is_private(one) or FULL.match(one) for one in found)


def spelled_out(tree: ast.Module) -> tuple[ast.Module, dict[str, str]]:
    """A copy of the tree with private names in full, and what stood there for each of them; of a copy, the same copy."""
    known: dict[str, str] | None = tree.__dict__.get("_written")
    if known is not None:
        return tree, known
    tree = copy.deepcopy(tree)
    written: dict[str, str] = {}
    tree.__dict__["_written"] = written
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, owner = stack.pop()
        inner = node.name.lstrip("_") if isinstance(node, ast.ClassDef) else owner
        if owner:
            _spell(node, owner, written)
        outside = (
            {id(one) for one in (*node.bases, *node.keywords, *node.decorator_list)}
            if isinstance(node, ast.ClassDef)
            else set()
        )
        stack.extend((one, owner if id(one) in outside else inner) for one in children(node))
    return tree, written


def _spell(node: ast.AST, owner: str, written: dict[str, str]) -> None:
    def full(name: str) -> str:
        if not _is_private(name):
            return name
        written[f"_{owner}{name}"] = name
        return f"_{owner}{name}"

    if isinstance(node, ast.keyword):
        return
    if isinstance(node, ast.alias):
        if node.asname is None and "." not in node.name and _is_private(node.name):
            node.asname = full(node.name)
        elif node.asname is not None:
            node.asname = full(node.asname)
        return
    if isinstance(node, ast.Global | ast.Nonlocal):
        node.names = [full(one) for one in node.names]
        return
    for field in IDENTIFIERS:
        name = getattr(node, field, None)
        if isinstance(name, str):
            setattr(node, field, full(name))
