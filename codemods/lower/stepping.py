"""Whether a file can hold a training step at all, by the names that it and the files it imports from mention.

It is asked before a file is lowered: the answer costs a walk over the tree, where lowering costs many.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.custom import is_marked
from codemods.idioms import steps
from codemods.mentions import WORDS, may_look_up
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.files.neighbours import Vantage


def may_train(tree: ast.Module, text: str, vantage: Vantage | None = None) -> bool:
    """False only where :func:`codemods.judge.judge` finds no training step in the program of a file.

    A training step is a backward and a step that a function of the file runs, by calls of its own or of functions that
    it calls, in the file or in those that it imports from. ``text``: what was parsed.
    """
    if is_marked(tree):
        return True
    if not may_look_up(text):
        return False
    attributes, others = words(tree)
    if not all(any(part in word for word in attributes) for part in WORDS):
        return False
    stepping = any(map(steps().fullmatch, attributes | others))
    if stepping or vantage is None:
        return stepping
    from codemods.lower.brought import is_brought_a_step  # noqa: PLC0415 - a file by itself has no others

    return is_brought_a_step(tree, vantage)


def words(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names of what is looked up, and those of what is called or imported."""
    attributes: set[str] = set()
    others: set[str] = set()
    for node in walk(tree):
        kind = type(node)
        if kind is ast.Attribute:
            attributes.add(node.attr)  # type: ignore[attr-defined]
        elif kind is ast.Call:
            if type(node.func) is ast.Name:  # type: ignore[attr-defined]
                others.add(node.func.id)  # type: ignore[attr-defined]
        elif kind is ast.alias:
            others.add(node.name.rpartition(".")[2])  # type: ignore[attr-defined]
    return attributes, others
