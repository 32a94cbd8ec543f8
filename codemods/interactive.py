"""Each rewrite shown with its proof, and made when a person says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.reports import diff
from codemods.reports.text import headline, place
from codemods.work import examined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.findings import Finding, Outcome
    from codemods.settings import Settings

QUESTION = "Rewrite? [y]es, [n]o, [a]ll of this file, [q]uit"
ANSWERS = ("y", "n", "a", "q")

COLOURS = {b"+": b"32", b"-": b"31", b"@": b"36"}


class Quit(Exception):
    """The person has had enough: what was said yes to is done, nothing more."""


def asked(
    found: Iterable[Outcome],
    settings: Callable[[str], Settings],
    ask: Callable[[str], str],
    show: Callable[[bytes], None],
    *,
    coloured: bool,
) -> Iterator[Outcome]:
    """The outcomes with the rewrites that a person said yes to; the others stay on paper.

    ``ask`` puts a question and returns one of ``ANSWERS``; ``show`` prints.
    """
    over = False
    for one in found:
        if one.after is None or over:
            yield replace(_none(one), after=None)
            continue
        try:
            yield _chosen(one, settings(one.path), ask, show, coloured=coloured)
        except Quit as quitting:
            over = True
            yield quitting.args[0]


def _chosen(
    one: Outcome,
    settings: Settings,
    ask: Callable[[str], str],
    show: Callable[[bytes], None],
    *,
    coloured: bool,
) -> Outcome:
    taken = replace(_none(one), after=None)
    steps = [each for each in one.findings if each.applied]
    groups = [[each] for each in steps] if all(each.cell is None for each in steps) else [steps]
    lines: list[tuple[int, int]] = []
    while groups:
        group = groups.pop(0)
        wanted = [*lines, *((each.line, each.end_line) for each in group)]
        tried = examined(one.path, one.before, replace(settings, only=tuple(wanted)))
        made = sum(each.applied for each in tried.findings)
        if len(group) < len(steps) and made <= len(lines) and groups:
            groups[-1] = [*groups[-1], *group]  # it cannot be rewritten without another
            continue
        if tried.after is None:
            tried = one
        show(_hunk(taken, tried, group, coloured=coloured))
        answer = ask(QUESTION)
        if answer == "a":
            return one
        if answer == "y":
            taken, lines = _as_found(one, tried), wanted
        if answer == "q":
            raise Quit(taken)
    return taken


def _hunk(before: Outcome, after: Outcome, group: Sequence[Finding], *, coloured: bool) -> bytes:
    rows = []
    for one in group:
        proof = f"assumes {' and '.join(one.assumes)}" if one.assumes else "proved outright"
        if one.fix is not None and one.fix.value == "unsafe":
            proof = "an unsafe fix: training changes"
        rows.append(f"{place(one)}: {headline(one, fixed=False)}\n    {proof}\n".encode())
    start = before.before if before.after is None else before.after
    lines = diff.render(replace(after, before=start)).splitlines(keepends=True)
    if coloured:
        lines = [
            (
                b"\x1b[" + COLOURS[line[:1]] + b"m" + line.rstrip(b"\n") + b"\x1b[0m\n"
                if line[:1] in COLOURS
                else line
            )
            for line in lines
        ]
    return b"".join([*rows, *lines])


def _none(one: Outcome) -> Outcome:
    return replace(one, findings=tuple(replace(each, applied=False) for each in one.findings))


def _as_found(one: Outcome, tried: Outcome) -> Outcome:
    """All findings of the file, and those that were taken marked as such."""
    made = {(each.line, each.optimizers) for each in tried.findings if each.applied}
    findings = tuple(
        replace(each, applied=each.applied and (each.line, each.optimizers) in made) for each in one.findings
    )
    return replace(one, after=tried.after, findings=findings)
