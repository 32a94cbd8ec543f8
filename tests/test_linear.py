"""What the analysis costs grows with the file and not faster, whatever the file does; what is too large is told of.

Costs are counted in calls of functions, which are the same in every run on every machine.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.engine import examine
from codemods.settings import Settings
from tests import hard_inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from codemods.findings import Outcome

SLACK = 2.6
"""Twice the size may cost so many times as much."""

INPUTS: dict[str, tuple[Callable[[int], str], int]] = {
    "statements": (hard_inputs.statements, 200),
    "events": (hard_inputs.events, 300),
    "late zeros in one loop": (hard_inputs.late, 20),
    "late zeros in many loops": (hard_inputs.loops, 20),
    "calls of other code": (hard_inputs.calls, 150),
    "ifs in a row": (hard_inputs.ifs, 80),
    "ifs in towers": (hard_inputs.nested, 80),
    "elifs": (hard_inputs.elifs, 20),
    "helpers that call the next one twice": (hard_inputs.helpers, 15),
    "functions": (hard_inputs.functions, 30),
    "withs in towers": (hard_inputs.withs, 30),
    "tries in towers": (hard_inputs.tries, 30),
    "handlers": (hard_inputs.handlers, 30),
    "a long sum": (hard_inputs.long_sum, 200),
    "a long call": (hard_inputs.long_call, 300),
    "a long condition": (hard_inputs.conditions, 100),
    "names of names": (hard_inputs.aliases, 50),
}


def counted(text: str) -> tuple[int, Outcome]:
    """How many functions are called to examine a file, and what comes of it."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        outcome = examine("train.py", text.encode(), Settings())
    finally:
        sys.setprofile(before)
    return calls, outcome


@pytest.mark.parametrize("name", INPUTS)
def test_twice_the_file_costs_about_twice_as_much(name: str) -> None:
    generate, size = INPUTS[name]
    examine("train.py", hard_inputs.late(1).encode(), Settings())
    once, outcome = counted(generate(size))
    twice, _ = counted(generate(2 * size))
    assert outcome.findings
    assert outcome.problem is None
    assert twice < SLACK * once
