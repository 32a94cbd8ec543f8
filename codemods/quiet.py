"""Files with nothing to change, as most training code is: their findings need no plan, no trial and no proof."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.custom import IDIOMS
from codemods.findings import Finding, Fix, Stop, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.ir.nodes import Program
    from codemods.judge import Judged
    from codemods.settings import Settings

RESTLESS = frozenset({Verdict.ZERO_LAST, Verdict.STEP_WITHOUT_GRADIENT, Verdict.NEVER_CLEARED})
"""The verdicts whose findings say whether there is a rewrite, and which."""


def is_quiet(steps: Iterable[Judged], settings: Settings) -> bool:
    """Whether the verdicts alone are all that there is to say of the training steps of a file.

    GO102 is about canonical steps, and found by planning.
    """
    return "GO102" not in settings.codes and all(one.verdict not in RESTLESS for one in steps)


def of_verdict(path: str, judged: Judged) -> Finding:
    """The finding of a step that stays as it is for what it is."""
    return finding(path, judged, judged.names, judged.verdict, judged.reason)


def finding(
    path: str,
    judged: Judged,
    names: Sequence[str],
    verdict: Verdict,
    reason: str,
    *,
    fix: Fix | None = None,
    applied: bool = False,
    assumes: tuple[str, ...] = (),
    witness: tuple[Stop, ...] = (),
) -> Finding:
    """One row about a training step, or about some of its optimizers."""
    return Finding(
        path=path,
        line=judged.start.line,
        end_line=judged.end_line,
        function=judged.function.name,
        verdict=verdict,
        optimizers=tuple(names),
        reason=reason,
        fix=fix,
        applied=applied,
        assumes=assumes,
        witness=witness,
    )


def as_written(findings: Sequence[Finding], written: Mapping[str, str]) -> list[Finding]:
    """The findings with private names as they stand in the source: ``self.__opt``, not ``self._Trainer__opt``."""
    if not written:
        return list(findings)
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(written, key=len, reverse=True)))})\b")

    def text(one: str) -> str:
        return words.sub(lambda found: written[found[0]], one)

    return [
        replace(
            one,
            function=text(one.function),
            optimizers=tuple(map(text, one.optimizers)),
            reason=text(one.reason),
            witness=tuple(replace(stop, text=text(stop.text)) for stop in one.witness),
        )
        for one in findings
    ]


def resting(findings: Sequence[Finding], program: Program) -> list[Finding]:
    """The findings, those with a code under the assumption that names of the user's own do what they are said to do."""
    if not program.custom:
        return list(findings)
    return [
        replace(one, assumes=tuple(sorted({*one.assumes, IDIOMS}))) if one.code else one for one in findings
    ]
