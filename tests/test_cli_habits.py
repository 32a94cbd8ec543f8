"""What users of ruff and black expect of the command: git, baselines, questions, statuses, completion."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import HAZARD, NEVER_CLEARED, ROOT, ZERO_FIRST, ZERO_LAST, Ended, gradorder

if TYPE_CHECKING:
    from pathlib import Path

TWO = """\
import torch
from torch import nn


def first(loader):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        loss = (model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def second(loader):
    net = nn.Linear(2, 1)
    other = torch.optim.SGD(net.parameters(), lr=0.1)
    for x, y in loader:
        cost = (net(x) - y).square().mean()
        cost.backward()
        other.step()
        other.zero_grad()
"""
NAMES = (("optimizer", "loss"), ("other", "cost"))
"""Two training steps with parameters of their own."""


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A committed file with two zero-last steps, and one that will not change."""
    (tmp_path / "two.py").write_text(TWO)
    (tmp_path / "old.py").write_text(ZERO_LAST)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "start")
    return tmp_path


def places(ended: Ended) -> list[str]:
    return [line.split(": ")[0] for line in ended.out.splitlines() if not line.startswith(" ")]


# --changed-since


def test_only_steps_that_the_diff_touches_are_reported_and_rewritten(repository: Path) -> None:
    assert gradorder("check", "--changed-since", "HEAD", cwd=repository).err.startswith(
        "Found no training step"
    )
    (repository / "two.py").write_text(TWO.replace("other.step()", "other.step()  # now"))
    (repository / "new.py").write_text(ZERO_LAST)
    concise = ("--output-format", "concise", "--changed-since", "HEAD")
    assert places(gradorder("check", *concise, cwd=repository)) == ["new.py:3", "two.py:20"]
    assert gradorder("fix", "--allow-dirty", "--changed-since", "HEAD", cwd=repository).status == 0
    after = (repository / "two.py").read_text()
    assert after.startswith(TWO.partition("def second")[0])
    assert "        other.zero_grad()\n        cost = " in after
    assert (repository / "old.py").read_text() == ZERO_LAST
    assert (repository / "new.py").read_text() == ZERO_FIRST


def test_a_step_that_lost_a_line_is_touched(repository: Path) -> None:
    (repository / "old.py").write_text(
        ZERO_LAST.replace("    optimizer.step()\n", "    # no step\n    optimizer.step()\n")
    )
    git(repository, "commit", "-qam", "with a comment")
    (repository / "old.py").write_text(ZERO_LAST)
    ended = gradorder("check", "--output-format", "concise", "--changed-since", "HEAD", cwd=repository)
    assert places(ended) == ["old.py:3"]


def test_it_works_from_a_folder_inside_the_repository(repository: Path) -> None:
    (repository / "src").mkdir()
    (repository / "src" / "new.py").write_text(ZERO_LAST)
    (repository / "old.py").write_text(ZERO_LAST + "\n")
    ended = gradorder(
        "check", "--output-format", "concise", "--changed-since", "HEAD", cwd=repository / "src"
    )
    assert places(ended) == ["new.py:3"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:two.py"])
def test_a_revision_that_there_is_not_is_a_wrong_request(repository: Path, revision: str) -> None:
    ended = gradorder("check", f"--changed-since={revision}", cwd=repository)
    assert ended.status == 2
    assert "--changed-since" in ended.err


def test_outside_a_repository_nothing_can_be_compared(tmp_path: Path) -> None:
    ended = gradorder("check", "--changed-since", "HEAD", cwd=tmp_path)
    assert ended.status == 2
    assert "not a git repository" in ended.err


# Lists of files


def test_paths_come_from_a_file_or_stdin(repository: Path) -> None:
    (repository / "list").write_text("old.py\n\n")
    named = gradorder("check", "--output-format", "concise", "--files-from", "list", cwd=repository)
    assert places(named) == ["old.py:3"]
    piped = gradorder("check", "-q", "--files-from", "-", cwd=repository, stdin=b"old.py\0two.py\0")
    assert piped.status == 1
    assert len([line for line in piped.out.splitlines() if ": GO101" in line]) == 3


def test_an_empty_list_is_nothing_to_do_and_not_the_whole_folder(repository: Path) -> None:
    (repository / "list").write_text("")
    ended = gradorder("fix", "--files-from", "list", cwd=repository)
    assert (ended.status, ended.err) == (0, "Found no training step in 0 files.\n")
    assert gradorder("check", "--files-from", "nowhere", cwd=repository).status == 2


# A dirty tree


def test_a_folder_with_uncommitted_changes_is_not_rewritten_unless_allowed(repository: Path) -> None:
    (repository / "two.py").write_text(TWO + "\n")
    refused = gradorder("fix", cwd=repository)
    assert refused.status == 2
    assert "--allow-dirty" in refused.err
    assert (repository / "old.py").read_text() == ZERO_LAST
    assert gradorder("fix", "--diff", cwd=repository).status == 1
    assert gradorder("fix", "old.py", cwd=repository).status == 0
    assert gradorder("fix", "--allow-dirty", cwd=repository).status == 0
    assert "1 canonical" not in gradorder("check", "two.py", cwd=repository).err


def test_in_ci_and_with_new_files_alone_nothing_is_dirty(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "new.py").write_text(ZERO_LAST)
    assert gradorder("fix", cwd=repository).status == 0
    monkeypatch.setenv("CI", "true")
    assert gradorder("fix", cwd=repository).status == 0


# --add-ignore


def test_what_is_left_gets_a_comment_with_its_reason_and_is_quiet_from_then_on(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(NEVER_CLEARED + TWO)
    first = gradorder("fix", "--add-ignore", cwd=tmp_path)
    text = (tmp_path / "page.py").read_text()
    assert first.status == 0
    assert "Found 3 training steps in 1 file: 2 rewritten, 1 suppressed.\n" in first.err + first.out
    assert "    # gradorder: ignore[GO202]  # nothing in the loop clears" in text
    assert "        other.zero_grad()\n        cost =" in text
    assert gradorder("check", cwd=tmp_path).status == 0
    assert gradorder("fix", "--add-ignore", cwd=tmp_path).status == 0
    assert (tmp_path / "page.py").read_text() == text


def test_nothing_is_ignored_where_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_FIRST + HAZARD)
    assert gradorder("fix", "--add-ignore", cwd=tmp_path).status == 0
    assert (tmp_path / "page.py").read_text() == ZERO_FIRST + HAZARD


# Questions


@pytest.mark.parametrize(
    ("answers", "rewritten"),
    [("y\ny\n", (True, True)), ("n\ny\n", (False, True)), ("a\n", (True, True)), ("y\nq\n", (True, False)), ("", (False, False))],
)  # fmt: skip
def test_each_rewrite_is_made_when_a_person_says_yes(
    tmp_path: Path, answers: str, rewritten: tuple[bool, bool]
) -> None:
    (tmp_path / "two.py").write_text(TWO)
    ended = gradorder("fix", "--interactive", cwd=tmp_path, stdin=answers.encode())
    after = (tmp_path / "two.py").read_text()
    done = tuple(f"{name}.zero_grad()\n        {loss} = " in after for name, loss in NAMES)
    assert done == rewritten
    assert "+        optimizer.zero_grad()\n" in ended.out
    assert ended.status == (0 if all(rewritten) else 1)


def test_questions_go_without_a_diff(tmp_path: Path) -> None:
    assert gradorder("fix", "--interactive", "--diff", cwd=tmp_path).status == 2


# Statuses and counts


def test_exit_zero_and_exit_non_zero_on_fix(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_LAST)
    assert gradorder("check", "--exit-zero", cwd=tmp_path).status == 0
    assert gradorder("fix", "--diff", "--exit-zero", cwd=tmp_path).status == 0
    assert gradorder("check", "--exit-zero", "nowhere.py", cwd=tmp_path).status == 2
    assert gradorder("fix", "--exit-non-zero-on-fix", cwd=tmp_path).status == 1
    assert gradorder("fix", "--exit-non-zero-on-fix", cwd=tmp_path).status == 0


def test_statistics_count_codes_and_verdicts(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(TWO)
    (tmp_path / "other.py").write_text(HAZARD + ZERO_FIRST)
    ended = gradorder("check", "--statistics", cwd=tmp_path)
    assert ended.status == 1
    assert ended.out == ("2  GO101  zero-last  [2 with a fix]\n1         hazard\n1         canonical\n")


# The bar


def on_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints to stderr when that is a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=its, env={**os.environ, **environment}
    ) as process:
        os.close(its)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:  # Linux says so when the other end is closed
            pass
        process.wait()
    os.close(ours)
    return seen.decode()


def test_a_long_run_shows_a_bar_on_a_terminal_and_none_otherwise(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"page{number:02}.py").write_text(ZERO_LAST)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from codemods import progress; progress.PATIENCE = 0.0; "
        "progress.INTERVAL = 0.0; import cli; sys.argv = ['gradorder', 'check', '--quiet'] if len(sys.argv) > 2 else "
        "['gradorder', 'check']; cli.main()"
    )
    command = [sys.executable, "-c", code, str(ROOT)]
    seen = on_terminal(command, tmp_path, {"TERM": "xterm"})
    assert "[##############################] 60 of 60 files" in seen
    assert seen.rpartition("\x1b[K")[2].startswith("Found 60 training steps")
    assert " of 60 files" not in on_terminal(command, tmp_path, {"TERM": "dumb"})
    assert " of 60 files" not in on_terminal([*command, "quiet"], tmp_path, {"TERM": "xterm"})
    piped = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, text=True)
    assert " of 60 files" not in piped.stderr


# Completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(tmp_path: Path, shell: str) -> None:
    ended = gradorder("completion", shell, cwd=tmp_path)
    assert ended.status == 0
    assert "_GRADORDER_COMPLETE" in ended.out


def test_the_completion_knows_commands_and_options(tmp_path: Path) -> None:
    environment = {**os.environ, "_GRADORDER_COMPLETE": "bash_complete", "COMP_WORDS": "gradorder fix --inter", "COMP_CWORD": "2"}  # fmt: skip
    command = [sys.executable, str(ROOT / "cli.py")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)
    assert done.stdout == "plain,--interactive\n"
