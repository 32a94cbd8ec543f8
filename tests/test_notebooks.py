"""Notebooks through the whole tool, and under torch, their cells in every order that a page asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codemods.engine import examine
from codemods.files.notebook import texts_of
from codemods.findings import Verdict
from codemods.run import outcomes
from codemods.settings import Settings
from tests.notebook_pages import Page, notebook, pages, trained
from tests.torch_world import differences

if TYPE_CHECKING:
    from codemods.findings import Outcome

ROOT = Path(__file__).resolve().parent.parent
PAGES = pages()
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def of(*groups: str) -> pytest.MarkDecorator:
    chosen = [one for one in PAGES if one.group in groups]
    return pytest.mark.parametrize("page", chosen, ids=lambda page: page.name)


@every_page
def test_every_training_step_of_a_notebook_gets_its_verdict(page: Page) -> None:
    outcome = examine("page.ipynb", notebook(page.before), Settings())
    assert outcome.problem is None
    said = [(one.verdict.value, one.code, one.fix.value if one.fix else None) for one in outcome.findings]
    assert said == list(page.expect)
    assert {word for one in outcome.findings for word in one.assumes} == set(page.assumes)


@every_page
def test_the_notebook_that_is_written_is_the_one_with_other_cells(page: Page) -> None:
    before = notebook(page.before)
    outcome = examine("page.ipynb", before, Settings())
    wanted = notebook(page.other) if page.group == "moves" else None
    assert outcome.after == wanted
    if wanted is not None:
        again = examine("page.ipynb", wanted, Settings())
        assert again.after is None
        assert [one.verdict.value for one in again.findings] == ["canonical"] * len(page.expect)


@of("moves")
def test_a_move_in_a_notebook_trains_the_same_in_any_order(page: Page) -> None:
    for order in page.orders:
        before, after = trained(page.before, order), trained(page.other, order)
        assert before.error is None
        assert before.steps
        assert before.finite
        assert differences(before, after) is None, order


@of("refusals")
def test_a_tempting_rewrite_of_a_notebook_trains_differently(page: Page) -> None:
    for order in page.orders:
        before, wrong = trained(page.before, order), trained(page.other, order)
        assert before.error is None
        assert before.steps
        assert before.finite
        assert differences(before, wrong) is not None, order


@of("silent")
def test_a_silent_notebook_trains(page: Page) -> None:
    for order in page.orders:
        trace = trained(page.before, order)
        assert trace.error is None
        assert trace.steps


@of("moves")
def test_a_strict_run_moves_in_notebooks_only_what_holds_in_any_order(page: Page) -> None:
    outcome = examine("page.ipynb", notebook(page.before), Settings(strict=True))
    assert (outcome.after is None) == bool(page.assumes)


def test_a_notebook_in_another_language_is_passed_over() -> None:
    cells = ["loss$backward()", "optimizer$step()"]
    data = notebook(cells, kernelspec={"language": "R", "name": "ir"})
    assert examine("page.ipynb", data, Settings()).problem is None
    assert examine("page.ipynb", notebook(cells), Settings()).problem is not None


def test_a_cell_that_is_no_python_is_named() -> None:
    outcome = examine("page.ipynb", notebook(["loss.backward()", "x = 1\noptimizer.step(\n"]), Settings())
    assert outcome.problem is not None
    assert outcome.problem.place == "page.ipynb:cell 3:2"
    assert "parse" in outcome.problem.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"cells": [}  backward step', "invalid JSON"),
        (b'{"worksheets": [], "nbformat": 3, "note": "backward step"}', "format 3"),
        (b'\xef\xbb\xbf{"cells": [], "nbformat": 4, "note": "backward step"}', "BOM"),
        (b'{"cells": [], "nbformat": 4, "cells": [], "note": "backward step"}', "twice"),
        (b'{"cells": [{"source": 3, "x": "backward step"}], "nbformat": 4}', "invalid JSON"),
        (b'["backward", "step"]', "invalid JSON"),
        (b'{"cells": [], "nbformat": 4, "note": "backward step \xff"}', "utf-8"),
    ],
)
def test_what_is_no_notebook_is_left_alone_with_a_reason(data: bytes, message: str) -> None:
    outcome = examine("page.ipynb", data, Settings())
    assert outcome.problem is not None
    assert message in outcome.problem.message
    assert outcome.after is None


def test_a_notebook_without_code_says_nothing() -> None:
    data = json.dumps({"cells": [], "metadata": {"note": "backward step"}, "nbformat": 4}).encode()
    outcome = examine("page.ipynb", data, Settings())
    assert outcome.problem is None
    assert not outcome.findings


WORLD = (
    "from torch import nn, optim\nmodel = nn.Linear(4, 1)\noptimizer = optim.SGD(model.parameters(), lr=0.1)"
)


def outcome_of(*cells: str, **settings: Any) -> Outcome:
    outcome = examine("page.ipynb", notebook([WORLD, *cells]), Settings(**settings))
    assert outcome.problem is None
    return outcome


def cells_of(outcome: Outcome) -> list[str]:
    return list(texts_of("page.ipynb", outcome.after or outcome.before).values())[1:]


def test_nothing_leaves_a_line_that_a_magic_times() -> None:
    timed = "%time loss = loss_fn(model(x), y); loss.backward(); optimizer.step(); optimizer.zero_grad()"
    outcome = outcome_of("x, y = loader[0]", timed)
    assert outcome.after is None
    (finding,) = outcome.findings
    assert finding.verdict is Verdict.HAZARD
    assert "on a line of a magic" in finding.reason


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        ("loss.item()", "loss.item()"),
        ("loss", "loss"),
        ("nn.utils.clip_grad_norm_(model.parameters(), 1.0)", "clip_grad_norm_"),
        ("print(loss.item())", None),
        ("history.append(loss.item())", None),
        ("y = 2", None),
    ],
)
def test_a_cell_shows_the_same_value_as_before(last: str, shown: str | None) -> None:
    cell = f"loss = loss_fn(model(x), y)\nloss.backward()\noptimizer.step()\n{last}\noptimizer.zero_grad()"
    outcome = outcome_of(cell)
    assert (outcome.after is None) == (shown is not None)
    assert shown is None or shown in outcome.findings[0].reason


def test_a_value_that_a_cell_shows_anyway_does_not_matter() -> None:
    cell = "loss = loss_fn(model(x), y)\nloss.backward()\noptimizer.step()\nloss\noptimizer.zero_grad()\nloss"
    assert outcome_of(cell).after is not None


def test_black_formats_what_moved_and_adds_no_line_to_the_cell() -> None:
    cell = "for x, y in loader:\n    loss=loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()\n"
    outcome = outcome_of(f"{cell}    optimizer.zero_grad( )", "x  =  1", black=True)
    assert cells_of(outcome) == [
        "for x, y in loader:\n    optimizer.zero_grad()\n    loss=loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()",
        "x  =  1",
    ]


LOOP = "for x, y in loader:\n    loss = loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()"


def test_a_comment_in_a_cell_leaves_its_step_alone_and_unused_ones_go() -> None:
    codes = frozenset({"GO101", "GO900"})
    ignored = LOOP.replace("step()", "step()  # gradorder: ignore")
    outcome = outcome_of(ignored, "!ls\nx = 1  # gradorder: ignore\n%pwd", codes=codes, remove_unused=True)
    assert outcome.suppressed == 1
    assert [(one.cell, one.line, one.code) for one in outcome.findings] == [(5, 2, "GO900")]
    assert cells_of(outcome) == [ignored, "!ls\nx = 1\n%pwd"]
    assert outcome_of("# gradorder: ignore-file", LOOP).findings == ()
    (warning,) = outcome_of(LOOP, "x = 1\ny = 2  # gradorder: ignroe").warnings
    assert warning.place == "page.ipynb:cell 5:2"


def test_a_comment_alone_in_a_cell_speaks_of_the_step_in_it() -> None:
    step = "# gradorder: ignore\nx, y = loader[0]\nloss = loss_fn(model(x), y)\nloss.backward()\noptimizer.step()\noptimizer.zero_grad()"
    assert outcome_of(step).findings == ()
    assert outcome_of(step, LOOP).findings != ()


def test_unsafe_fixes_repair_notebooks_too() -> None:
    before = ["x, y = loader[0]\nloss_fn(model(x), y).backward()", LOOP]
    assert outcome_of(*before).after is None
    outcome = outcome_of(*before, unsafe_fixes=True)
    assert cells_of(outcome)[1].splitlines()[1] == "    optimizer.zero_grad()"


@given(st.binary(max_size=40), st.integers(0, 3000), st.integers(0, 40))
@example(b"", 0, 0)
def test_no_bytes_of_a_notebook_make_it_raise(extra: bytes, at: int, gone: int) -> None:
    data = notebook([WORLD, "%%time\n" + LOOP, "!ls"])
    at %= len(data)
    changed = data[:at] + extra + data[at + gone :]
    outcome = examine("page.ipynb", changed, Settings())
    assert outcome.problem is None or "bug" not in outcome.problem.message
    assert outcome.problem is None or "crashed" not in outcome.problem.message


HELPERS = "def look(model, x):\n    model.eval()\n    return model(x).sum().item()\n"


def examined_in(folder: Path, *cells: str) -> Outcome:
    (folder / "helpers.py").write_text(HELPERS)
    path = folder / "page.ipynb"
    path.write_bytes(notebook([WORLD, *cells]))
    (outcome,) = (one for one in outcomes([str(folder)], Settings()) if one.path.endswith("ipynb"))
    assert outcome.problem is None
    return outcome


def test_a_helper_in_a_file_beside_the_notebook_is_followed(tmp_path: Path) -> None:
    assert examined_in(tmp_path, "from helpers import look", LOOP, "look(model, x)").after is not None


def test_a_helper_that_a_cell_writes_is_not_the_one_on_the_disk(tmp_path: Path) -> None:
    written = f"%%writefile helpers.py\n{HELPERS.replace('eval()', 'weight.grad.sum()')}"
    outcome = examined_in(tmp_path, written, "from helpers import look", LOOP, "look(model, x)")
    assert outcome.after is None
    assert outcome.findings[0].verdict is Verdict.HAZARD


def gradorder(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes]:
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_notebooks_on_the_command_line(tmp_path: Path) -> None:
    before, after = (notebook([WORLD, cell]) for cell in (LOOP, outcome_cell()))
    path = tmp_path / "nb" / "a.ipynb"
    checkpoint = tmp_path / "nb" / ".ipynb_checkpoints" / "a-checkpoint.ipynb"
    for one in (path, checkpoint):
        one.parent.mkdir()
        one.write_bytes(before)
    assert gradorder(tmp_path, "check", "-q")[0] == 1
    status, shown = gradorder(tmp_path, "fix", "-q", "--diff")
    assert status == 1
    assert shown.startswith(b"--- nb/a.ipynb:cell 3\n+++ nb/a.ipynb:cell 3\n")
    assert path.read_bytes() == before
    assert gradorder(tmp_path, "fix", "-q")[0] == 0
    assert path.read_bytes() == after
    assert checkpoint.read_bytes() == before
    assert gradorder(tmp_path, "check", "-q")[0] == 0


def test_stdin_is_python_unless_its_name_is_that_of_a_notebook(tmp_path: Path) -> None:
    before, after = (notebook([WORLD, cell]) for cell in (LOOP, outcome_cell()))
    assert gradorder(tmp_path, "fix", "-q", "-", stdin=before)[1] == before
    assert gradorder(tmp_path, "fix", "-q", "--stdin-filename", "b.ipynb", "-", stdin=before) == (0, after)


def outcome_cell() -> str:
    """The loop with zero_grad at its top."""
    lines = LOOP.split("\n")
    return "\n".join([lines[0], lines[-1], *lines[1:-1]])
