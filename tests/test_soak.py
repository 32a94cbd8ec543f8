"""Random training programs: whatever the tool rewrites trains bit for bit the same under torch.

``python -m tests.soak`` runs any number of them; docs/equivalence.md tells what came of it.
"""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.soak.__main__ import count, text
from tests.soak.check import Runs, check
from tests.soak.draw import Drawn, seeded
from tests.soak.fate import Fate, Program
from tests.soak.shapes import called, closure, offered, own_class, program, script
from tests.soak.world import difference, trained

BLOCKS, SIZE = 8, 250
PLAIN = (script, called, offered, own_class, closure)
"""Shapes of which nearly everything can be followed."""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_rewrite_of_a_random_program_shows_under_torch(block: int) -> None:
    counts: Counter[str] = Counter()
    for number in range(SIZE):
        found = check(program(seeded(f"ci/{block}/{number}")), tempt=False)
        count(counts, found)
        assert found.wrong is None, f"{found.wrong}\n{text(found)}"
    assert counts["rewritten"] > SIZE / 10


def test_most_refusals_are_for_a_difference_that_torch_shows() -> None:
    counts: Counter[str] = Counter()
    for number in range(SIZE // 2):
        count(counts, check(program(seeded(f"refusals/{number}"), PLAIN[number % len(PLAIN)])))
    assert counts["stale seen"] > 0.5 * counts["stale"] > 5
    assert counts["residual seen"] > 0.5 * counts["residual"] > 5


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_rewrite_shows_under_torch_and_the_smallest_that_does_is_told(data: st.DataObject) -> None:
    found = check(program(Drawn(data.draw)), tempt=False)
    assert found.wrong is None, f"{found.wrong}\n{text(found)}"


LOOP = """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
FIRST = """
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
"""


def test_a_run_is_the_same_each_time() -> None:
    for seed in range(3):
        assert difference(trained(Program(LOOP), Fate(seed)), trained(Program(LOOP), Fate(seed))) is None


def test_a_run_tells_what_every_step_saw_and_did() -> None:
    kinds = [event[0] for event in trained(Program(LOOP), Fate(0))]
    assert kinds == ["step", "left"] * 3 + ["end", "end"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("loss_fn(model(x0), y0).backward()" + LOOP, "loss_fn(model(x0), y0).backward()" + FIRST),
        (LOOP + "print(model.a.grad)", FIRST + "print(model.a.grad)"),
        (LOOP + "monitor(model)", FIRST + "monitor(model)"),
        (
            LOOP + LOOP.replace("    optimizer.zero_grad()\n", ""),
            FIRST + LOOP.replace("    optimizer.zero_grad()\n", ""),
        ),
        (LOOP.replace("zero_grad()", "zero_grad(set_to_none=False)"), LOOP),
    ],
)
def test_a_wrong_rewrite_is_seen(before: str, after: str) -> None:
    assert Runs(Program(before)).difference(after, 12) is not None


def test_programs_can_be_compiled_and_run_to_their_end() -> None:
    ended: Counter[str] = Counter()
    for number in range(150):
        made = program(seeded(f"ends/{number}"))
        ast.parse(made.source)
        events = trained(made, Fate(number))
        ended[next((event[1] for event in events if event[0] == "raised"), "well")] += 1
    assert ended["well"] > 75, ended
    assert "SyntaxError" not in ended, ended
    assert ended["AttributeError"] + ended["TypeError"] + ended["IndexError"] < 10, ended
