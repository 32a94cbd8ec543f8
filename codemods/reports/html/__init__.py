"""One self-contained page for the person who reviews a migration: totals, rewrites side by side, and what is left alone.

Everything is in the page: it needs no network, and without scripts it still shows all of its content. The same run
gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from importlib import resources
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.custom import in_force
from codemods.findings import Finding, Fix, Outcome, Problem, Stop, Verdict
from codemods.reports.html.code import Text, excerpt, side_by_side
from codemods.reports.html.drawing import drawn
from codemods.reports.text import place
from codemods.rules import rule
from codemods.settings import NO_IDIOMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.settings import Idioms

ASSUMPTIONS = {
    "clean-entry": "gradients are clear when code outside the file first calls a function of it",
    "cells-in-order": "cells run from top to bottom, and none is left out on the way down again",
    "closed-world": "code outside the file leaves these gradients alone between its calls",
    "idioms": "the names that the configuration lists do what it says of them",
}
"""What the proof of a rewrite assumes, in a few words. The README says it in full."""

ORDER = (
    Verdict.ZERO_LAST,
    *(one for one in Verdict if one not in (Verdict.ZERO_LAST, Verdict.CANONICAL)),
    Verdict.CANONICAL,
)


class Kept(Struct, frozen=True):
    """What the page needs of one file: its findings and both texts, nothing of the files without a training step."""

    path: str
    findings: tuple[Finding, ...]
    before: Text
    after: Text | None
    idioms: Idioms = NO_IDIOMS


class Totals(Struct, frozen=True):
    """How many files were read, and what could not be done."""

    scanned: int
    problems: tuple[Problem, ...]


def render(
    found: Iterable[Outcome], idioms: Callable[[str], Idioms] = lambda _: NO_IDIOMS
) -> tuple[str, tuple[Problem, ...]]:
    """The page, and what could not be done. Only files with findings are kept while the outcomes pass by.

    ``idioms``: the names of the user's own with which a file was read.
    """
    kept: list[Kept] = []
    problems: list[Problem] = []
    scanned = 0
    for one in found:
        scanned += bool(one.before) or one.problem is None
        problems += [] if one.problem is None else [one.problem]
        if one.findings:
            after = None if one.after is None else Text.of(one.path, one.after)
            before = Text.of(one.path, one.before)
            kept.append(Kept(one.path, one.findings, before, after, idioms(one.path)))
    return _page(kept, Totals(scanned, tuple(problems))), tuple(problems)


def _page(kept: Sequence[Kept], totals: Totals) -> str:
    here = resources.files(__name__)
    style, script = (here.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    findings = [finding for one in kept for finding in one.findings]
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        "<title>gradorder report</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        *_header(findings, totals),
        "<main>",
        *_folders(findings),
        *_problems(totals.problems),
        '<h2 id="steps">Training steps</h2>',
        '<p id="shown" role="status" aria-live="polite"></p>',
        *(row for one in kept for finding in one.findings for row in _step(one, finding)),
        "</main>",
        *_footer(findings),
        f"<script>\n{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _header(findings: Sequence[Finding], totals: Totals) -> Iterator[str]:
    counts = Counter(one.verdict for one in findings)
    rewritten = sum(one.applied for one in findings)
    yield "<header>"
    yield '<button id="theme" type="button" aria-label="Dark or light">&#9680;</button>'
    yield "<h1>gradorder report</h1>"
    yield (
        f'<p class="lead"><strong>{_number(rewritten, "training step")}</strong> to rewrite, of '
        f"{len(findings)} in {_number(totals.scanned, 'file')}. Each rewrite is proved: every optimizer sees bit for "
        "bit the same gradients, unless it is marked as an unsafe fix.</p>"
    )
    yield '<div class="filters" role="group" aria-label="Show only">'
    for verdict in ORDER:
        if counts[verdict]:
            yield (
                f'<button type="button" class="filter {verdict.value}" data-verdict="{verdict.value}" '
                f'aria-pressed="true" title="{escape(rule(verdict.value).summary)}">'
                f"<b>{counts[verdict]}</b> {verdict.value}</button>"
            )
    yield '<input id="path" type="search" placeholder="Filter by path" aria-label="Filter by path">'
    yield "</div>"
    yield (
        '<p class="keys">Keys: <kbd>j</kbd> and <kbd>k</kbd> next and previous step, <kbd>/</kbd> filter by path, '
        "<kbd>a</kbd> show all.</p>"
    )
    yield "</header>"


def _folders(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "<p>No training step was found.</p>"
        return
    verdicts = [one for one in ORDER if any(finding.verdict is one for finding in findings)]
    rows: dict[str, Counter[Verdict]] = {}
    for one in findings:
        rows.setdefault(PurePath(one.path).parent.as_posix(), Counter())[one.verdict] += 1
    yield '<section><h2 id="folders">Folders</h2><div class="scroll"><table class="totals"><thead><tr>'
    yield '<th scope="col">Folder</th>'
    yield "".join(f'<th scope="col">{one.value}</th>' for one in verdicts) + '<th scope="col">all</th>'
    yield "</tr></thead><tbody>"
    for folder, counts in sorted(rows.items()):
        cells = "".join(f"<td>{counts[one] or ''}</td>" for one in verdicts)
        name = escape(folder)
        yield (
            f'<tr><th scope="row"><button type="button" class="folder" data-folder="{name}">{name}</button></th>'
            f"{cells}<td>{counts.total()}</td></tr>"
        )
    yield "</tbody></table></div></section>"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        yield '<section><h2 id="problems">Could not be done</h2><ul class="problems">'
        for one in problems:
            yield f"<li><code>{escape(one.place)}</code> {escape(one.message)}</li>"
        yield "</ul></section>"


def _step(kept: Kept, one: Finding) -> Iterator[str]:
    label = f"{one.code} {one.verdict.value}" if one.code else one.verdict.value
    yield (
        f'<article class="step {one.verdict.value}" data-verdict="{one.verdict.value}" '
        f'data-path="{escape(one.path)}" tabindex="-1">'
    )
    yield f'<h3><code>{escape(place(one))}</code> <span class="badge">{label}</span>{_mark(one)}</h3>'
    names = ", ".join(f"<code>{escape(name)}</code>" for name in one.optimizers)
    yield f'<p class="where">in <code>{escape(one.function)}</code>, {names}</p>'
    yield f'<p class="reason">{escape(one.reason)}</p>'
    if one.assumes:
        words = "; ".join(f"<b>{word}</b>: {escape(ASSUMPTIONS.get(word, ''))}" for word in one.assumes)
        yield f'<p class="assumes">Assumes {words}.</p>'
    elif one.applied and one.fix is Fix.SAFE:
        yield '<p class="assumes">Proved outright, without assumptions.</p>'
    if one.applied and kept.after is not None:
        yield side_by_side(
            kept.before.of_cell(one.cell), kept.after.of_cell(one.cell), one.line, one.end_line
        )
        with in_force(kept.idioms):
            picture = drawn(kept.before.python_of_cell(one.cell), kept.after.python_of_cell(one.cell), one)
        yield picture
    elif one.witness:
        yield "<p>How a difference would come about:</p>"
        for cell, stops in groupby(enumerate(one.witness, 1), lambda numbered: numbered[1].cell):
            if cell != one.cell or any(stop.cell != one.cell for stop in one.witness):
                yield f"<p>Cell {cell}:</p>"
            yield excerpt(kept.before.of_cell(cell), tuple(stops))
    elif one.verdict is not Verdict.CANONICAL:
        lines = sorted({one.line, one.end_line})
        yield excerpt(kept.before.of_cell(one.cell), [(line, Stop(line, "")) for line in lines])
    yield "</article>"


def _mark(one: Finding) -> str:
    if one.fix is Fix.UNSAFE:
        return ' <span class="mark unsafe">unsafe fix: training changes</span>'
    return ' <span class="mark safe">proved</span>' if one.fix is Fix.SAFE else ""


def _footer(findings: Sequence[Finding]) -> Iterator[str]:
    seen = [verdict for verdict in ORDER if any(one.verdict is verdict for one in findings)]
    yield '<footer><h2 id="words">What the verdicts mean</h2><dl>'
    for verdict in seen:
        found = rule(verdict.value)
        yield f"<dt>{found.title}{f' ({found.code})' if found.code else ''}</dt>"
        yield f"<dd>{escape(found.summary)}: {escape(found.action)}.</dd>"
    yield "</dl></footer>"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
