"""Whether what a file imports from other files of the run may bring it a step."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from codemods.custom import current, is_marked
from codemods.files.load import Unreadable
from codemods.files.prefilter import worth_a_look
from codemods.idioms import steps
from codemods.importing import imported_modules
from codemods.lower.abroad import home_of
from codemods.lower.stepping import words
from codemods.syntax import Unparsable
from codemods.trees import walk

if TYPE_CHECKING:
    import ast

    from codemods.files.neighbours import Vantage


def is_brought_a_step(tree: ast.Module, vantage: Vantage) -> bool:
    """Whether a function that is imported from another file may step.

    Those of files that may hold a training step themselves do so out of sight: they are not followed.
    """
    for path in {vantage.locate(level, module) for level, module in imported_modules(walk(tree))} - {None}:
        data = b"" if path is None else vantage.neighbours.data(path) or b""
        if path is None or worth_a_look(path, data, current()):
            continue
        if current().kinds or not data.isascii() or _mention().search(data):
            try:
                there = home_of(vantage, path).tree
            except (Unreadable, Unparsable, RecursionError):
                continue
            if is_marked(there) or any(map(steps().fullmatch, set().union(*words(there)))):
                return True
    return False


@cache
def _mention() -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{steps().pattern})\b".encode())
