"""``--timings``: where a run's time went, by stage, with nothing else changed."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from codemods import clock as seconds
from codemods import timings
from codemods.clock import OTHER, WAITING, Clock
from tests.test_cli import ZERO_LAST, Ended, gradorder, in_this_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = re.compile(r"(?P<stage>\S.*?) +(?P<seconds>\d+\.\d{3}) +(?P<share>\d+\.\d)%")
TOTAL = re.compile(
    r"total +(?P<seconds>\d+\.\d{3}) +in (?P<processes>\d+) process(?:es)?; (?P<elapsed>\d+\.\d{3}) from start to end"
)


class Table(dict[str, float]):
    """The seconds of each stage, as the table has them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        head, *rows, last = text.splitlines()[[one[:5] for one in text.splitlines()].index("stage") :]
        assert head.split() == ["stage", "seconds", "share"]
        for row in rows:
            found = ROW.fullmatch(row)
            assert found, row
            self[found["stage"]] = float(found["seconds"])
        total = TOTAL.fullmatch(last)
        assert total, last
        self.total, self.processes = float(total["seconds"]), int(total["processes"])
        self.elapsed = float(total["elapsed"])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time of day, for a test to set."""
    current = [100.0]
    clocks = SimpleNamespace(perf_counter=lambda: current[0], process_time=lambda: 0.5)
    for module in (seconds, timings):
        monkeypatch.setattr(module, "time", clocks)
    yield current
    timings.stop()


def pass_time(now: list[float], passed: float) -> None:
    now[0] += passed


def test_time_inside_of_an_inner_stage_counts_for_that_stage_alone(now: list[float]) -> None:
    timings.start()
    with timings.stage("lower"):
        pass_time(now, 1)
        with timings.stage("parse"):
            pass_time(now, 2)
        pass_time(now, 4)
    pass_time(now, 8)
    clock = timings.running()
    assert clock is not None
    assert clock.read().stages == {OTHER: 8, "lower": 5, "parse": 2, "start-up": 0.5}
    assert clock.read().elapsed == 15.5


def test_what_the_trials_and_the_proof_cost_is_told_from_what_the_file_itself_does(now: list[float]) -> None:
    @timings.timed("lower")
    def lower() -> None:
        pass_time(now, 1)

    timings.start()
    lower()
    with timings.stage("trial"):
        lower()
        lower()
        with timings.stage("rewrite"):
            pass_time(now, 5)
    with timings.stage("proof"):
        pass_time(now, 3)
    clock = timings.running()
    assert clock is not None
    found = clock.read().stages
    assert (found["lower"], found["trial: lower"], found["rewrite"], found["proof"]) == (1, 2, 5, 3)


def test_a_stage_that_ends_with_an_exception_has_ended(now: list[float]) -> None:
    @timings.timed("parse")
    def fail() -> None:
        pass_time(now, 1)
        raise ValueError

    timings.start()
    with pytest.raises(ValueError):  # noqa: PT011 - the one above
        fail()
    pass_time(now, 2)
    clock = timings.running()
    assert clock is not None
    assert (clock.read().stages["parse"], clock.read().stages[OTHER]) == (1, 2)


def test_the_stages_of_another_process_are_added_and_its_waiting_is_no_work() -> None:
    clock = Clock({"lower": 1.0})
    clock.add(7, {"lower": 2.0, WAITING: 50.0})
    clock.add(7, {"lower": 4.0})
    clock.add(8, {"parse": 3.0})
    found = clock.read()
    assert (found.stages["lower"], found.stages["parse"], found.processes) == (7.0, 3.0, 3)
    assert sum(found.stages.values()) < 11


def test_without_a_clock_nothing_is_measured() -> None:
    @timings.timed("parse")
    def double(number: int) -> int:
        assert timings.running() is None
        return 2 * number

    with timings.stage("lower"):
        assert double(2) == 4
    assert double.__name__ == "double"


def both(*arguments: str, cwd: Path) -> tuple[Ended, Ended]:
    """The command without and with the option."""
    return gradorder(*arguments, cwd=cwd), gradorder(*arguments, "--timings", cwd=cwd)


def test_the_table_comes_last_on_stderr_and_nothing_else_changes(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ZERO_LAST)
    for command in (("check",), ("fix", "--diff"), ("check", "--output-format", "sarif")):
        without, timed = both(*command, cwd=tmp_path)
        assert (timed.status, timed.out) == (without.status, without.out)
        assert timed.err.startswith(without.err)
        assert without.err != timed.err
        assert "seconds" not in without.err


def test_the_stages_add_up_longest_first(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ZERO_LAST)
    table = Table(gradorder("fix", "--timings", cwd=tmp_path).err)
    assert {
        "start-up", "discover", "read", "parse", "lower", "judge", "plan", "trial: lower", "trial: walk", "rewrite",
        "proof: lower", "proof: walk", "write", "report", "imports", "rewrite: imports",
    } <= {*table}  # fmt: skip
    assert list(table.values()) == sorted(table.values(), reverse=True)
    assert sum(table.values()) == pytest.approx(table.total, abs=0.001 * len(table))
    assert table.processes == 1
    # One process: what is measured is all that happened from its start to its end.
    assert table.total == pytest.approx(table.elapsed, rel=0.05)


def test_a_folder_without_training_code_is_only_read(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("print(1)\n")
    assert {*Table(gradorder("check", "--timings", cwd=tmp_path).err)} == {
        "start-up", "discover", "read", "report", OTHER,
    }  # fmt: skip


def test_the_work_of_several_processes_is_summed(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"train{number}.py").write_text(ZERO_LAST + f"# {'x' * 50_000}\n")
    table = Table(gradorder("check", "--timings", "--jobs", "2", cwd=tmp_path).err)
    assert 2 <= table.processes <= 3
    assert table["lower"] > 0
    assert table["trial: walk"] > 0


def test_json_has_the_stages_when_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ZERO_LAST)
    without, timed = (json.loads(one.out) for one in both("check", "--output-format", "json", cwd=tmp_path))
    found = timed.pop("timings")
    assert timed == without
    assert {*found} == {"elapsed", "processes", "stages"}
    assert found["stages"]["lower"] > 0
    assert found["processes"] == 1
    assert found["elapsed"] >= sum(found["stages"].values()) - 0.001


def test_the_clock_of_one_command_does_not_run_on_into_the_next(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ZERO_LAST)
    assert "seconds" in in_this_process("check", "--timings", str(tmp_path)).err
    assert timings.running() is None
    assert "seconds" not in in_this_process("check", str(tmp_path)).err
