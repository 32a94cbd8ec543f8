"""What is shipped and shown to a new user: the example trains the same, and the README tells the truth about it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.engine import examine
from codemods.findings import CODES, Verdict
from codemods.rules import rules
from codemods.settings import Settings
from tests.torch_world import differences, run

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_rewritten_outright_and_trains_bit_for_bit_the_same(path: Path) -> None:
    outcome = examine(path.name, path.read_bytes(), Settings(strict=True))
    assert outcome.after is not None
    before, after = run(outcome.before.decode()), run(outcome.after.decode())
    assert before.error is None
    assert before.steps > 100
    assert before.finite
    assert differences(before, after) is None


def test_the_readme_shows_the_diff_that_its_first_command_prints() -> None:
    shown = re.search(r"```diff\n(.*?)```", README, re.DOTALL)
    assert shown
    command = [sys.executable, "cli.py", "fix", "--diff", "examples/"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (1, shown.group(1))


def test_the_readme_names_every_verdict_with_its_code() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (GO\d+)? ?\| ", README, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) >= {(one.value, CODES.get(one, "")) for one in Verdict}
    assert set(rows) == {(one.title, one.code or "") for one in rules()}


def test_the_picture_of_a_terminal_shows_what_the_commands_print() -> None:
    command = [sys.executable, "scripts/terminal_picture.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda path: path.name
)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [one for one in links if not (page.parent / one).exists()] == []
