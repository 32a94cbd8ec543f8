"""What the analysis costs grows with the file and not faster, whatever the file does; what is too large is told of.

Costs are counted in calls of functions, which are the same in every run on every machine.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import codemods.proof.walk
from codemods.engine import examine
from codemods.findings import Verdict
from codemods.lower import lower
from codemods.proof.align import pair
from codemods.proof.lockstep import prove
from codemods.proof.walk import Meter
from codemods.proof.witness import Differs
from codemods.settings import Settings
from codemods.syntax import parse
from tests import hard_inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from codemods.findings import Outcome

SLACK = 2.6
"""Twice the size may cost so many times as much."""

INPUTS: dict[str, tuple[Callable[[int], str], int]] = {
    "statements": (hard_inputs.statements, 100),
    "events": (hard_inputs.events, 3_000),
    "late zeros in one loop": (hard_inputs.late, 15),
    "late zeros in many loops": (hard_inputs.loops, 12),
    "calls of other code": (hard_inputs.calls, 60),
    "ifs in a row": (hard_inputs.ifs, 80),
    "ifs in towers": (hard_inputs.nested, 80),
    "elifs": (hard_inputs.elifs, 20),
    "helpers that call the next one twice": (hard_inputs.helpers, 15),
    "functions": (hard_inputs.functions, 30),
    "withs in towers": (hard_inputs.withs, 30),
    "tries in towers": (hard_inputs.tries, 30),
    "handlers": (hard_inputs.handlers, 30),
    "a long sum": (hard_inputs.long_sum, 200),
    "a long call": (hard_inputs.long_call, 150),
    "a long condition": (hard_inputs.conditions, 100),
    "names of names": (hard_inputs.aliases, 50),
    "names that are made of each other": (hard_inputs.handed_on, 60),
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


def test_a_proof_that_takes_too_many_steps_leaves_the_file_alone_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codemods.proof.walk, "TRANSITIONS", 100)
    outcome = examine("train.py", hard_inputs.elifs(30).encode(), Settings())
    assert outcome.after is None
    assert outcome.problem is None
    assert {one.verdict for one in outcome.findings} == {Verdict.UNSUPPORTED}
    assert "more paths than the proof follows" in outcome.findings[0].reason


STRAYS = """
class Guard:
    def __init__(self, opt):
        self.opt = opt
    def __del__(self):
        self.opt.zero_grad()
class Trainer:
    def __init__(self, model, opt):
        self.model, self.opt = model, opt
    def one(self, x):
        if log(x):
            look(self.model)
        self.model(x).sum().backward()
        show(self.model)
        self.opt.step()
        if log(x):
            look(self.model)
    def fit(self, loader):
        for x in loader:
            self.opt.zero_grad()  # after
            self.one(x)
            self.opt.zero_grad()  # before
    def __del__(self):
        if look(self.model):
            self.model(1).sum().backward()
        elif look(self.opt):
            self.opt.zero_grad(set_to_none=False)
        elif look(self.opt):
            self.opt.zero_grad(set_to_none=True)
"""
"""Functions that run at any time, and leave gradients in many states."""


def test_what_may_run_anywhere_is_followed_from_each_place_once() -> None:
    lines = STRAYS.splitlines()
    before, after = (
        lower(parse("\n".join(line for line in lines if not line.endswith(end))))
        for end in ("# after", "# before")
    )
    meter = Meter()
    assert isinstance(prove(before, pair(before, after), meter=meter), Differs)
    assert meter.count < 5_000


def test_optimizers_that_hang_together_are_tried_up_to_a_bound() -> None:
    few, _ = counted(hard_inputs.optimizers(6))
    many, outcome = counted(hard_inputs.optimizers(18))
    assert outcome.problem is None
    assert len(outcome.findings) == 18
    assert all(one.reason for one in outcome.findings)
    assert many < 12 * few


@pytest.mark.parametrize("name", ["methods", "chained"])
def test_what_calls_everything_else_stays_below_the_square(name: str) -> None:
    generate = {"methods": hard_inputs.methods, "chained": hard_inputs.chained}[name]
    once, _ = counted(generate(30))
    twice, outcome = counted(generate(60))
    assert outcome.findings
    assert twice < 3.4 * once


def in_order(text: str) -> str:
    """The training step with zero_grad first: nothing is to be rewritten."""
    zero, loss = "        optimizer.zero_grad()\n", "        loss = model"
    return text.replace(zero, "").replace(loss, zero + loss)


@pytest.mark.parametrize(
    "text",
    [
        hard_inputs.late(40),
        hard_inputs.nested(90),
        hard_inputs.helpers(60),
        in_order(hard_inputs.long_sum(1_500)),
        in_order(hard_inputs.chained(300)),
        hard_inputs.methods(60),
    ],
    ids=["a long loop", "towers", "helpers", "a long sum", "a long chain", "methods"],
)
def test_nothing_is_too_deep(text: str) -> None:
    outcome = examine("train.py", text.encode(), Settings())
    assert outcome.problem is None
    assert outcome.findings
