"""Files whose training steps are in order at first sight: most training code is, and needs no lowering to say so.

What is found here is what :func:`codemods.judge.judge` finds in the program of the file, verdict by verdict, from the text and
the tree alone (tests/test_settled.py compares the two). Nothing is ever rewritten for it. Whatever is not plain is left to them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from codemods.findings import IN_ORDER, Finding, Verdict
from codemods.idioms import besides
from codemods.importing import imported_modules
from codemods.settings import NO_IDIOMS
from codemods.settled.apart import apart
from codemods.settled.names import told_apart
from codemods.settled.pieces import CLASS, DEFINITIONS, lines_of, named, pieces
from codemods.settled.sources import source_of
from codemods.settled.steps import NotPlain, steps_of
from codemods.syntax import suites
from codemods.timings import timed

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from codemods.files.neighbours import Vantage
    from codemods.settled.pieces import Chain
    from codemods.settled.steps import Plain

LONGEST = 200_000
"""Characters of a file that is looked at. In longer ones a function may be too large to be followed, which is to be said."""

WORDS = re.compile(r"backward|zero_grad|step\b|grad\b")
"""What training steps are made of, perhaps as a part of a longer word."""

BROUGHT = re.compile(r"backward|zero_grad|\b_?grad\b")
"""What functions of another file are made of that have to do with training steps, but for those that only step."""

STEPPING = re.compile(r"\.\s*step\b")
OPTIMIZING = re.compile(r"opt|\.\s*parameters\b|param_group|import\s*\*", re.IGNORECASE)
"""What is said of something that steps where it is taken for an optimizer (:meth:`codemods.lower.kinds.Kinds.is_optimizer`)."""

IN_PLACE = "zero_("
"""What is called where gradients are cleared without ``zero_grad``, unless they are assigned."""

IMPORT = re.compile(r"import\b")

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@timed("judge")
def settled(path: str, tree: ast.Module, text: str, vantage: Vantage | None = None) -> list[Finding] | None:
    """The findings of a file all of whose training steps are plainly in order; None where that cannot be told here.

    ``tree`` is what ``text`` is parsed to, of a file that is no notebook, read without names of the user's own.
    """
    if len(text) > LONGEST or _says_more(text) or not _is_as_written(text):
        return None
    try:
        steps = steps_of(tree, lines_of(text, WORDS, whole=False), reading=IN_PLACE not in text)
        if not steps.plain or (vantage is not None and _brings_words(tree, text, vantage)):
            return None
        source = source_of(tree, text)
        told_apart(steps, source)
        apart(steps, source)
        if not (_are_alone(steps.plain) and _are_unique(tree, steps.plain)):
            return None
    except NotPlain:
        return None
    return _findings(path, steps.plain)


def _says_more(text: str) -> bool:
    small = text.lower()
    words = [one for one in besides() if one in small]
    return any(re.search(rf"\b{one}\b", small) for one in words)


def _is_as_written(text: str) -> bool:
    """Whether the words of a text are the names in it, and its lines those of its tree."""
    if text.count("\r") != text.count("\r\n") or "\f" in text:
        return False
    if text.isascii():
        return True
    normal = unicodedata.normalize("NFKC", text)
    return normal == text or _IDENTIFIER.findall(normal) == _IDENTIFIER.findall(text)


def _brings_words(tree: ast.Module, text: str, vantage: Vantage) -> bool:
    """Whether a file that this one imports from has some of the words: calls of its functions are followed."""
    if len(vantage.neighbours.paths) < 2:
        return False
    if any(one != NO_IDIOMS for one in vantage.neighbours.idioms):
        return True
    imports = (one.owner for one in pieces(tree.body, lines_of(text, IMPORT)))
    for module in imported_modules(imports):
        path = vantage.locate(*module)
        if path is not None:
            there = (vantage.neighbours.data(path) or b"").decode("utf-8", "replace")
            if BROUGHT.search(there) or _says_more(there) or not there.isascii():
                return True
            if STEPPING.search(there) and OPTIMIZING.search(there):
                return True
    return False


def _are_unique(tree: ast.Module, steps: list[Plain]) -> bool:
    """Whether the functions of all steps have the names that stand there: of two with the same name, one is numbered.

    Left out are private names, which Python changes, and special methods, which it calls by itself.
    """
    chains = {one.place.chain for one in steps}
    words = {word for one in steps for word in one.receiver.split(".")}.union(*chains)
    return not any(word.startswith("__") for word in words) and all(_is_unique(tree, one) for one in chains)


def _is_unique(tree: ast.Module, chain: Chain) -> bool:
    around: ast.AST = tree
    for word in chain:
        found = [one for one in _defined_in(around) if one.name == word.removeprefix(CLASS)]
        if len(found) != 1 or named(found[0]) != word:
            return False
        around = found[0]
    return True


def _are_alone(steps: list[Plain]) -> bool:
    """Whether no optimizer that shares a backward with others steps in the same function once more."""
    sharing = Counter((one.place.chain, one.backwards) for one in steps)
    stepping = Counter((one.place.chain, one.receiver) for one in steps)
    return all(
        sharing[one.place.chain, one.backwards] == 1 or stepping[one.place.chain, one.receiver] == 1
        for one in steps
    )


def _defined_in(around: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for suite in suites(around):
        for one in suite:
            if isinstance(one, DEFINITIONS):
                yield one
            else:
                yield from _defined_in(one)


def _findings(path: str, steps: list[Plain]) -> list[Finding]:
    """One finding for each step, in the order of the source.

    Of one optimizer, the steps of a loop are one, or of a function where there is no loop; of one backward, those of several optimizers.
    """
    scenes: dict[tuple[str, str, tuple[int, ...]], list[Plain]] = defaultdict(list)
    for one in steps:
        scenes[_function(one), one.receiver, one.place.loops].append(one)
    starts: dict[tuple[tuple[int, int], str], list[tuple[str, int]]] = defaultdict(list)
    for (function, receiver, loops), own in scenes.items():
        # What clears in a loop inside this one clears here.
        zeros = [
            one.zero
            for one in steps
            if (_function(one), one.receiver) == (function, receiver)
            and one.place.loops[: len(loops)] == loops
        ]
        backwards = [backward for one in own for backward in one.backwards]
        ends = [*zeros, *backwards, *(one.step for one in own)]
        start = min((one.lineno, one.col_offset) for one in backwards)
        starts[start, function].append((receiver, max(one.end_lineno or one.lineno for one in ends)))
    return [
        Finding(
            path=path,
            line=start[0],
            end_line=max(end for _, end in found),
            function=function,
            verdict=Verdict.CANONICAL,
            optimizers=tuple(receiver for receiver, _ in found),
            reason=IN_ORDER,
        )
        for (start, function), found in sorted(starts.items())
    ]


def _function(step: Plain) -> str:
    return ".".join(one.removeprefix(CLASS) for one in step.place.chain) or "<module>"
