"""The bar of ``verify`` while a run goes on: a share where the number of steps is known, and a count where it is not."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from codemods.verify.progress import Bar

if TYPE_CHECKING:
    from pathlib import Path

FULL = "\N{BOX DRAWINGS HEAVY HORIZONTAL}" * 40
"""What the bar is drawn with, from end to end: plain where it is full, and where it moves to and fro."""


class Terminal:
    """A terminal of which one can see what stands on it now."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        self.bar = Bar(
            quiet=False,
            console=Console(
                file=self.text, force_terminal=True, width=120, color_system=None, legacy_windows=False
            ),
        )

    def line(self) -> str:
        """The bar as it is drawn at this moment."""
        self.bar._progress.refresh()
        return self.text.getvalue().rpartition("\x1b[2K")[2]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def add(trace: Path, steps: int, name: str = "1") -> None:
    with (trace / f"{name}.jsonl").open("a") as file:
        if not file.tell():
            file.write('{"start": 0}\n')
        for number in range(steps):
            file.write(json.dumps({"step": number + 1}) + "\n")


def test_without_a_known_end_the_steps_are_counted_and_no_share_is_shown(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.bar.begin("as it stands", None)
    lines = []
    for _ in range(2):
        add(tmp_path, 75)
        terminal.bar.advance(tmp_path)
        lines.append(terminal.line())
    terminal.bar.close()
    assert "75 steps " in lines[0]
    assert "150 steps " in lines[1]
    for line in lines:
        assert "/" not in line
        assert "%" not in line
        assert FULL in line, "no end of the bar is nearer than the other"


def test_with_a_known_end_the_bar_is_as_long_as_the_run_is_far(terminal: Terminal, tmp_path: Path) -> None:
    terminal.bar.begin("rewritten", 100)
    add(tmp_path, 50)
    terminal.bar.advance(tmp_path)
    line = terminal.line()
    terminal.bar.close()
    assert "50/100 steps " in line
    assert line.count(FULL[0]) == 20, "half of 40"


def test_a_run_after_one_with_a_known_end_may_have_none(terminal: Terminal, tmp_path: Path) -> None:
    terminal.bar.begin("one", 100)
    terminal.bar.begin("other", None)
    terminal.bar.advance(tmp_path)
    line = terminal.line()
    terminal.bar.close()
    assert line.startswith("other ")
    assert "0 steps " in line
    assert "one" not in line


def test_more_steps_than_were_expected_are_counted(terminal: Terminal, tmp_path: Path) -> None:
    # --max-steps is for each process, and nobody knows before how many of them step.
    terminal.bar.begin("as it stands", 10)
    add(tmp_path, 10, "1")
    terminal.bar.advance(tmp_path)
    assert "10/10 steps " in terminal.line()
    add(tmp_path, 3, "2")
    terminal.bar.advance(tmp_path)
    line = terminal.line()
    terminal.bar.close()
    assert "13 steps " in line
    assert "/" not in line


def test_nothing_is_drawn_where_there_is_no_terminal(tmp_path: Path) -> None:
    file = io.StringIO()
    bar = Bar(quiet=False, console=Console(file=file, force_terminal=False))
    bar.begin("as it stands", None)
    add(tmp_path, 3)
    bar.advance(tmp_path)
    bar.close()
    assert file.getvalue() == ""
