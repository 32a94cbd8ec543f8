"""Many files: each is examined on its own, written or left as it was, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import processes
from codemods.findings import Outcome, Problem
from codemods.run import outcomes, summed, written
from codemods.settings import Settings
from codemods.work import examined

if TYPE_CHECKING:
    from pathlib import Path

ZERO_LAST = """\
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
"""
ZERO_FIRST = """\
for x, y in loader:
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Paths are shown as they are given, so the tests stand in the folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_come_in_the_order_of_their_names_and_once(here: Path) -> None:
    for name in ("b.py", "a.py", "c.py"):
        (here / name).write_text(ZERO_LAST)
    found = outcomes(["c.py", ".", "b.py"], Settings())
    assert [one.path for one in found] == ["a.py", "b.py", "c.py"]


def test_files_are_examined_one_by_one_so_that_findings_show_at_once(here: Path) -> None:
    for name in ("a.py", "b.py"):
        (here / name).write_text(ZERO_LAST)
    found = outcomes(["."], Settings())
    assert next(found).findings
    (here / "b.py").unlink()
    problem = next(found).problem
    assert problem is not None
    assert problem.message == "no such file or folder"


def test_a_malformed_exclude_is_refused_before_any_file_is_examined(here: Path) -> None:
    (here / "a.py").write_text(ZERO_LAST)
    with pytest.raises(ValueError, match="!"):
        outcomes(["."], Settings(), exclude=["!"])


def test_what_cannot_be_read_is_an_outcome_among_the_others(here: Path) -> None:
    (here / "a.py").write_text(ZERO_LAST)
    (here / "b.py").write_bytes(b"backward\0step")
    found = list(outcomes(["a.py", "b.py", "gone.py"], Settings()))
    problems = [(one.path, one.problem.message if one.problem else None) for one in found]
    assert problems == [
        ("a.py", None),
        ("b.py", "binary file (it holds a NUL byte)"),
        ("gone.py", "no such file or folder"),
    ]


def test_findings_that_nobody_asked_for_are_dropped() -> None:
    assert examined("a.py", ZERO_LAST.encode(), Settings()).findings
    assert examined("a.py", ZERO_LAST.encode(), Settings(codes=frozenset({"GO202"}))).findings == ()


def test_steps_that_are_left_alone_are_never_dropped() -> None:
    outcome = examined("a.py", ZERO_FIRST.encode(), Settings(codes=frozenset()))
    assert [one.verdict.value for one in outcome.findings] == ["canonical"]


def test_a_rewrite_is_written(here: Path) -> None:
    (here / "a.py").write_text(ZERO_LAST)
    outcome = written(next(outcomes(["a.py"], Settings())))
    assert outcome.problem is None
    assert (here / "a.py").read_text() == ZERO_FIRST


def test_a_file_that_changed_since_it_was_read_is_not_overwritten(here: Path) -> None:
    (here / "a.py").write_text(ZERO_LAST)
    found = next(outcomes(["a.py"], Settings()))
    (here / "a.py").write_text("somebody else's work\n")
    outcome = written(found)
    assert outcome.problem == Problem("a.py", None, "changed on disk since it was read")
    assert outcome.after is None
    assert not any(one.applied for one in outcome.findings)
    assert (here / "a.py").read_text() == "somebody else's work\n"


def test_a_file_without_a_rewrite_is_not_touched(here: Path) -> None:
    (here / "a.py").write_text(ZERO_FIRST)
    before = (here / "a.py").stat()
    written(next(outcomes(["a.py"], Settings())))
    assert (here / "a.py").stat() == before


def test_a_run_is_added_up(here: Path) -> None:
    for name, text in {
        "a.py": ZERO_LAST,
        "b.py": ZERO_FIRST,
        "c.py": "",
        "d.py": "x = 1\n",
        "e.py": "\0",
    }.items():
        (here / name).write_text(text)
    summary = summed(outcomes([".", "gone.py"], Settings()))
    assert (summary.scanned, summary.parsed, summary.changed) == (5, 2, 1)
    assert [(one.path, one.code) for one in summary.findings] == [("a.py", "GO101"), ("b.py", None)]
    assert [one.path for one in summary.problems] == ["e.py", "gone.py"]


def test_an_empty_run_adds_up_to_nothing() -> None:
    summary = summed(iter(()))
    assert (summary.scanned, summary.parsed, summary.changed) == (0, 0, 0)
    assert summary.findings == ()
    assert summary.problems == ()


def test_a_file_that_was_read_but_not_parsed_counts_as_scanned() -> None:
    summary = summed([Outcome("a.py", b"x", problem=Problem("a.py", 1, "bad"))])
    assert (summary.scanned, summary.parsed) == (1, 0)


def test_what_is_large_is_begun_first_and_everything_else_in_its_order() -> None:
    sizes = [10, processes.LARGE + 1, 99, processes.LARGE, 5 * processes.LARGE, 1]
    line = sorted(range(len(sizes)), key=lambda number: processes.urgency(number, sizes[number]))
    assert line == [4, 1, 0, 2, 3, 5]


@pytest.mark.parametrize("ahead", [3, 2_000])
def test_outcomes_of_several_processes_come_in_order_whatever_is_begun_first(
    here: Path, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    texts = {f"{number:02}.py": ZERO_LAST + "# \n" * (number * 37 % 11 * 20) for number in range(20)}
    texts["05.py"] = "print(1)\n"
    for name, text in texts.items():
        (here / name).write_text(text)
    monkeypatch.setattr(processes, "LARGE", 300)
    monkeypatch.setattr(processes, "AHEAD", ahead)
    monkeypatch.setattr("codemods.run.ENOUGH", 500)
    alone = list(outcomes(["."], Settings()))
    several = list(outcomes(["."], Settings(), jobs=2))
    assert [one.path for one in several] == sorted(texts)
    assert several == alone
