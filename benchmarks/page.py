"""docs/performance.md and the README's table, from what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Run, middle, ratio
from benchmarks.races import SIZES, Goal, goals
from benchmarks.tools import AST_GREP, GRADORDER, RG, RUFF, WORK

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.state import Raced, State

START, END = "<!-- benchmarks -->\n", "<!-- end of benchmarks -->\n"


def write(state: State, root: Path) -> None:
    """Write page, table and pictures; what stands outside the marks stays."""
    from benchmarks import plots  # noqa: PLC0415 - what measures stays small

    _between(root / "docs" / "performance.md", measured(state))
    _between(root / "README.md", summary(state))
    plots.growth(state, root / "docs" / "performance-growth.svg")
    plots.stages(state, root / "docs" / "performance-stages.svg")


def _between(path: Path, text: str) -> None:
    above, start, rest = path.read_text().partition(START)
    _, end, below = rest.partition(END)
    if not start or not end:
        raise ValueError(f"{path.name} has no place for the numbers")
    path.write_text(above + START + "\n" + text + "\n" + END + below)


def measured(state: State) -> str:
    """Everything, goals first."""
    versions = ", ".join(f"{name} {number}" for name, number in state.versions.items() if name != GRADORDER)
    parts = [f"On {_count(state.cores)} cores, with {versions}.\n"]
    parts.append("## Goals\n\n" + _goals(state))
    parts.append("## Cost against the number of files\n\n" + _growth(state))
    parts.append("## Side by side\n\n" + "\n".join(_race(one) for one in state.races.values()))
    parts.append("## Where the time goes\n\n" + _where(state))
    return "\n".join(parts)


def summary(state: State) -> str:
    """One table: the folders of real code, or else the generated ones; every tool as a multiple of gradorder's time."""
    shown = {key: one for key, one in state.races.items() if key.startswith("at ")} or {
        key: one for key, one in state.races.items() if key in ("rare-1000", "all")
    }
    names = [name for name in WORK if all(name in one.runs for one in shown.values())]
    rows = [
        [
            f"{one.title}, {one.files:,} files",
            f"{middle(one.runs[GRADORDER]):.1f} s",
            *(_multiple(one, name) for name in names if name != GRADORDER),
        ]
        for one in shown.values()
    ]
    about = "gradorder's time, and what the others take as multiples of it"
    return f"{about}:\n\n" + _table(["", *(name for name in names)], rows) if rows else ""


def _goals(state: State) -> str:
    rows = []
    for goal in goals(list(state.races)):
        value = value_of(goal, state.races[goal.race])
        if value is not None:
            sense = "at least" if goal.at_least else "at most"
            unit = "" if goal.versus is None else " x"
            number = f"{value:.0f}" if goal.versus is None else f"{value:.2f}"
            rows.append(
                [
                    goal.text,
                    f"{sense} {goal.bound:g}{unit}",
                    number + unit,
                    "yes" if met(goal, value) else "**no**",
                ]
            )
    return _table(["", "goal", "measured", "met"], rows)


def value_of(goal: Goal, race: Raced) -> float | None:
    """The number that a goal is about; None where the race had no such contestant."""
    own = race.runs.get(goal.name)
    if own is None or (goal.versus is not None and goal.versus not in race.runs):
        return None
    if goal.versus is None:
        return max(one.peak for one in own)
    other = race.runs[goal.versus]
    return ratio(other, own) if goal.at_least else ratio(own, other) / goal.scale


def met(goal: Goal, value: float) -> bool:
    """Whether it is as it should be."""
    return value >= goal.bound if goal.at_least else value <= goal.bound


def _growth(state: State) -> str:
    rows = []
    for training, words in (("none", "none"), ("rare", "1 in 18")):
        for size in SIZES:
            race = state.races.get(f"{training}-{size}")
            if race is not None:
                shown = [race.runs[name] for name in (GRADORDER, RG, RUFF, AST_GREP)]
                rows.append([f"{size:,}", words, *map(_middle, shown)])
    picture = "![Seconds against the number of files](performance-growth.svg)\n\n"
    return picture + _table(["files", "with training code", GRADORDER, RG, RUFF, AST_GREP], rows)


def _race(race: Raced) -> str:
    base = race.runs.get(GRADORDER)
    rows = []
    for name, runs in race.runs.items():
        times = "" if base is None else _multiple(race, name)
        # What an ended run's children have computed is not known.
        computing = "" if base is None or _ended(runs) else _times(ratio(runs, base, "cpu"))
        peak = max(one.peak for one in runs)
        rows.append([WORK.get(name, name), _middle(runs), times, computing, f"{peak:.0f}", f"{len(runs)}"])
    about = f" ({race.files:,} files, {race.size:.1f} MiB)" if race.files else ""
    head = ["", "time", "as gradorder", "computing, as gradorder", "MiB", "runs"]
    return f"### {race.title}{about}\n\n{_table(head, rows)}"


def _where(state: State) -> str:
    picture = "![The share of each stage](performance-stages.svg)\n\n"
    rows = []
    for race in state.races.values():
        if race.stages:
            total = sum(race.stages.values())
            proof = sum(
                seconds for stage, seconds in race.stages.items() if stage.startswith(("trial", "proof"))
            )
            longest = ", ".join(
                f"{stage} {seconds / total:.0%}" for stage, seconds in list(race.stages.items())[:4]
            )
            rows.append([race.title, _seconds(total), f"{proof / total:.0%}", longest])
    return picture + _table(["", "computing", "trials and proof", "the longest stages"], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    align = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, align, *rows))


def _multiple(race: Raced, name: str) -> str:
    runs = race.runs[name]
    return ("> " if _ended(runs) else "") + _times(ratio(runs, race.runs[GRADORDER]))


def _middle(runs: list[Run]) -> str:
    return ("> " if _ended(runs) else "") + _seconds(middle(runs))


def _ended(runs: list[Run]) -> bool:
    """Whether more than the time that was measured would have been needed."""
    return any(one.ended for one in runs)


def _times(number: float) -> str:
    return f"{number:.2f} x" if number < 10 else f"{number:.0f} x"


def _seconds(number: float) -> str:
    return f"{number:.2f} s" if number < 10 else f"{number:.0f} s"


def _count(number: int) -> str:
    return {1: "one", 2: "two", 4: "four", 8: "eight"}.get(number, str(number))


__all__ = ["Run", "measured", "met", "summary", "value_of", "write"]
