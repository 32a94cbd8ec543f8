"""Running the tool again changes nothing, whatever is asked of it: what a second run would change, the first changes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.engine import examine
from codemods.settings import Placement, Settings

if TYPE_CHECKING:
    from codemods.findings import Outcome

CODES = ("GO101", "GO102", "GO201", "GO202")
SELECTIONS = [frozenset(one) for size in range(1, 5) for one in combinations(CODES, size)]
EVERY = [
    Settings(unsafe, strict, placement, codes=codes)
    for codes in SELECTIONS
    for unsafe in (False, True)
    for strict in (False, True)
    for placement in Placement
]
ALL = Settings(codes=frozenset(CODES))
UNSAFE = Settings(unsafe_fixes=True, codes=frozenset(CODES))


def done_once(text: str, options: Settings) -> Outcome:
    """The outcome, with a second run that must have nothing left to do."""
    outcome = examine("any.py", text.encode(), options)
    assert outcome.problem is None, outcome.problem
    if outcome.after is not None:
        assert any(one.applied for one in outcome.findings)
        again = examine("any.py", outcome.after, options)
        assert again.problem is None, again.problem
        assert (
            again.after is None
        ), f"{text}\n# --- once\n{outcome.after.decode()}\n# --- twice\n{(again.after or b'').decode()}"
    return outcome


BEHIND = """\
x, y = loader[0]
loss = loss_fn(model(x), y)
loss.backward()
optimizer.step()
optimizer.zero_grad()

for x, y in loader:
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
"""


def test_a_step_that_is_canonical_once_its_zero_moves_has_what_stands_behind_the_forward_moved_too() -> None:
    outcome = done_once(BEHIND, ALL)
    assert outcome.after is not None
    assert outcome.after.decode() == (
        "optimizer.zero_grad()\nx, y = loader[0]\nloss = loss_fn(model(x), y)\nloss.backward()\noptimizer.step()\n\n"
        "for x, y in loader:\n    optimizer.zero_grad()\n    loss = loss_fn(model(x), y)\n    optimizer.step()\n    loss.backward()\n"
    )
    (made,) = [one for one in outcome.findings if one.applied]
    assert (made.line, made.code) == (3, "GO101")
    assert "line 5 comes after" in made.reason
    assert "line 9 stands behind the forward" in made.reason


def test_what_is_moved_in_a_later_round_alone_is_told_in_the_lines_of_the_file_before() -> None:
    outcome = done_once(BEHIND.replace("optimizer.zero_grad()\n\n", "\noptimizer.zero_grad()\n"), ALL)
    assert outcome.after is not None
    assert all(one.line in (3, 11) for one in outcome.findings)


MENDED = """\
x, y = loader[0]
loss = loss_fn(model(x), y)
optimizer.step()
loss.backward()
optimizer.zero_grad()
for x, y in loader:
    loss.backward()
    optimizer.step()
    loss.backward()
"""
TWICE = """\
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
x, y = loader[0]
loss.backward()
optimizer.zero_grad()
optimizer.step()
loss = loss_fn(model(x), y)
"""


def test_a_move_that_a_repair_makes_room_for_is_made_with_it() -> None:
    outcome = done_once(MENDED, UNSAFE)
    assert outcome.after is not None
    assert outcome.after.decode().startswith("optimizer.zero_grad()\n")
    assert outcome.after.decode().count("zero_grad") == 2


def test_a_call_that_a_rewrite_and_a_repair_both_move_moves_once() -> None:
    outcome = done_once(TWICE, UNSAFE)
    assert outcome.after is not None
    assert outcome.after.decode().count("zero_grad") == 2


@pytest.mark.parametrize("text", [BEHIND, MENDED, TWICE])
def test_whatever_is_asked_for_a_second_run_changes_nothing(text: str) -> None:
    for options in EVERY:
        done_once(text, options)


FORWARD, BACKWARD = "loss = loss_fn({0}(x), y)", "loss.backward()"
STEP, ZERO = "{1}.step()", "{1}.zero_grad()"
OWNERS = (("model", "optimizer"), ("generator", "opt_g"))
FOREIGN = (
    "print(model.weight.grad)",
    "optimizer.zero_grad()",
    "opt_g.zero_grad()",
    "clip_grad_norm_(model.parameters(), 1.0)",
    "if coin():\n    return",
)


@st.composite
def iterations(draw: st.DrawFn) -> list[str]:
    """Forward, backward, step and zero in some order, some missing or doubled, some in an ``if``."""
    owner = draw(st.sampled_from((OWNERS[0], *OWNERS)))
    whole = [FORWARD, BACKWARD, STEP, ZERO]
    lines = draw(
        st.permutations(whole) | st.just(whole) | st.lists(st.sampled_from(whole), min_size=2, max_size=6)
    )
    lines = [one.format(*owner) for one in lines]
    if draw(st.integers(0, 4)) == 0:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(FOREIGN)))
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = "if coin():\n" + indented(lines[at])
    return [line for one in lines for line in one.splitlines()]


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A few training steps, one behind the other, over the same optimizers."""
    parts = []
    for number in range(draw(st.integers(1, 3))):
        body = "\n".join(draw(iterations()))
        form = draw(st.sampled_from(("plain", "loop", "loop", "function", "loops")))
        if form == "plain":
            parts += ["x, y = loader[0]", body.replace("return", "pass")]
        elif form == "loop":
            parts += ["for x, y in loader:", indented(body.replace("return", "continue"))]
        elif form == "function":
            parts += [f"def train_{number}(x, y):", indented(body)]
        else:
            ending = draw(st.sampled_from(("pass", "optimizer.zero_grad()", "scheduler.step()")))
            inner = indented(body.replace("return", "continue"))
            parts += [
                "for epoch in range(3):",
                indented("for x, y in loader:"),
                indented(inner),
                indented(ending),
            ]
    return "\n".join(parts) + "\n"


@settings(max_examples=120, deadline=None)
@given(programs(), st.lists(st.sampled_from(EVERY), min_size=2, max_size=2, unique=True))
def test_a_second_run_changes_nothing_of_steps_that_follow_each_other(
    text: str, chosen: list[Settings]
) -> None:
    for options in (*chosen, ALL, UNSAFE):
        done_once(text, options)
