"""Whether a file can hold a training step at all, by the names that it and the files it imports from mention.

It is asked before a file is lowered: the answer costs a walk over the tree, where lowering costs many.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from codemods.custom import current, is_marked
from codemods.files.load import Unreadable
from codemods.files.prefilter import worth_a_look
from codemods.idioms import steps
from codemods.lower.abroad import home_of
from codemods.lower.imports import imported_modules
from codemods.syntax import Unparsable
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.files.neighbours import Vantage


WORDS = ("backward", "step")
"""What stands in the names of two attributes at least of a file with a training step."""


def may_train(tree: ast.Module, text: str, vantage: Vantage | None = None) -> bool:
    """False only where :func:`codemods.judge.judge` finds no training step in the program of a file.

    A training step is a backward and a step that a function of the file runs, by calls of its own or of functions that
    it calls, in the file or in those that it imports from. ``text``: what was parsed.
    """
    if is_marked(tree):
        return True
    if not all(_may_look_up(text, part) for part in WORDS):
        return False
    attributes, others = _words(tree)
    if not all(any(part in word for word in attributes) for part in WORDS):
        return False
    stepping = any(map(steps().fullmatch, attributes | others))
    return stepping or (vantage is not None and _is_brought_a_step(tree, vantage))


def _may_look_up(text: str, part: str) -> bool:
    """Whether an attribute may have a name with these letters: they stand behind a dot, or first on a line.

    Between the dot and a name there is nothing but blanks, or a line ends. Letters that are not ASCII may be read as others.
    """
    return not text.isascii() or _looked_up(part).search(text) is not None


@cache
def _looked_up(part: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[.\r\n\f]|\A)[^\S\r\n]*\w*{part}")


def _words(tree: ast.Module) -> tuple[set[str], set[str]]:
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


def _is_brought_a_step(tree: ast.Module, vantage: Vantage) -> bool:
    """Whether a function that is imported from another file may step.

    Those of files that may hold a training step themselves do so out of sight: they are not followed.
    """
    for path in {vantage.locate(level, module) for level, module in imported_modules(tree)} - {None}:
        data = b"" if path is None else vantage.neighbours.data(path) or b""
        if path is None or worth_a_look(path, data, current()):
            continue
        if current().kinds or not data.isascii() or _mention().search(data):
            try:
                there = home_of(vantage, path).tree
            except (Unreadable, Unparsable, RecursionError):
                continue
            if is_marked(there) or any(map(steps().fullmatch, set().union(*_words(there)))):
                return True
    return False


@cache
def _mention() -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{steps().pattern})\b".encode())
