"""Notebooks in every format: places name the cell, and what is shown is what a person sees in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from codemods.engine import examine
from codemods.reports import diff, document, full, html, text
from codemods.run import summed
from codemods.settings import Settings
from tests.notebook_pages import notebook

if TYPE_CHECKING:
    from codemods.findings import Outcome

LOOP = "%%time\nfor x, y in loader:\n    loss = loss_fn(model(x), y)  # é\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()"
READ = "!ls\nprint([p.grad for p in model.parameters()])"


@pytest.fixture(name="moved")
def _moved() -> Outcome:
    return examine("a b.ipynb", notebook(["import torch", LOOP]), Settings())


@pytest.fixture(name="hazard")
def _hazard() -> Outcome:
    return examine("b.ipynb", notebook([LOOP, READ]), Settings())


@pytest.fixture(name="broken")
def _broken() -> Outcome:
    return examine("c.ipynb", notebook(["x = 1", "loss.backward()\noptimizer.step("]), Settings())


def test_the_concise_report_names_cells(hazard: Outcome) -> None:
    assert text.render(hazard.findings, fixed=False) == (
        "b.ipynb:cell 1:4: hazard: gradients of optimizer that line 6 clears would still be there on line 2 of cell 3, "
        "where p.grad looks at gradients\n"
        "    cell 1 line 6  optimizer.zero_grad()  <- would be cleared here instead\n"
        "    cell 1 line 4  loss.backward()\n"
        "    cell 1 line 5  optimizer steps\n"
        "    cell 1 line 6  optimizer.zero_grad()  <- cleared here in the original\n"
        "    cell 3 line 2  p.grad looks at gradients\n"
    )


def test_the_full_report_draws_the_lines_of_each_cell(hazard: Outcome, moved: Outcome) -> None:
    drawn = full.render(hazard, fixed=False)
    assert drawn.splitlines()[1:] == [
        "  | cell 1",
        "6 |     optimizer.zero_grad()",
        "  |     --------------------- 1. would be cleared here instead",
        "...",
        "4 |     loss.backward()",
        "  |     --------------- 2.",
        "5 |     optimizer.step()",
        "  |     ---------------- 3. optimizer steps",
        "6 |     optimizer.zero_grad()",
        "  |     --------------------- 4. cleared here in the original",
        "  | cell 3",
        "2 | print([p.grad for p in model.parameters()])",
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 5. p.grad looks at gradients",
        "",
    ]
    assert full.render(moved, fixed=False).splitlines()[:3] == [
        "a b.ipynb:cell 3:4: GO101 zero-last [*]: zero_grad() on line 6 comes after optimizer.step()",
        "  |",
        "4 |     loss.backward()",
    ]


def test_the_diff_shows_the_cell_and_not_the_json(moved: Outcome) -> None:
    assert diff.render(moved).decode().splitlines() == [
        "--- a b.ipynb:cell 3",
        "+++ a b.ipynb:cell 3",
        "@@ -1,6 +1,6 @@",
        " %%time",
        " for x, y in loader:",
        "+    optimizer.zero_grad()",
        "     loss = loss_fn(model(x), y)  # é",
        "     loss.backward()",
        "-    optimizer.step()",
        "-    optimizer.zero_grad()",
        "\\ No newline at end of file",
        "+    optimizer.step()",
        "\\ No newline at end of file",
    ]


def parsed(name: str, *outcomes: Outcome) -> Any:
    return json.loads(document(name, summed(outcomes, with_edits=True), fixed=False))


def test_json_counts_lines_within_cells(hazard: Outcome, moved: Outcome, broken: Outcome) -> None:
    found = parsed("json", moved, hazard, broken)
    assert [(one["cell"], one["line"], one["end_line"]) for one in found["steps"]] == [(3, 4, 6), (1, 4, 6)]
    assert [(one["cell"], one["line"]) for one in found["steps"][1]["witness"]] == [
        (1, 6),
        (1, 4),
        (1, 5),
        (1, 6),
        (3, 2),
    ]
    (error,) = found["errors"]
    assert (error["path"], error["cell"], error["line"]) == ("c.ipynb", 3, 2)
    assert "this cell" in error["message"]


def test_sarif_places_findings_in_cells_and_fixes_in_the_file(
    hazard: Outcome, moved: Outcome, broken: Outcome
) -> None:
    (run,) = parsed("sarif", moved, hazard, broken)["runs"]
    first, second = run["results"]
    location = first["locations"][0]
    assert "region" not in location["physicalLocation"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "cell 3, line 4"
    lines = moved.before.decode().splitlines(keepends=True)
    for one in reversed(first["fixes"][0]["artifactChanges"][0]["replacements"]):
        region = one["deletedRegion"]
        lines[region["startLine"] - 1 : region["endLine"] - 1] = [one["insertedContent"]["text"]]
    assert "".join(lines) == (moved.after or b"").decode()
    steps = second["codeFlows"][0]["threadFlows"][0]["locations"]
    names = [one["location"]["logicalLocations"][0]["fullyQualifiedName"] for one in steps]
    assert names[-1] == "cell 3, line 2"
    (problem,) = run["invocations"][0]["toolExecutionNotifications"]
    assert problem["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "cell 3, line 2"


def test_annotations_name_the_cell_and_no_line_of_the_file(moved: Outcome, broken: Outcome) -> None:
    lines = document("github", summed([moved, broken]), fixed=False).splitlines()
    assert lines[0].startswith("::error title=gradorder (GO101),file=a b.ipynb::a b.ipynb:cell 3:4: GO101")
    assert lines[1].startswith("::error title=gradorder,file=c.ipynb::c.ipynb:cell 3:2: Python")
    for one in parsed("gitlab", moved, broken):
        assert one["location"]["lines"] == {"begin": 1, "end": 1}
        assert ".ipynb:cell 3:" in one["description"]


def test_junit_names_the_cell(moved: Outcome, hazard: Outcome, broken: Outcome) -> None:
    root = ElementTree.fromstring(document("junit", summed([moved, hazard, broken]), fixed=False))
    names = [one.get("name") for one in root.iter("testcase")]
    assert names == ["a b.ipynb:cell 3:4 zero-last", "b.ipynb:cell 1:4 hazard", "c.ipynb:cell 3:2"]


def test_the_page_shows_cells(moved: Outcome, hazard: Outcome, broken: Outcome) -> None:
    page, problems = html.render([moved, hazard, broken])
    assert [one.place for one in problems] == ["c.ipynb:cell 3:2"]
    assert "a b.ipynb:cell 3:4" in page
    assert "<p>Cell 3:</p>" in page
    assert "p.grad" in page
    assert "lifetime" in page
