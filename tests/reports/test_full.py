"""The full report: what a person sees below a finding."""

from __future__ import annotations

import pytest

from codemods.findings import Finding, Fix, Outcome, Stop, Verdict
from codemods.reports import full

SOURCE = b"""\
for x in loader:
    loss(x).backward()
    optimizer.step()
    optimizer.zero_grad()
print(weight.grad)
"""
HAZARD = Finding(
    "a.py", 2, 4, "<module>", Verdict.HAZARD, ("optimizer",), "still there",
    witness=(
        Stop(4, "optimizer.zero_grad()  <- would be cleared here instead"), Stop(2, "loss(x).backward()"),
        Stop(3, "optimizer steps"), Stop(5, "weight.grad looks at gradients"),
    ),
)  # fmt: skip
ZERO_LAST = Finding(
    "a.py", 2, 4, "<module>", Verdict.ZERO_LAST, ("optimizer",), "comes last", fix=Fix.SAFE, applied=True
)


def shown(*findings: Finding, before: bytes = SOURCE, fixed: bool = False, coloured: bool = False) -> str:
    style = full.coloured if coloured else full.plain
    return full.render(Outcome("a.py", before, None, findings), fixed=fixed, style=style)


def test_a_witness_is_drawn_under_the_lines_in_the_order_of_its_path() -> None:
    assert shown(HAZARD) == """\
a.py:2: hazard: still there
  |
4 |     optimizer.zero_grad()
  |     --------------------- 1. would be cleared here instead
...
2 |     loss(x).backward()
  |     ------------------ 2.
3 |     optimizer.step()
  |     ---------------- 3. optimizer steps
...
5 | print(weight.grad)
  | ^^^^^^^^^^^^^^^^^^ 4. weight.grad looks at gradients

"""


def test_a_finding_shows_the_lines_of_its_training_step() -> None:
    assert shown(ZERO_LAST) == """\
a.py:2: GO101 zero-last [*]: comes last
  |
2 |     loss(x).backward()
3 |     optimizer.step()
4 |     optimizer.zero_grad()

"""
    assert shown(ZERO_LAST, fixed=True) == "a.py:2: GO101 zero-last [fixed]: comes last\n"


def test_colours_are_only_added_never_text() -> None:
    with_colours = shown(HAZARD, ZERO_LAST, coloured=True)
    assert "\x1b[" in with_colours
    plain = "".join(
        part.partition("m")[2] if number else part for number, part in enumerate(with_colours.split("\x1b["))
    )
    assert plain == shown(HAZARD, ZERO_LAST)


def test_a_canonical_step_is_not_shown() -> None:
    assert shown(Finding("a.py", 2, 4, "f", Verdict.CANONICAL, ("o",), "fine")) == ""


@pytest.mark.parametrize("line", [0, 99])
def test_a_stop_outside_the_file_is_named_without_a_drawing(line: int) -> None:
    odd = Finding("a.py", 2, 4, "f", Verdict.HAZARD, ("o",), "why", witness=(Stop(line, "far"),))
    assert shown(odd) == f"a.py:2: hazard: why\n    line {line}  far\n"


def test_a_long_line_is_cut_and_a_long_note_keeps_a_short_mark() -> None:
    source = b"x = " + b"f(" * 200 + b")" * 200 + b"\n"
    odd = Finding("a.py", 1, 1, "f", Verdict.HAZARD, ("o",), "why", witness=(Stop(1, "far"),))
    lines = shown(odd, before=source).splitlines()
    assert max(len(line) for line in lines) < 120
    assert lines[3] == "  | ^ 1. far"


def test_a_stop_that_begins_with_its_line_keeps_its_sentence() -> None:
    stop = Stop(3, "optimizer.step() cannot be followed")
    finding = Finding("a.py", 2, 4, "<module>", Verdict.HAZARD, ("optimizer",), "left", witness=(stop,))
    assert "1. optimizer.step() cannot be followed" in shown(finding)
