"""Functions with training steps in them: where they are only called, no step can be reached by another name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.settled.pieces import CLASS, lines_of, pieces
from codemods.settled.sources import words_of
from codemods.settled.steps import STEP, NotPlain
from codemods.syntax import arguments, callee_name
from codemods.trees import walk

if TYPE_CHECKING:

    from codemods.settled.pieces import Chain, Piece
    from codemods.settled.sources import Source
    from codemods.settled.steps import Steps


class Touching(Struct, eq=False):
    """Names of functions with the words in them, or with calls of such functions, and of classes with such methods."""

    functions: set[str] = set()
    methods: set[str] = set()
    classes: set[str] = set()

    def add(self, chain: Chain) -> None:
        """All that is around a place."""
        for around, one in zip(("", *chain), chain, strict=False):
            if one.startswith(CLASS):
                self.classes.add(one.removeprefix(CLASS))
            else:
                (self.methods if around.startswith(CLASS) else self.functions).add(one)

    def names(self) -> set[str]:
        """All of them."""
        return self.functions | self.methods | self.classes


def apart(steps: Steps, source: Source) -> None:
    """Raise :class:`NotPlain` unless functions with the words, and those that call them, are only ever called.

    Where one with a plain step calls another, it may hand None for what steps there, and be left with the backward alone:
    unless nothing steps that is handed to a function, that is for others to follow.
    """
    touching = Touching()
    for chain in steps.touching:
        touching.add(chain)
    stepping: set[Chain] = set()
    if any(
        any(given.value is None for given in source.given(root))
        for one in steps.plain
        if (root := one.receiver.partition(".")[0]) != "self"
    ):
        stepping = {one.place.chain for one in steps.plain}
    seen: set[str] = set()
    while new := touching.names() - seen:
        seen |= new
        for piece in pieces(source.tree.body, lines_of(source.text, words_of(new))):
            called = _called(piece, new, source)
            if called:
                touching.add(piece.chain)
            inside = any(piece.chain[: len(one)] == one for one in stepping)
            if inside and any(_may_run(one, touching) for one in called):
                raise NotPlain


def _may_run(node: ast.expr, touching: Touching) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in touching.methods
    return isinstance(node, ast.Name) and node.id in touching.functions | touching.classes


def _called(piece: Piece, names: set[str], source: Source) -> list[ast.expr]:
    """The mentions of some names in a statement.

    Raises :class:`NotPlain` for a function that is neither called there nor handed to a call outside of the file whose value nobody keeps.
    """
    found: list[ast.expr] = []
    taken = _handed_on(piece.owner, source)
    for node in (one for part in piece.parts for one in walk(part)):
        if isinstance(node, ast.Call):
            taken.add(id(node.func))
        elif isinstance(node, ast.Lambda) and any(_name(one) in names for one in walk(node)):
            raise NotPlain
        word = _name(node)
        if word in names and isinstance(node, ast.Name | ast.Attribute):
            is_class = isinstance(node, ast.Name) and word not in source.functions
            if id(node) not in taken and not is_class:
                raise NotPlain
            found.append(node)
    return found


def _handed_on(owner: ast.AST, source: Source) -> set[int]:
    call = owner.value if isinstance(owner, ast.Expr) else None
    if not isinstance(call, ast.Call) or callee_name(call) in {STEP, *source.defined}:
        return set()
    return set(map(id, arguments(call)))


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
