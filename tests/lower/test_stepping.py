"""A file that can hold no training step is told by its names, and by those of the files that it imports from."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

import pytest

from codemods.engine import examine
from codemods.files.neighbours import Neighbours, Vantage
from codemods.idioms import custom, idioms
from codemods.lower.stepping import may_train
from codemods.run import outcomes
from codemods.settings import Settings
from codemods.syntax import parse

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SCHEDULED = """
from updates import apply

def train(model, loader, schedule, optimizer):
    for x in loader:
        loss = model(x).mean()
        loss.backward()
        apply(optimizer)
        optimizer.zero_grad()
        print(schedule.num_steps)
"""


def trains(text: str) -> bool:
    return may_train(parse(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "(loss.\n  backward())\n(optimizer.  # the one\n\tstep())\n",
        "loss. \\\nbackward()\noptimizer \\\n.step()\n",
        "(loss.  # the sum\n\n  # of all\n  backward())\noptimizer.step()\n",
        "loss.\\\rbackward()\roptimizer.step()\r",
        "# \u2026 caf\u00e9\nloss.backward()\noptimizer.step()\n",
        "loss.\fbackward()\r\noptimizer.\tstep()\r\n",
        "loss.\uff42ackward()\noptimizer.\uff53tep()\n",
    ],
)
def test_calls_are_seen_however_they_are_laid_out(text: str) -> None:
    assert trains(text)


@pytest.mark.parametrize(
    "text",
    [
        "backward, step = 1, 2\n",
        "# it runs backward.\nstep = 1\n",
        "print('caf\u00e9: steps backward')\n",
        "def backward(step):\n    return step.grad\n",
    ],
)
def test_a_file_that_looks_neither_up_is_not_even_parsed(text: str) -> None:
    assert not examine("a.py", text.encode(), Settings()).parsed


@pytest.mark.parametrize(
    "call",
    [
        "optimizer.step()",
        "scaler.step(optimizer)",
        "optimizer.first_step()",
        "xm.optimizer_step(optimizer)",
        "optimizer.update_params(loss)",
        "loss_scaler(loss, optimizer)",
    ],
)
def test_a_file_with_a_step_of_any_framework_may_train(call: str) -> None:
    assert trains(f"loss.backward()\n{call}\nprint(schedule.num_steps)\n")


@pytest.mark.parametrize(
    "line", ["print(schedule.num_steps)", "global_step = training_step(x).steps", "step = 1"]
)
def test_other_words_with_step_in_them_are_none(line: str) -> None:
    assert not trains(f"loss.backward()\n{line}\n")


def test_every_idiom_that_sees_a_step_says_by_which_word() -> None:
    def makes_a_step(module: ModuleType) -> bool:
        calls = (one for one in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(one, ast.Call))
        return any(isinstance(one.func, ast.Name) and one.func.id == "Step" for one in calls)

    stepping = [one for one in idioms() if makes_a_step(one)]  # type: ignore[arg-type]
    assert custom in stepping
    assert [one for one in stepping if one is not custom and not getattr(one, "STEPS", "")] == []


def test_a_step_in_a_file_that_is_imported_from_is_seen(tmp_path: Path) -> None:
    train = tmp_path / "train.py"
    train.write_text(SCHEDULED)
    (tmp_path / "updates.py").write_text("def apply(optimizer):\n    optimizer.step()\n")
    (found,) = [one for each in outcomes([str(tmp_path)], Settings()) for one in each.findings]
    assert (found.code, found.path) == ("GO101", str(train))


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ("def apply(optimizer):\n    optimizer.step()\n", True),
        ("# Each step is one batch.\ndef apply(optimizer):\n    return optimizer.num_steps\n", False),
        ("def apply(\n", False),
    ],
)
def test_the_files_that_are_imported_from_are_asked(other: str, answer: bool, tmp_path: Path) -> None:
    train, updates = tmp_path / "train.py", tmp_path / "updates.py"
    train.write_text(SCHEDULED)
    updates.write_text(other)
    vantage = Vantage(Neighbours([str(train), str(updates)]), str(train))
    assert may_train(parse(SCHEDULED), SCHEDULED, vantage) is answer
