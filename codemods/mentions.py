"""What the text of a file says of its attributes: the cheapest question about one that was decoded."""

from __future__ import annotations

import unicodedata

WORDS = ("backward", "step")
"""What stands in the names of two attributes at least of a file with a training step."""


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
