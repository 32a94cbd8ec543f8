"""What a run was asked to do, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from codemods.findings import DEFAULT_CODES


class Placement(Enum):
    """Where a moved ``zero_grad`` goes: the top of the iteration, or directly before the backward."""

    TOP = "top"
    BEFORE_BACKWARD = "before-backward"


FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
"""How findings can be printed."""


class BadConfiguration(Exception):
    """A configuration file that cannot be read, or that says what makes no sense; a line for each thing wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Options that decide what happens to a file.

    ``codes``: the findings that are asked for. ``remove_unused``: comments that suppress nothing are removed. ``only``:
    the training steps that touch one of these stretches of lines, the others stay as they are; None for all.
    """

    unsafe_fixes: bool = False
    strict: bool = False
    placement: Placement = Placement.TOP
    black: bool = False
    codes: frozenset[str] = DEFAULT_CODES
    remove_unused: bool = False
    only: tuple[tuple[int, int], ...] | None = None
