"""The concise report for people: one line a training step, the way to a difference below it, and a closing count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.findings import Finding, Fix, Stop, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.run import Summary


def render(findings: Iterable[Finding], *, fixed: bool, quiet: bool = False) -> str:
    """All findings and all steps that were left alone, with their reasons.

    ``fixed``: files were rewritten. ``quiet``: only what is or was to change.
    """
    return "".join(line + "\n" for one in shown(findings, quiet=quiet) for line in _rows(one, fixed=fixed))


def shown(findings: Iterable[Finding], *, quiet: bool) -> Iterator[Finding]:
    """What a person is to see: no canonical step; with ``quiet`` only what is or was to change."""
    return (
        one for one in findings if one.verdict is not Verdict.CANONICAL and (_to_change(one) or not quiet)
    )


def _to_change(one: Finding) -> bool:
    return one.code is not None or one.applied


def _rows(one: Finding, *, fixed: bool) -> Iterator[str]:
    yield f"{place(one)}: {headline(one, fixed=fixed)}"
    if one.assumes:
        yield f"    assumes {' and '.join(one.assumes)}"
    width = max((len(numbered(stop)) for stop in one.witness), default=0)
    for stop in one.witness:
        yield f"    {numbered(stop, width)}  {stop.text}"


def place(one: Finding) -> str:
    """Where a finding stands: file and line, in a notebook the cell as well."""
    return f"{one.path}:{one.line}" if one.cell is None else f"{one.path}:cell {one.cell}:{one.line}"


def numbered(one: Stop, width: int = 0) -> str:
    """The line of a stop in words, its number moved to the right to fill ``width``."""
    head = "line " if one.cell is None else f"cell {one.cell} line "
    return head + str(one.line).rjust(width - len(head))


def headline(one: Finding, *, fixed: bool) -> str:
    """What a finding is and why, in one line."""
    return f"{label_of(one, fixed=fixed)}: {one.reason}"


def label_of(one: Finding, *, fixed: bool) -> str:
    """Code and verdict of a finding, and whether it can be or was rewritten."""
    label = f"{one.code} {one.verdict.value}" if one.code else one.verdict.value
    return label + _mark(one, fixed=fixed)


def _mark(one: Finding, *, fixed: bool) -> str:
    if one.fix is None:
        return ""
    if one.applied and fixed:
        return " [fixed]"
    return " [*]" if one.fix is Fix.SAFE else " [unsafe fix]"


def closing(summary: Summary, *, fixed: bool, diff: bool) -> str:
    """The last lines: what was found, what was done about it, and what can be."""
    return "".join(line + "\n" for line in _closing(summary, fixed=fixed, diff=diff))


def _closing(summary: Summary, *, fixed: bool, diff: bool) -> Iterator[str]:
    yield f"Found {_found(summary, fixed=fixed, diff=diff)}."
    if summary.problems:
        yield f"Could not do {_number(len(summary.problems), 'path')}: see the errors above."
    open_fixes = [
        one.fix
        for one in summary.findings
        if one.fix and one.is_step and not (one.applied and (fixed or diff))
    ]
    safe, unsafe = open_fixes.count(Fix.SAFE), open_fixes.count(Fix.UNSAFE)
    if safe:
        yield f"[*] {safe} can be rewritten with a proof: gradorder fix"
    if any(not one.is_step and not one.applied for one in summary.findings):
        yield "gradorder fix --select GO900 removes unused suppressions"
    if unsafe:
        yield f"[unsafe fix] {unsafe} can be repaired, which changes the training: gradorder fix --unsafe-fixes"


def _found(summary: Summary, *, fixed: bool, diff: bool) -> str:
    """Training steps, and comments that suppress none, by what becomes of them."""
    steps = [one for one in summary.findings if one.is_step]
    found = _steps(summary, steps, fixed=fixed, diff=diff)
    unused = [one for one in summary.findings if not one.is_step]
    if not unused:
        return found
    return f"{found}; {_number(len(unused), 'unused suppression')}" + (
        f" {'' if fixed else 'to be '}removed" if unused[0].applied and (fixed or diff) else ""
    )


def _steps(summary: Summary, steps: Sequence[Finding], *, fixed: bool, diff: bool) -> str:
    files = _number(summary.scanned, "file")
    if not steps and not summary.suppressed:
        return f"no training step in {files}"
    done = sum(1 for one in steps if one.applied) if fixed or diff else 0
    to_change = sum(1 for one in steps if one.code and not (one.applied and (fixed or diff)))
    canonical = sum(1 for one in steps if one.verdict is Verdict.CANONICAL)
    counts = {
        "rewritten" if fixed else "would be rewritten": done,
        "to change": to_change,
        "left alone": len(steps) - done - to_change - canonical,
        "canonical": canonical,
        "suppressed": summary.suppressed,
    }
    parts = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{_number(len(steps) + summary.suppressed, 'training step')} in {files}: {parts}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
