"""Every sentence with which the tool leaves a training step alone is shown by a fixture page.

The sentences are read out of the code itself: each text of several words, docstrings and lists of words left out, in the
modules that give reasons. So a new reason without a page fails here, and so does a page's reason that no text accounts for.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.engine import examine
from codemods.findings import Verdict
from codemods.settings import Settings
from tests.fixture_format import load_fixtures
from tests.notebook_pages import notebook, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent / "codemods"
GIVING = (
    "judge.py",
    "plan.py",
    "trial.py",
    "engine.py",
    "telling.py",
    "mending.py",
    "repairs.py",
    "proof/lockstep.py",
    *(f"lower/{one.name}" for one in sorted((ROOT / "lower").glob("*.py"))),
    *(f"idioms/{one.name}" for one in sorted((ROOT / "idioms").glob("*.py"))),
)
"""The modules that give reasons."""


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that a person may read, as patterns: each field of an f-string stands for anything."""
    tree = ast.parse(path.read_bytes())
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.Raise | ast.Assert) or (
            # Lists of words and patterns; problems of a file, which has no steps then.
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("split", "compile", "Problem")
        ):
            skipped.update(map(id, ast.walk(node)))
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(one) for one in ast.walk(node) if one is not node)
        if id(node) in skipped or not isinstance(node, ast.expr):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        fixed = [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if "".join(fixed).strip().count(" ") < 2:
            continue
        pattern = "".join(
            re.escape(one.value) if isinstance(one, ast.Constant) and isinstance(one.value, str) else ".+"
            for one in parts
        )
        yield node.lineno, pattern


CONFIGURED = "takes a configuration: tests/idioms/test_custom.py"

NO_PAGE = {
    "functions of this file are called with too many combinations of arguments": "takes thousands of functions",
    "the file has more paths than the proof follows": "takes millions of them",
    "the file has more zero_grad calls that hang together than are tried": "takes very many of them",
    "it changes more: ": "a second guard: an insertion changes nothing else",
    "the step would not be in order afterwards": "a second guard: an insertion puts its step in order",
    "moving it changes more: ": "a second guard: a plan whose move changes more is a mistake of ours",
    " raises where a gradient of ": "a second guard: the plan does not move a clearing that raises",
    " holds a training step of its own": "takes a second file: tests/test_crossfile.py",
    " sets variables of its module, on which this file looks up ": "takes a second file: tests/test_crossfile.py",
    " stands on a line of a magic": "takes a notebook: tests/test_notebooks.py",
    "the cell would show the value of ": "takes a notebook: tests/test_notebooks.py",
    "its loop is not a statement": "a second guard: only statements are loops of a training step",
    "zero_grad() stands at the top already": "a second guard: such a step is no step without gradient",
    "hooks of the file may look at gradients or change them at any time": "a second guard: judge.py says so first",
    " may have another name": CONFIGURED,
    ", which it is handed": CONFIGURED,
    "it is not in sight what ": CONFIGURED,
    " works on an object ": CONFIGURED,
    " as well": CONFIGURED,
    " steps and clears by itself": CONFIGURED,
    " is backward, step and zero_grad in one": CONFIGURED,
}
"""What no single page can show, with the reason."""

SENTENCES = [(name, line, pattern) for name in GIVING for line, pattern in sentences(ROOT / name)]
SHOWN = [one for one in SENTENCES if not any(re.escape(text) in one[2] for text in NO_PAGE)]


@cache
def printed() -> frozenset[str]:
    """All that the tool says of the fixtures: reasons, and the stops on the way to a difference."""
    found: set[str] = set()
    for page in load_fixtures():
        for settings in (Settings(), Settings(strict=True)):
            outcome = examine("page.py", page.before.encode(), settings)
            for one in outcome.findings:
                found.update((one.reason, *(stop.text for stop in one.witness)))
    for notebook_page in pages():
        for one in examine("page.ipynb", notebook(notebook_page.before), Settings()).findings:
            found.update((one.reason, *(stop.text for stop in one.witness)))
    return frozenset(found)


def test_the_code_gives_reasons() -> None:
    assert len(SENTENCES) > 40


def test_what_has_no_page_is_still_said_by_the_code() -> None:
    assert len(SENTENCES) - len(SHOWN) == len(NO_PAGE)


@pytest.mark.parametrize(
    ("name", "line", "pattern"), SHOWN, ids=[f"{name}:{line}" for name, line, _ in SHOWN]
)
def test_every_reason_is_shown_by_a_fixture(name: str, line: int, pattern: str) -> None:
    assert any(re.search(pattern, text) for text in printed()), f"{name}:{line} gives a reason without a page"


def test_no_page_shows_a_reason_that_the_code_does_not_account_for() -> None:
    left = set(Verdict) - {Verdict.CANONICAL, Verdict.ZERO_LAST}
    for page in load_fixtures():
        for one in examine("page.py", page.before.encode(), Settings()).findings:
            if one.verdict in left:
                assert any(re.search(pattern, one.reason) for _, _, pattern in SENTENCES), one.reason
