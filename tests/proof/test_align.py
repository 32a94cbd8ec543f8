"""Which pairs of programs are the same once zero_grad is erased, and how their events are laid side by side."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from codemods.events import Zero
from codemods.proof.align import NotTheSameProgram, Paired, is_zero_statement, pair, same_but_for_zeros
from tests.proof import lowered

LAST = """
    for batch in loader:
        loss = criterion(model(batch))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
"""
FIRST = """
    for batch in loader:
        optimizer.zero_grad()
        loss = criterion(model(batch))
        loss.backward()
        optimizer.step()
"""


def paired(before: str, after: str) -> list[Paired]:
    """The paired events of two modules."""
    functions = pair(lowered(before), lowered(after))
    return [one for block in functions["<module>"].events for one in block]


def sides(before: str, after: str) -> list[tuple[str, bool, bool]]:
    """The zeros of two modules: on which line, and in which versions."""
    return [
        (str(one.event.span.line), one.in_before, one.in_after)
        for one in paired(before, after)
        if isinstance(one.event, Zero)
    ]


def test_a_moved_zero_stands_in_one_version_at_each_of_its_places() -> None:
    assert sides(LAST, FIRST) == [("2", False, True), ("5", True, False)]


def test_a_version_is_paired_with_itself_event_by_event() -> None:
    assert all(one.in_before and one.in_after for one in paired(LAST, LAST))
    assert sides(LAST, LAST) == [("5", True, True)]


def test_an_event_is_shown_where_it_stands_in_the_version_before() -> None:
    lines = [one.event.span.line for one in paired(LAST, FIRST) if one.in_before]
    assert lines == sorted(lines)
    assert max(lines) == 5


def test_of_several_zeros_in_a_row_only_the_moved_one_is_one_sided() -> None:
    before = "loss.backward()\nfirst.zero_grad()\nsecond.zero_grad()\n"
    after = "first.zero_grad()\nloss.backward()\nsecond.zero_grad()\n"
    assert sides(before, after) == [("1", False, True), ("2", True, False), ("3", True, True)]


def test_a_zero_of_another_flavour_is_another_zero() -> None:
    before, after = "optimizer.zero_grad(set_to_none=True)\n", "optimizer.zero_grad(set_to_none=False)\n"
    assert sorted(sides(before, after)) == [("1", False, True), ("1", True, False)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("loss.backward()\nopt.step()\n", "opt.step()\nloss.backward()\n", id="another order"),
        pytest.param("loss.backward()\nopt.step()\n", "loss.backward()\n", id="a step less"),
        pytest.param("loss.backward()\n", "loss.backward()\nloss.backward()\n", id="a backward more"),
        pytest.param("first.step()\n", "second.step()\n", id="another optimizer steps"),
        pytest.param("opt.step()\n", "if ready:\n    opt.step()\n", id="a test more"),
        pytest.param("while x:\n    opt.step()\n", "if x:\n    opt.step()\n", id="no loop"),
        pytest.param(
            "for x in loader:\n    if ready():\n        break\n    opt.step()\n",
            "for x in loader:\n    if ready():\n        continue\n    opt.step()\n",
            id="a continue for a break",
        ),
        pytest.param("def one():\n    pass\n", "def two():\n    pass\n", id="another function"),
        pytest.param("def one(a):\n    pass\n", "def one(b):\n    pass\n", id="another parameter"),
        pytest.param(
            "def one():\n    opt.step()\none()\n",
            "def one():\n    opt.step()\n",
            id="a function nobody calls",
        ),
        pytest.param(
            "from torch.optim import SGD\nopt = SGD(one.parameters())\nopt.step()\n",
            "from torch.optim import SGD\nopt = SGD(two.parameters())\nopt.step()\n",
            id="an optimizer over another module",
        ),
        pytest.param(
            "opt.step()\n", "opt.step()\nw.register_hook\n", id="a gradient hook, after which others may look"
        ),
    ],
)
def test_versions_that_differ_in_more_than_zeros_are_not_the_same_program(before: str, after: str) -> None:
    assert pair(lowered(before), lowered(before))
    for one, other in ((before, after), (after, before)):
        with pytest.raises(NotTheSameProgram) as caught:
            pair(lowered(one), lowered(other))
        assert caught.value.reason


# The same question of the trees


def same_trees(before: str, after: str) -> bool:
    return same_but_for_zeros(ast.parse(dedent(before)), ast.parse(dedent(after)))


def test_trees_with_a_moved_zero_are_the_same() -> None:
    assert same_trees(LAST, FIRST)


@pytest.mark.parametrize(
    "changed",
    [
        FIRST.replace("criterion", "other"),
        FIRST.replace("        optimizer.step()\n", ""),
        FIRST.replace("    for", "    print()\n    for"),
        FIRST.replace("loss =", "lost ="),
    ],
)
def test_trees_with_another_change_are_not_the_same(changed: str) -> None:
    assert changed != FIRST
    assert not same_trees(LAST, changed)


def test_a_zero_that_is_part_of_an_expression_is_not_erased() -> None:
    assert not same_trees("x = optimizer.zero_grad()\n", "x = 3\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("optimizer.zero_grad()", True),
        ("opts['g'].zero_grad(set_to_none=True)", True),
        ("await engine.zero_grad()", True),
        ("optimizer.zero_grad", False),
        ("optimizer.step()", False),
        ("zero_grad()", False),
        ("x = optimizer.zero_grad()", False),
        ("ready and optimizer.zero_grad()", False),
    ],
)
def test_a_zero_statement_is_a_call_and_nothing_else(source: str, expected: bool) -> None:
    assert is_zero_statement(ast.parse(source).body[0]) is expected
