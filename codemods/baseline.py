"""Suppression comments for what is left: a start from which only new findings are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.files.load import load
from codemods.findings import Outcome, Problem, Verdict
from codemods.syntax import Unparsable, parse
from codemods.trees import alike
from codemods.work import examined

if TYPE_CHECKING:
    from codemods.findings import Finding
    from codemods.settings import Settings

NOT_HERE = "no comment could be put here: suppress it by hand"


class Ignored(Struct, frozen=True):
    """An outcome whose file now says what is to be ignored, and how many comments were put in."""

    outcome: Outcome
    count: int


def with_ignores(outcome: Outcome, settings: Settings) -> Ignored:
    """Put a comment above each training step that has a code and is not rewritten, with the reason.

    The program stays the same, which is checked, and each comment must silence its step, or it is not put in. Notebooks
    are left alone.
    """
    data = outcome.before if outcome.after is None else outcome.after
    left = [one for one in outcome.findings if one.code and not one.applied]
    if outcome.problem is not None or not left or any(one.cell is not None for one in left):
        return Ignored(outcome, 0)
    count = 0
    for _ in left:
        found = examined(outcome.path, data, settings)
        one = next((each for each in _open(found) if _commented(data, each, settings)), None)
        if one is None:
            break
        data = _commented(data, one, settings) or data
        count += 1
    rest = _open(examined(outcome.path, data, settings))
    problem = Problem(outcome.path, rest[0].line, NOT_HERE) if rest else None
    kept = tuple(one for one in outcome.findings if one.applied or not one.code)
    silenced = outcome.suppressed + count
    return Ignored(replace(outcome, after=data, findings=kept, suppressed=silenced, problem=problem), count)


def _open(outcome: Outcome) -> list[Finding]:
    return [one for one in outcome.findings if one.code and one.verdict is not Verdict.UNUSED_SUPPRESSION]


def _commented(data: bytes, one: Finding, settings: Settings) -> bytes | None:
    """The file with a comment for one finding, None where that would not silence it or would change the program."""
    source = load(one.path, data)
    lines = source.text.splitlines(keepends=True)
    if len(lines) < one.line:
        return None
    line = lines[one.line - 1]
    indent = line[: len(line) - len(line.lstrip())]
    end = line[len(line.rstrip("\r\n")) :] or "\n"
    reason = one.reason.encode(source.encoding, "replace").decode(source.encoding)
    comment = f"{indent}# gradorder: ignore[{one.code}]  # {reason}{end}"
    text = "".join([*lines[: one.line - 1], comment, *lines[one.line - 1 :]])
    try:
        if not alike(parse(text), parse(source.text)):
            return None
    except Unparsable:
        return None
    after = source.encode(text)
    before = len(_open(examined(one.path, data, settings)))
    return after if len(_open(examined(one.path, after, settings))) < before else None
