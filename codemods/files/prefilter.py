"""The cheapest question about a file, asked of its bytes: is it worth reading as Python at all?"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from codemods.files.load import Unreadable, load
from codemods.settings import NO_IDIOMS

if TYPE_CHECKING:
    from codemods.settings import Idioms

NOTEBOOK = ".ipynb"


def worth_a_look(path: str, data: bytes, idioms: Idioms = NO_IDIOMS) -> bool:
    """Whether a file, by its name and its bytes, may hold a training step: never a no for one that does.

    A name of the user's own stands for the word that it means.
    """
    notebook = path[-len(NOTEBOOK) :].lower() == NOTEBOOK
    return (notebook_may_hold_training_step if notebook else may_hold_training_step)(data, idioms)


def _has_step(text: str, idioms: Idioms) -> bool:
    """Whether a text has a `backward` and a `step` in it, or names that mean them."""
    if "backward" in text and "step" in text:
        return True
    return idioms != NO_IDIOMS and all(
        word in text or any(name in text for name in idioms.words(word, "update"))
        for word in ("backward", "step")
    )


def _has_step_in(data: bytes, idioms: Idioms) -> bool:
    """The same of bytes: a no may be wrong where they are not ASCII."""
    if b"backward" in data and b"step" in data:
        return True
    return idioms != NO_IDIOMS and _has_step(data.decode("ascii", "replace"), idioms)


def may_hold_training_step(data: bytes, idioms: Idioms = NO_IDIOMS) -> bool:
    """False only if no training step that we see can be in a file with these bytes.

    A training step has a `backward` and a `step`, both as identifiers. `zero_grad` is not asked for: a step that
    never clears its gradients is a finding too. An identifier cannot be split by a line continuation nor spelled with
    escapes, so its letters stand in the file in one piece, with two exceptions:

    - Python normalises identifiers by NFKC, so full-width letters or a letter like U+00AA may spell them.
    - A coding line may declare an encoding in which ASCII bytes are not ASCII letters (UTF-7, say).

    Both are decided on the decoded text, and cost nothing for a plain ASCII file. A file that cannot be decoded, or
    that holds a NUL byte, gets a yes, so that whoever loads it next can name the reason.
    """
    if _has_step_in(data, idioms):
        return True
    if b"\0" in data:
        return True
    if data.isascii() and b"coding" not in _head(data):
        return False
    try:
        text = load("", data).text
    except Unreadable:
        return True
    # Normalising the whole text instead of each identifier loses none: the letters of these words compose only with
    # marks that follow them, and Python would count such a mark as part of the identifier.
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _has_step(normal, idioms)


def _head(data: bytes) -> bytes:
    """The first two lines, and more where lines end otherwise than by a newline."""
    end = data.find(b"\n", data.find(b"\n") + 1)
    return data if end < 0 else data[:end]


_SEAM = re.compile(rb'"\s*,\s*"')
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def notebook_may_hold_training_step(data: bytes, idioms: Idioms = NO_IDIOMS) -> bool:
    """The same question of a notebook's bytes.

    Its JSON may spell any letter by an escape, and may cut a line of a cell, a word even, into several strings.
    """
    if _has_step_in(data, idioms):
        return True
    joined = _SEAM.sub(b"", data)
    if _has_step_in(joined, idioms):
        return True
    if joined.isascii() and b"\\u" not in joined:
        return False
    text = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), joined.decode("utf-8", "replace"))
    # Two escapes together may spell one letter beyond U+FFFF.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    normal = unicodedata.normalize("NFKC", whole)
    return _has_step(normal, idioms)
