"""Foreign code by the thousand: Python's own library, its test files included, and torch.

A sample by default. With ``GRADORDER_ALL_FILES=1`` in the environment every file is taken, which takes an hour or so.
"""

from __future__ import annotations

import importlib.util
import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.engine import examine
from codemods.files.load import load
from codemods.files.prefilter import may_hold_training_step
from codemods.rewrite import rewrite
from codemods.settings import Settings
from tests.test_rewrite import round_trips

if TYPE_CHECKING:
    from codemods.findings import Outcome

ALL = os.environ.get("GRADORDER_ALL_FILES") == "1"
CHUNKS = range(16)
"""A file belongs to one of them, so that they can run side by side."""

ZERO_LAST = b"""
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
ZERO_FIRST = b"""
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
"""


def python_files() -> list[Path]:
    library = Path(sysconfig.get_path("stdlib"))
    found = [path for path in library.rglob("*.py") if "site-packages" not in path.relative_to(library).parts]
    torch = importlib.util.find_spec("torch")
    for folder in (torch.submodule_search_locations or ()) if torch else ():
        found += Path(folder).rglob("*.py")
    return sorted(found)


FILES = python_files()


def sample(every: int, size: int, chunk: int) -> list[Path]:
    """This chunk of all files, or of every n-th file up to a size."""
    wanted = FILES if ALL else [path for path in FILES[::every] if path.stat().st_size <= size]
    return wanted[chunk :: len(CHUNKS)]


def examined(path: Path, data: bytes) -> Outcome:
    """Never a crash, nor an edit that breaks a promise: both would ask for a report."""
    outcome = examine(str(path), data, Settings())
    assert outcome.problem is None or "report it" not in outcome.problem.message, (path, outcome.problem)
    return outcome


def reported_or_round_trips(path: Path) -> bool:
    data = path.read_bytes()
    # The words let every file through the prefilter, so that it is parsed.
    if examined(path, data + b"\n# backward, step\n").problem is not None:
        return True
    source = load(str(path), data)
    if source.encode(rewrite(source.text, [])) != data:
        return False
    # What libcst cannot read, `(x): int = 1` say, is rewritten without it, or reported.
    return round_trips(source.text) or is_rewritten_or_left_alone(path)


def is_rewritten_or_left_alone(path: Path) -> bool:
    """The file with a training loop at its end: the whole of it is lowered, and mostly edited and proved."""
    data = path.read_bytes()
    outcome = examined(path, data + ZERO_LAST)
    if outcome.problem is not None or outcome.after is None:
        return outcome.problem is not None or bool(outcome.findings)
    return outcome.after == data + ZERO_FIRST


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 500


@pytest.mark.parametrize("chunk", CHUNKS)
def test_every_file_is_reported_or_keeps_its_bytes(chunk: int) -> None:
    assert [str(path) for path in sample(11, 200_000, chunk) if not reported_or_round_trips(path)] == []


@pytest.mark.parametrize("chunk", CHUNKS)
def test_every_file_that_the_prefilter_lets_through_is_done(chunk: int) -> None:
    for path in sample(1, 200_000, chunk):
        data = path.read_bytes()
        if may_hold_training_step(data):
            examined(path, data)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_training_loop_at_the_end_of_any_file_is_rewritten_or_left_alone_with_a_reason(chunk: int) -> None:
    assert [str(path) for path in sample(31, 20_000, chunk) if not is_rewritten_or_left_alone(path)] == []
