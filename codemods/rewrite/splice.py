"""Plans the edits of one suite: statements are taken out with their comments, and put in above their targets.

Blank lines are kept the way black wants them: where it leaves the suite alone before, it does so afterwards.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from codemods.rewrite.page import Edit, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemods.rewrite.suites import Row, Suite

Place: TypeAlias = tuple[int, int]
"""A statement of a suite: the number of its row, and its number on the row."""

_REGION = re.compile(
    r"#\s*(?:%%|In\s?\[|(?:end)?region\b|(?:fmt|isort):\s*(?:on|off)\b|(?:yapf|ruff|pylint):\s*(?:en|dis)able)"
)
"""A comment that opens, closes or governs a stretch of lines: it belongs to its place, to no statement."""


class _Parcel(Struct, frozen=True):
    """Statements of one row that go to one target together, with the comments that go with them."""

    above: str
    indent: str
    statement: str
    behind: str
    newline: str

    @property
    def lines(self) -> str:
        """The parcel as lines of its own."""
        return self.above + self.indent + self.statement + self.behind + self.newline

    @property
    def comments(self) -> str:
        """Only the comments, as lines of their own, for a parcel that goes into a line with other statements."""
        _, mark, comment = self.behind.partition("#")
        return self.above + (self.indent + mark + comment + self.newline if mark else "")


class _Plan(Struct, frozen=True):
    """What happens to a row: parcels that arrive above it, parcels that arrive on it, and whether it vanishes."""

    row: Row
    attached: int
    """The line on which the comments directly above the row begin; the row's first line where there are none."""
    over: tuple[_Parcel, ...]
    inside: Mapping[int, tuple[_Parcel, ...]]
    staying: tuple[int, ...]

    @property
    def gone(self) -> bool:
        return not self.staying and not self.inside


def splice(
    page: Page, suite: Suite, moves: Mapping[Place, Place], inserts: Mapping[Place, Sequence[str]]
) -> list[Edit]:
    """The edits that put every statement of ``moves`` before the statement it is mapped to.

    ``inserts`` are new statements by the statement that they go before, behind those that move there. Assumes that each
    key of ``moves`` is ``movable`` and stands behind its value. The edits do not overlap, and touch
    only lines of this suite's own statements and the comments and blank lines directly above and behind them.
    """
    plans = list(_plans(page, suite, moves, inserts))
    edits: list[Edit] = []
    for number, plan in enumerate(plans):
        above = plans[number - 1].row if number else None
        edits += _arrivals(page, plan, above, blank_lines=2 if suite.module else 1)
        edits += _departures(page, plan)
    edits += [
        Edit(page.starts[run.start], page.starts[run.stop]) for run in _spare_blank_lines(page, suite, plans)
    ]
    return edits


def _plans(
    page: Page, suite: Suite, moves: Mapping[Place, Place], inserts: Mapping[Place, Sequence[str]]
) -> Iterator[_Plan]:
    arriving: dict[Place, list[_Parcel]] = {}
    for number, row in enumerate(suite.rows):
        for target, parcel in _parcels(page, suite, number, row, moves):
            arriving.setdefault(target, []).append(parcel)
    for target, statements in inserts.items():
        first = suite.rows[target[0]].first
        arriving.setdefault(target, []).extend(
            _Parcel("", page.indent(first), one, "", page.newline(first)) for one in statements
        )
    for number, row in enumerate(suite.rows):
        here = {small: tuple(arriving.get((number, small), ())) for small in range(len(row.smalls))}
        over = () if suite.one_line else here.pop(0)
        inside = {small: parcels for small, parcels in here.items() if parcels}
        staying = tuple(small for small in range(len(row.smalls)) if (number, small) not in moves)
        yield _Plan(row, _attached(page, row), over, inside, staying)


def _parcels(
    page: Page, suite: Suite, number: int, row: Row, moves: Mapping[Place, Place]
) -> Iterator[tuple[Place, _Parcel]]:
    taken = [small for small in range(len(row.smalls)) if (number, small) in moves]
    if not taken:
        return
    targets = {moves[number, small] for small in taken}
    shared = len(taken) < len(row.smalls) or any(
        target[0] == number and (suite.one_line or target[1]) for target in moves.values()
    )
    together = len(targets) == 1 and not shared
    for group in [taken] if together else [[small] for small in taken]:
        end = row.smalls[group[-1]].end
        opens = not shared and group[0] == 0
        closes = not shared and group[-1] == len(row.smalls) - 1
        parcel = _Parcel(
            above=page.slice(_attached(page, row), row.first) if opens else "",
            indent=(
                page.text[page.starts[row.first] : row.smalls[0].start] if opens else page.indent(row.first)
            ),
            statement=page.text[row.smalls[group[0]].start : end],
            behind=page.text[end : page.starts[row.stop]].rstrip("\r\n") if closes else "",
            newline=page.newline(row.stop - 1),
        )
        yield moves[number, group[0]], parcel


def _attached(page: Page, row: Row) -> int:
    line = row.first
    while (
        line > row.leading and page.body(line - 1).startswith("#") and not _REGION.match(page.body(line - 1))
    ):
        line -= 1
    return line


def _arrivals(page: Page, plan: _Plan, above: Row | None, *, blank_lines: int) -> Iterator[Edit]:
    row = plan.row
    blank = page.newline(row.first)
    gap = blank * blank_lines
    if plan.over:
        apart = (
            above is not None
            and above.kind == row.kind != "other"
            and not any(page.blank(line) for line in range(row.leading, plan.attached))
        )
        lines = "".join(parcel.lines for parcel in plan.over)
        before = "" if not apart else blank if row.kind == "import" else gap
        after = gap if row.kind == "definition" else ""
        yield Edit(page.starts[plan.attached], page.starts[plan.attached], before + lines + after)
    comments = "".join(parcel.comments for parcels in plan.inside.values() for parcel in parcels)
    if comments:
        yield Edit(page.starts[row.first], page.starts[row.first], comments)


def _departures(page: Page, plan: _Plan) -> Iterator[Edit]:
    row, smalls = plan.row, plan.row.smalls
    if plan.gone:
        yield Edit(page.starts[plan.attached], page.starts[row.stop])
    elif plan.inside or len(plan.staying) < len(smalls):
        # A statement that stays keeps what stood between it and its old neighbour, and what stood behind the last
        # statement stays behind the last one.
        parts: list[tuple[str, str]] = []
        for number, small in enumerate(smalls):
            parts += [(parcel.statement, "; ") for parcel in plan.inside.get(number, ())]
            if number in plan.staying:
                between = page.text[small.end : smalls[number + 1].start] if small is not smalls[-1] else ""
                parts.append((page.text[small.start : small.end], between))
        rebuilt = "".join(statement + between for statement, between in parts[:-1]) + parts[-1][0]
        yield Edit(smalls[0].start, smalls[-1].end, rebuilt)


def _spare_blank_lines(page: Page, suite: Suite, plans: Sequence[_Plan]) -> Iterator[range]:
    """The blank lines that are too many: of two runs that meet where a row vanished, and of two lines where black wants one.

    ``loose`` is the run that stands above the place of a vanished row, with nothing in between.
    """
    loose = range(0)
    above: Row | None = None
    for plan in plans:
        row = plan.row
        lead = _blank_run(page, row.leading, plan.attached)
        tight = above is not None and above.kind in ("import", "docstring")
        kept, spare = _choose(
            page, loose, lead, shorter=tight and (bool(plan.over) or row.kind != "definition")
        )
        if spare:
            yield spare
        if tight and plan.over and row.kind in ("import", "definition") and not _has_form_feed(page, kept):
            # Black lets these stand two lines below an import, but not what comes between them now.
            yield kept[1:]
        if not plan.gone:
            loose, above = range(0), row
        elif plan.over:
            loose, above = range(0), None
        elif lead.stop == plan.attached:
            loose = kept
        else:
            loose = _blank_run_up(page, row.leading, plan.attached)
    last = suite.rows[-1].stop
    if any(not page.blank(line) for line in range(last, suite.footer)):
        _, spare = _choose(page, loose, _blank_run(page, last, suite.footer), shorter=False)
        if spare:
            yield spare
    elif loose and not _has_form_feed(page, loose):
        yield loose


def _choose(page: Page, loose: range, lead: range, *, shorter: bool) -> tuple[range, range]:
    """Of two runs of blank lines that have come together: the one to keep and the one to drop.

    The longer one stays, because black may want two lines there; ``shorter`` says that it wants exactly one. A form
    feed is kept in any case.
    """
    if not loose or not lead:
        return loose or lead, range(0)
    if _has_form_feed(page, loose):
        return loose, range(0) if _has_form_feed(page, lead) else lead
    if _has_form_feed(page, lead):
        return lead, loose
    small, large = (loose, lead) if len(loose) <= len(lead) else (lead, loose)
    return (small, large) if shorter else (large, small)


def _has_form_feed(page: Page, run: range) -> bool:
    return any("\f" in page.lines[line] for line in run)


def _blank_run(page: Page, first: int, stop: int) -> range:
    line = first
    while line < stop and page.blank(line):
        line += 1
    return range(first, line)


def _blank_run_up(page: Page, first: int, stop: int) -> range:
    line = stop
    while line > first and page.blank(line - 1):
        line -= 1
    return range(line, stop)
