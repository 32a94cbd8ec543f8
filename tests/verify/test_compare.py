"""Two runs compared: what differs first, or how far they are apart. The traces are written by hand."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from codemods.verify.child.digest import NONE, UNKNOWN
from codemods.verify.compare import What, deviation, first_difference
from codemods.verify.trace import processes, steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

A, B, C = "a" * 16, "b" * 16, "c" * 16


def step(number: int, **other: Any) -> dict[str, Any]:
    return {
        "step": number, "optimizer": 0, "gradients": A + B, "gradient_norms": [3.0, 4.0], "losses": [0.5],
        "parameters": B + C, "file": "/train.py", "line": 7, "resident": 1000 * number, "cuda": None,
        "at": float(number), "own": number / 10, **other,
    }  # fmt: skip


def process(
    folder: Path,
    rows: Sequence[dict[str, Any]],
    *,
    rank: int | None = None,
    name: str = "MainProcess",
    at: float = 0.0,
) -> None:
    folder.mkdir(exist_ok=True)
    head = [
        {"start": at, "pid": 1, "argv": ["train.py"], "python": "3.8.18"},
        {"torch": "2.0.1"},
        {"optimizer": 0, "kind": "SGD", "names": ["Net.weight", None], "rank": rank, "name": name},
    ]
    text = "".join(json.dumps(one) + "\n" for one in [*head, *rows])
    (folder / f"{len(list(folder.iterdir()))}.jsonl").write_text(text)


def found(folder: Path, changed: dict[str, Any]) -> Any:
    """The first difference when the second of three steps is another one."""
    process(folder / "before", [step(1), step(2), step(3)])
    process(folder / "after", [step(1), step(2, **changed), step(3, losses=[9.0])])
    return first_difference(processes(folder / "before"), processes(folder / "after"))


def test_equal_runs_do_not_differ_whenever_they_ran(tmp_path: Path) -> None:
    process(tmp_path / "before", [step(1), step(2)])
    process(tmp_path / "after", [step(1, at=5.0, own=3.0), step(2, resident=7)], at=100.0)
    assert first_difference(processes(tmp_path / "before"), processes(tmp_path / "after")) is None


@pytest.mark.parametrize(
    ("changed", "what", "parameter", "count"),
    [
        ({"gradients": C + B}, What.GRADIENT, "Net.weight", 1),
        ({"gradients": C + C}, What.GRADIENT, "Net.weight", 2),
        ({"gradients": A + C, "parameters": A + A}, What.GRADIENT, "parameter 1", 1),
        ({"parameters": B + B}, What.PARAMETER, "parameter 1", 1),
        ({"gradients": A + NONE}, What.NONE, "parameter 1", 1),
        ({"gradients": NONE + C}, What.NONE, "Net.weight", 1),
        ({"gradients": A}, What.OPTIMIZER, None, 0),
        ({"losses": [0.5000000001]}, What.LOSS, None, 0),
        ({"losses": []}, What.LOSS, None, 0),
        ({"losses": [math.nan], "gradients": C + C}, What.LOSS, None, 0),
    ],
)
def test_the_first_difference_is_named(
    tmp_path: Path, changed: dict[str, Any], what: What, parameter: str | None, count: int
) -> None:
    difference = found(tmp_path, changed)
    assert (difference.step, difference.what, difference.parameter, difference.count) == (
        2,
        what,
        parameter,
        count,
    )
    assert (difference.file, difference.line, difference.optimizer) == ("/train.py", 7, "SGD")


def test_losses_that_are_not_numbers_in_both_are_the_same(tmp_path: Path) -> None:
    process(tmp_path / "before", [step(1, losses=[math.nan])])
    process(tmp_path / "after", [step(1, losses=[math.nan])])
    before, after = processes(tmp_path / "before"), processes(tmp_path / "after")
    assert first_difference(before, after) is None
    assert deviation(before, after, 0.0).largest == 0.0


def test_another_number_of_steps_or_processes_is_a_difference(tmp_path: Path) -> None:
    process(tmp_path / "two", [step(1), step(2)])
    process(tmp_path / "three", [step(1), step(2), step(3)])
    two, three = processes(tmp_path / "two"), processes(tmp_path / "three")
    for before, after in ((two, three), (three, two)):
        difference = first_difference(before, after)
        assert difference is not None
        assert (difference.what, difference.step) == (What.STEPS, 3)
        assert deviation(before, after, 1.0).largest == math.inf
    process(tmp_path / "three", [step(1)], name="Process-1")
    difference = first_difference(two, processes(tmp_path / "three"))
    assert difference is not None
    assert (difference.what, difference.before, difference.after) == (
        What.PROCESSES, "1 process with steps", "2 processes with steps",
    )  # fmt: skip


def test_processes_are_paired_by_rank_or_name_and_not_by_when_they_started(tmp_path: Path) -> None:
    for folder, times in (("before", (1.0, 2.0)), ("after", (2.0, 1.0))):
        for number, at in enumerate(times):
            process(tmp_path / folder, [step(1, losses=[float(number)])], rank=number, at=at)
            name = f"SpawnProcess-{number + 9}"
            process(tmp_path / folder, [step(1, losses=[float(number + 5)])], name=name, at=at)
    assert first_difference(processes(tmp_path / "before"), processes(tmp_path / "after")) is None
    assert [one.name for one in processes(tmp_path / "before")][2:] == ["SpawnProcess-9", "SpawnProcess-10"]


def test_a_deviation_is_relative_and_small_norms_are_measured_against_the_whole(tmp_path: Path) -> None:
    process(tmp_path / "before", [step(1), step(2, gradient_norms=[1e-9, 4.0])])
    process(
        tmp_path / "after",
        [step(1, gradient_norms=[3.003, 4.0], gradients=C + C), step(2, gradient_norms=[2e-9, 4.0])],
    )
    apart = deviation(processes(tmp_path / "before"), processes(tmp_path / "after"), 1e-2)
    assert apart.largest == pytest.approx(0.003 / 3.003)
    assert apart.first is None
    apart = deviation(processes(tmp_path / "before"), processes(tmp_path / "after"), 1e-4)
    assert apart.first is not None
    assert (apart.first.what, apart.first.step, apart.first.parameter) == (What.GRADIENT, 1, "Net.weight")


def test_no_tolerance_takes_none_for_a_tensor(tmp_path: Path) -> None:
    process(tmp_path / "before", [step(1)])
    process(tmp_path / "after", [step(1, gradients=A + NONE, gradient_norms=[3.0, None])])
    apart = deviation(processes(tmp_path / "before"), processes(tmp_path / "after"), 1e9)
    assert apart.largest == math.inf
    assert apart.first is not None
    assert apart.first.what is What.NONE


def test_half_a_line_of_a_process_that_was_killed_is_left_out(tmp_path: Path) -> None:
    process(tmp_path, [step(1), step(2)])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    (one,) = processes(tmp_path)
    assert one.steps == len(list(steps(one))) == 1


def test_a_process_in_numbers(tmp_path: Path) -> None:
    process(tmp_path, [step(1), step(2, gradients=NONE + NONE), step(3, gradients=A + UNKNOWN)])
    (one,) = processes(tmp_path)
    assert one.empty == 1
    assert (one.steps, one.optimizers, one.resident, one.cuda, one.torch) == (3, 1, 3000, None, "2.0.1")
    assert one.steps_per_second == pytest.approx(2 / 1.8)
    assert [step.unreadable for step in steps(one)] == [False, False, True]
