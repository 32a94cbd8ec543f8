"""Notebooks through the whole tool, and under torch, their cells in every order that a page asks for."""

from __future__ import annotations

import json

import pytest

from codemods.engine import examine
from codemods.settings import Settings
from tests.notebook_pages import Page, notebook, pages, trained
from tests.torch_world import differences

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
