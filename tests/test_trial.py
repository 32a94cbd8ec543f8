"""Which of several moves hold together, which fall, and what the others then need."""

from __future__ import annotations

import ast
from textwrap import dedent

from codemods.findings import Verdict
from codemods.judge import judge
from codemods.lower import lower
from codemods.moves import Move, Position
from codemods.plan import Layout, plan
from codemods.proof.lockstep import CLEAN_ENTRY, CLOSED_WORLD
from codemods.proof.witness import Differs, Kind, Unsure
from codemods.settings import Placement
from codemods.syntax import parse
from codemods.trial import Trial, attempt
from codemods.versions import Versions, moved


def tried(text: str, *, strict: bool = False) -> tuple[Trial, list[Move]]:
    """All planned moves of a text, and what comes of them."""
    source = dedent(text).lstrip("\n")
    tree = parse(source)
    program, layout = lower(tree), Layout(tree, source)
    plans = [
        found
        for one in judge(program)
        if one.verdict is Verdict.ZERO_LAST
        for found in plan(program, layout, one, Placement.TOP)
    ]
    moves = [one.move for one in plans if one.move is not None]
    assert len(moves) == len(plans)
    return attempt(program, Versions(source), moves, strict=strict), moves


def lines(moves: object) -> list[int]:
    """The lines of moves, where they come from."""
    assert isinstance(moves, tuple | dict)
    return sorted(one.statement.line for one in moves)


LOOP = """
for x in loader:
    loss = criterion(model(x))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""


# The tree that is proved


def test_a_move_is_carried_out_on_the_tree() -> None:
    source = LOOP.lstrip("\n")
    tree = moved(source, [Move(Position(5, 4), Position(2, 4))])
    (loop,) = tree.body
    assert isinstance(loop, ast.For)
    assert [ast.unparse(one).partition("(")[0] for one in loop.body] == [
        "optimizer.zero_grad",
        "loss = criterion",
        "loss.backward",
        "optimizer.step",
    ]


def test_moved_statements_keep_the_lines_on_which_they_stood() -> None:
    tree = moved(LOOP.lstrip("\n"), [Move(Position(5, 4), Position(2, 4))])
    (loop,) = tree.body
    assert isinstance(loop, ast.For)
    assert [one.lineno for one in loop.body] == [5, 2, 3, 4]


def test_moves_with_one_target_keep_their_order() -> None:
    text = "if x:\n    loss.backward()\n    a.step()\n    a.zero_grad()\n    b.zero_grad()\n"
    moves = [Move(Position(5, 4), Position(2, 4)), Move(Position(4, 4), Position(2, 4))]
    (suite,) = moved(text, moves).body
    assert isinstance(suite, ast.If)
    assert [one.lineno for one in suite.body] == [4, 5, 2, 3]


# Which moves hold


def test_no_moves_are_no_trial() -> None:
    assert attempt(lower(parse("")), Versions(""), []) == Trial()


def test_a_move_that_is_proved_outright_needs_nothing() -> None:
    trial, moves = tried(LOOP)
    assert trial.accepted == tuple(moves)
    assert trial.assumes == {moves[0]: ()}
    assert trial.refused == {}


def test_moves_that_only_hold_together_hold() -> None:
    trial, moves = tried(LOOP + LOOP)
    assert trial.accepted == tuple(moves)
    assert len(moves) == 2


def test_a_culprit_falls_alone() -> None:
    apart = LOOP.replace("optimizer", "second").replace("model", "other")
    text = """
        import torch
        model, other = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters())
        second = torch.optim.SGD(other.parameters())
        %s
        second.zero_grad()
        optimizer.zero_grad()
        %s
        print(model.weight.grad)
    """
    text = dedent(text).lstrip("\n") % (apart, LOOP)
    trial, _ = tried(text)
    (accepted,), (refused,) = trial.accepted, trial.refused.values()
    assert isinstance(refused, Differs)
    assert (refused.kind, refused.receiver.text) == (Kind.STALE, "optimizer")
    assert "second.zero_grad()" in text.splitlines()[accepted.statement.line - 1]


def test_culprits_fall_one_after_another() -> None:
    # The read refutes the second loop; without its move, the first one leaves gradients for the second to add to.
    trial, moves = tried(LOOP + LOOP + "print(model.weight.grad)\n")
    assert trial.accepted == ()
    assert lines(trial.refused) == lines(tuple(moves))
    for move in moves:
        refused = trial.refused[move]
        assert isinstance(refused, Differs)
        assert (refused.kind, refused.site.line) == (Kind.STALE, move.statement.line)


def test_a_refusal_names_the_zero_that_is_to_blame() -> None:
    trial, moves = tried(LOOP + "print(model.weight.grad)\n")
    refused = trial.refused[moves[0]]
    assert isinstance(refused, Differs)
    assert (refused.site.line, refused.site.column) == (moves[0].statement.line, moves[0].statement.column)


# Assumptions


FUNCTION = "def train():\n" + "".join(f"    {line}\n" for line in LOOP.splitlines())


def test_a_move_in_a_function_that_outsiders_call_has_assumptions() -> None:
    trial, moves = tried(FUNCTION)
    assert trial.assumes == {moves[0]: (CLEAN_ENTRY, CLOSED_WORLD)}


def test_a_move_that_outsiders_cannot_reach_needs_none_of_another_ones() -> None:
    trial, moves = tried(LOOP + "second.zero_grad()\n" + FUNCTION.replace("optimizer", "second"))
    assert lines(trial.accepted) == lines(tuple(moves))
    assert [trial.assumes[move] for move in moves] == [(), (CLEAN_ENTRY, CLOSED_WORLD)]


def test_strict_drops_what_needs_assumptions_and_keeps_the_rest() -> None:
    text = LOOP + "optimizer.zero_grad()\nsecond.zero_grad()\n" + FUNCTION.replace("optimizer", "second")
    trial, moves = tried(text, strict=True)
    assert trial.accepted == (moves[0],)
    (refused,) = trial.refused.values()
    assert refused == Unsure(f"--strict: the proof assumes {CLEAN_ENTRY} and {CLOSED_WORLD}")


def test_strict_keeps_what_is_proved_outright() -> None:
    assert tried(LOOP, strict=True)[0] == tried(LOOP)[0]


# Repairs


def test_a_move_that_only_keeps_leftovers_out_is_a_repair() -> None:
    trial, moves = tried("criterion(model(x)).backward()\n" + LOOP)
    assert trial.accepted == ()
    assert trial.repairs == tuple(moves)
    refused = trial.refused[moves[0]]
    assert isinstance(refused, Differs)
    assert refused.kind is Kind.RESIDUAL


def test_a_move_that_would_also_leave_something_stale_is_none() -> None:
    trial, _ = tried("criterion(model(x)).backward()\n" + LOOP + "print(model.weight.grad)\n")
    assert trial.accepted == ()
    assert trial.repairs == ()


SANITY_BATCH = LOOP.replace("for x in loader:", "if sane:") + "loss.backward()\n"


def test_a_move_that_holds_only_beside_a_repair_is_a_repair_too() -> None:
    trial, moves = tried(SANITY_BATCH + LOOP)
    assert trial.accepted == ()
    assert lines(trial.repairs) == lines(tuple(moves))
    assert [refused.kind for refused in trial.refused.values() if isinstance(refused, Differs)] == [
        Kind.RESIDUAL,
        Kind.STALE,
    ]
