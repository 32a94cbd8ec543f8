"""Whether a file can hold a training step at all, by the names that it and the files it imports from mention.

It is asked before a file is lowered: the answer costs a walk over the tree, where lowering costs many.
"""

from __future__ import annotations

import ast
import unicodedata
from typing import TYPE_CHECKING

from codemods.custom import is_marked
from codemods.idioms import steps
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


def may_look_up(text: str) -> bool:
    """False only where no attribute has ``backward`` in its name or none has ``step``, whatever the text is parsed to.

    Between the dot and a name there is nothing but blanks, comments and ends of lines. Python reads letters that are not ASCII
    as others (language reference, 2.3): normalising all of the text loses no name, as in
    :func:`codemods.files.prefilter.may_hold_training_step`.
    """
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return all(_is_looked_up_anywhere(normal, part) for part in WORDS)


def _is_looked_up_anywhere(text: str, part: str) -> bool:
    at = text.find(part)
    while at >= 0:
        if _is_looked_up(text, at):
            return True
        at = text.find(part, at + 1)
    return False


def _is_looked_up(text: str, start: int) -> bool:
    """Whether the name with the letter at ``start`` may stand behind a dot, or behind a comment in front of which there is one."""
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while start and text[start - 1] in " \t\f\\\r\n":
        start -= 1
        if text[start] in "\r\n" and "#" in _line_up_to(text, start):
            return True
    return start > 0 and text[start - 1] == "."


def _line_up_to(text: str, end: int) -> str:
    return text[max(text.rfind("\n", 0, end), text.rfind("\r", 0, end)) + 1 : end]


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
