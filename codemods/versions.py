"""The versions of one file that come of sets of changes: each is parsed and lowered once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from codemods.lower import lower
from codemods.moves import Move, in_order
from codemods.plan import Layout
from codemods.syntax import Cuts, parse
from codemods.trees import forget, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.files.neighbours import Vantage
    from codemods.ir.nodes import Program
    from codemods.moves import Change


Key: TypeAlias = "tuple[tuple[Change, ...], bool]"
"""Changes in their order, and whether the cells of a notebook run from top to bottom."""


class Version(Struct, frozen=True, eq=False):
    """A file with changes carried out on its tree, and the program that it is then."""

    tree: ast.Module
    program: Program


KEPT = 4
"""So many versions are kept, those asked for last."""


class Versions(Struct, frozen=True, eq=False):
    """A file as it is, and what was made of it last."""

    text: str
    vantage: Vantage | None = None
    known: dict[Key, Version] = field(default_factory=dict)

    @classmethod
    def starting(cls, text: str, cuts: Cuts | None, now: Version) -> Versions:
        """A file as it is, parsed and lowered already."""
        return cls(text, now.program.vantage, {_key((), cuts): now})

    def of(self, changes: Iterable[Change], cuts: Cuts | None = None) -> Version:
        """The file with the changes. ``cuts``: it is a notebook's text, always the same but for the order of its cells.

        Raises what :func:`codemods.syntax.parse` and :func:`codemods.lower.lower` raise.
        """
        key = _key(changes, cuts)
        found = self.known.pop(key, None)
        if found is None:
            tree = moved(self.text, key[0], cuts)
            found = Version(tree, lower(tree, self.vantage))
        self.known[key] = found
        if len(self.known) > KEPT:
            del self.known[next(iter(self.known))]
        return found


def _key(changes: Iterable[Change], cuts: Cuts | None) -> Key:
    return tuple(in_order(changes)), cuts is not None and cuts.in_order


def moved(text: str, changes: Iterable[Change], cuts: Cuts | None = None) -> ast.Module:
    """The tree of ``text`` with the changes carried out on it. Raises what :func:`codemods.syntax.parse` raises."""
    tree = parse(text, cuts)
    layout = Layout(tree, text)
    gone: set[int] = set()
    arriving: dict[int, list[ast.stmt]] = {}
    touched: dict[int, list[ast.stmt]] = {}
    for change in in_order(changes):
        target = layout.at(change.before)
        touched[id(target.suite)] = target.suite
        forget(target.parent)
        if isinstance(change, Move):
            statement = layout.at(change.statement).statement
            gone.add(id(statement))
        else:
            statement = _placed(change.code, target.statement)
        arriving.setdefault(id(target.statement), []).append(statement)
    for suite in touched.values():
        suite[:] = [
            one
            for statement in suite
            for one in (*arriving.get(id(statement), ()), *(() if id(statement) in gone else (statement,)))
        ]
    return tree


def _placed(code: str, where: ast.stmt) -> ast.stmt:
    """A new statement, at the position of the one that it will stand before."""
    (statement,) = parse(code).body
    for node in walk(statement):
        if isinstance(node, ast.stmt | ast.expr):
            ast.copy_location(node, where)
    return statement
