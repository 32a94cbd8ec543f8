"""What the names of a file are bound to, found without knowing which variable of that name is meant: all count."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.settled.pieces import lines_of, pieces
from codemods.settled.steps import NotPlain
from codemods.syntax import BINDERS, FUNCTIONS, alternatives, bound_names, bound_targets, parameters
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STARRED = re.compile(r"import\s*\*")
_FUNCTION, _CLASS = re.compile(r"def\s+(\w+)"), re.compile(r"class\s+(\w+)")


BINDING = frozenset({*BINDERS, *FUNCTIONS, ast.Global, ast.Nonlocal})
"""The nodes that bind names, or say where they are bound."""


class Given(Struct, frozen=True, eq=False):
    """One thing that a name is bound to. ``value`` is None for a parameter, and for ``None``.

    ``through``: the name is bound to what comes out of the value: by a loop, a ``with`` or together with others.
    """

    value: ast.expr | None
    through: bool = False


class Source(Struct, frozen=True, eq=False):
    """A file, and what was found of its names. ``functions`` and ``classes``: those that it defines."""

    tree: ast.Module
    text: str
    functions: frozenset[str]
    classes: frozenset[str]
    bound: dict[str, list[Given]] = field(default_factory=dict)

    @property
    def defined(self) -> frozenset[str]:
        """The names of functions and classes."""
        return self.functions | self.classes

    @property
    def starred(self) -> bool:
        """Whether some names may come from an ``import *``."""
        return _STARRED.search(self.text) is not None

    def given(self, name: str) -> list[Given]:
        """All that a name, or an attribute as it is written, is bound to.

        Raises :class:`NotPlain` where a binding is none of those that :class:`Given` names.
        """
        if name not in self.bound:
            self.bound[name] = list(self._given(name))
        return self.bound[name]

    def _given(self, name: str) -> Iterator[Given]:
        for piece in pieces(self.tree.body, lines_of(self.text, words_of([name.rpartition(".")[2]]))):
            if type(piece.owner) in BINDING:
                yield from _given_by(piece.owner, name)
            for part in piece.parts:
                for node in walk(part):
                    if type(node) in BINDING and node is not piece.owner:
                        yield from _given_by(node, name)

    def looks_up(self, name: str, further: str) -> bool:
        """Whether behind a name, as it is written, there is some pattern anywhere."""
        written = re.escape(name).replace(r"\.", r"\s*\.\s*")
        return bool(lines_of(self.text, re.compile(rf"{written}\s*(?:{further})")).numbers)


def source_of(tree: ast.Module, text: str) -> Source:
    """A file of which nothing has been asked yet."""
    return Source(tree, text, frozenset(_FUNCTION.findall(text)), frozenset(_CLASS.findall(text)))


def words_of(names: Iterable[str]) -> re.Pattern[str]:
    """What finds some names in a text."""
    words = sorted(map(re.escape, names))
    return re.compile(rf"{words[0]}\b" if len(words) == 1 else rf"(?:{'|'.join(words)})\b")


def _given_by(node: ast.AST, name: str) -> Iterator[Given]:
    if isinstance(node, FUNCTIONS) and name in parameters(node):
        yield Given(None)
    if any(_means(one, name) for one in bound_targets(node)):
        yield from _assigned(node, name)
    elif name in bound_names(node) or (isinstance(node, ast.Global | ast.Nonlocal) and name in node.names):
        raise NotPlain


def _assigned(node: ast.AST, name: str) -> Iterator[Given]:
    if isinstance(node, ast.For | ast.comprehension):
        yield Given(node.iter, through=True)
    elif isinstance(node, ast.withitem):
        yield Given(node.context_expr, through=True)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        whole = any(_means(one, name) for one in targets)
        if not whole and not isinstance(node.value, ast.Call):
            raise NotPlain
        for one in alternatives(node.value):
            nothing = isinstance(one, ast.Constant) and one.value is None
            yield Given(None if nothing else one, through=not whole)
    else:
        raise NotPlain


def _means(target: ast.expr, name: str) -> bool:
    """Whether a target may be what a name stands for: of attributes, the last word counts, whatever they are looked up on."""
    if isinstance(target, ast.Attribute):
        return "." in name and target.attr == name.rpartition(".")[2]
    return isinstance(target, ast.Name) and target.id == name
