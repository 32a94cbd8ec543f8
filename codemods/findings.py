"""What the tool has to say of a file: verdicts, findings and outcomes, as frozen values."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Verdict(Enum):
    """What a training step is. The README's table says what each means and what is done about it."""

    CANONICAL = "canonical"
    ZERO_LAST = "zero-last"
    ZERO_AFTER_FORWARD = "zero-after-forward"
    ACCUMULATION = "accumulation"
    HAZARD = "hazard"
    STEP_WITHOUT_GRADIENT = "step-without-gradient"
    NEVER_CLEARED = "never-cleared"
    UNSUPPORTED = "unsupported"
    UNUSED_SUPPRESSION = "unused-suppression"


IN_ORDER = "zero_grad, backward, step"
"""The reason of a canonical step."""

CODES = {
    Verdict.ZERO_LAST: "GO101",
    Verdict.ZERO_AFTER_FORWARD: "GO102",
    Verdict.STEP_WITHOUT_GRADIENT: "GO201",
    Verdict.NEVER_CLEARED: "GO202",
    Verdict.UNUSED_SUPPRESSION: "GO900",
}
"""The verdicts that are findings: something should change."""

MARK = "gradorder:"
"""What every comment that suppresses a finding has in it, in capitals or not."""

DEFAULT_CODES = frozenset(CODES.values()) - {"GO102"}
"""The codes that nobody needs to select."""


class Fix(Enum):
    """Whether a rewrite is at hand, and whether it keeps what the training computes."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Stop(Struct, frozen=True):
    """One line on the way to a difference: where, and what happens there. ``cell``: of a notebook, counted from 0."""

    line: int
    text: str
    cell: int | None = None

    def beyond(self, code: str) -> str:
        """What it says beyond its line, for a reader who has the line before him."""
        return "" if self.text == code.strip() else self.text.removeprefix(f"{code.strip()}  <- ")


class Finding(Struct, frozen=True):
    """One training step and its verdict, or a comment that suppresses none.

    Lines are 1-based, of the file before; in a notebook of its ``cell``.
    """

    path: str
    line: int
    end_line: int
    function: str
    verdict: Verdict
    optimizers: tuple[str, ...]
    reason: str
    fix: Fix | None = None
    applied: bool = False
    assumes: tuple[str, ...] = ()
    witness: tuple[Stop, ...] = ()
    cell: int | None = None

    @property
    def code(self) -> str | None:
        """GO101 and its kin, None for a step that is left alone."""
        return CODES.get(self.verdict)

    @property
    def is_step(self) -> bool:
        """Whether it is about a training step."""
        return self.verdict is not Verdict.UNUSED_SUPPRESSION


class Problem(Struct, frozen=True):
    """Why a file could not be done. ``line`` counts within ``cell`` where there is one."""

    path: str
    line: int | None
    message: str
    cell: int | None = None

    @property
    def place(self) -> str:
        """Where it stands, as far as that is known."""
        parts = (self.path, None if self.cell is None else f"cell {self.cell}", self.line)
        return ":".join(str(one) for one in parts if one is not None)


class Outcome(Struct, frozen=True):
    """Everything about one file. ``after`` is None unless it differs from ``before``; ``problem`` excludes findings.

    ``suppressed`` counts the training steps that a comment takes out of the findings; ``warnings`` are about such comments.
    """

    path: str
    before: bytes
    after: bytes | None = None
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    parsed: bool = False
    suppressed: int = 0
    warnings: tuple[Problem, ...] = ()


class CannotRewrite(Exception):
    """The rewriting library cannot parse the file, or black cannot format it: it is left alone."""


class TooLarge(Exception):
    """A function has more basic blocks than the analysis follows."""


class BrokenPromise(Exception):
    """The bytes about to be written are not what the plan proved: a bug of this tool, never of the file."""
