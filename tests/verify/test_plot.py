"""The picture of a verification: well formed, with every value in its place, whatever was seen."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from codemods.verify import plot
from codemods.verify.rewrites import Rewrites
from codemods.verify.session import Options, Point, Result, Run, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def result(before: Sequence[Point], after: Sequence[Point]) -> Result:
    runs = tuple(
        Run(name, 0, 1.0, len(points), 0, 1, 1, 1, None, 1.0, tuple(points))
        for name, points in (("as it stands", before), ("as it stands, again", before), ("rewritten", after))
    )
    nothing = Rewrites({}, {}, (), {})
    return Result(Verdict.IDENTICAL, Options(("python", "train.py", "--name", "<&>")), nothing, runs=runs)


def lines(file: Path) -> list[list[tuple[float, float]]]:
    """The points of the drawn lines: the loss of both versions, then their memory."""
    root = ET.parse(file).getroot()
    paths = [
        one.get("d", "") for one in root.iter(f"{SVG}path") if one.get("stroke") in ("#1f6feb", "#d1570b")
    ]
    drawn = [one for one in paths if not one.endswith("H104") and not one.endswith("H254")]
    return [[(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", one)] for one in drawn]


def test_both_versions_are_drawn_over_the_steps(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    before = [Point(3.0, 2**20), Point(2.0, 2**21), Point(1.0, 2**21)]
    plot.draw(result(before, [*before[:2], Point(3.0, 2**22)]), str(file))
    loss, other, memory, more = lines(file)
    assert len(loss) == len(other) == len(memory) == len(more) == 3
    assert loss[:2] == other[:2]
    assert loss[0][1] < loss[1][1] < loss[2][1], "a smaller loss is further down"
    assert other[2][1] == loss[0][1]
    assert more[2][1] < memory[2][1], "more memory is further up"
    assert [x for x, _ in loss] == [x for x, _ in memory]
    text = file.read_text()
    assert "python train.py --name &lt;&amp;&gt;" in text


@pytest.mark.parametrize(
    "points",
    [
        [],
        [Point(None, None)],
        [Point(1.0, 5)],
        [Point(0.0, 0)] * 3,
        [Point(float("nan"), 1), Point(float("inf"), 2), Point(-1e-30, 3)],
        [Point(1e30, 2**40), Point(-1e30, 2**41)],
    ],
)
def test_odd_runs_are_drawn_as_well(tmp_path: Path, points: list[Point]) -> None:
    for name in ("a.svg", "a.png"):
        plot.draw(result(points, points), str(tmp_path / name))
    ET.parse(tmp_path / "a.svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_long_run_makes_a_small_picture_that_keeps_its_peaks(tmp_path: Path) -> None:
    points = [Point(100.0 if at == 77_777 else 1.0, 1) for at in range(100_000)]
    file = tmp_path / "a.svg"
    plot.draw(result(points, points), str(file))
    assert file.stat().st_size < 200_000
    loss = lines(file)[0]
    assert min(y for _, y in loss) < min(loss[0][1], loss[-1][1])


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.2, 0.21), (-3, 5e6), (1, 938), (1e-9, 2e-9)])
def test_ticks_are_few_round_and_span_everything(low: float, high: float) -> None:
    marks = plot.ticks(low, high)
    assert 3 <= len(marks) <= 8
    assert marks[0] <= low
    assert marks[-1] >= high


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("a.pdf", "a picture is a .svg or a .png file"),
        ("a", "a picture"),
        ("nowhere/a.svg", "there is no folder nowhere"),
    ],
)
def test_a_file_that_cannot_be_drawn_is_refused_before_anything_runs(file: str, message: str) -> None:
    with pytest.raises(plot.CannotPlot, match=message):
        plot.check(file)


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(plot.CannotPlot, match="is a directory"):
        plot.draw(result([], []), str(tmp_path / "a.svg"))
