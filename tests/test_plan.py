"""Where each late zero_grad is planned to go, and why some stay."""

from __future__ import annotations

from textwrap import dedent

import pytest

from codemods.findings import Verdict
from codemods.judge import judge
from codemods.lower import lower
from codemods.moves import Move, Position
from codemods.plan import Layout, Planned, plan
from codemods.settings import Placement
from codemods.syntax import parse


def planned(text: str, placement: Placement = Placement.TOP) -> list[Planned]:
    """The plans for all zero-last steps of a text."""
    source = dedent(text).lstrip("\n")
    tree = parse(source)
    program = lower(tree)
    layout = Layout(tree, source)
    late = [one for one in judge(program) if one.verdict is Verdict.ZERO_LAST]
    assert late
    return [found for one in late for found in plan(program, layout, one, placement)]


def target(text: str, placement: Placement = Placement.TOP) -> str:
    """The line that the only late zero goes directly above."""
    (one,) = planned(text, placement)
    assert one.move, one.reason
    assert "zero_grad" in dedent(text).lstrip("\n").splitlines()[one.move.statement.line - 1]
    return dedent(text).lstrip("\n").splitlines()[one.move.before.line - 1].strip()


def refusal(text: str) -> str:
    """Why the only late zero stays."""
    (one,) = planned(text)
    assert one.move is None
    return one.reason


LOOP = """
    for x, y in loader:
        x = x.to(device)
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
"""

# Each text, and the line that zero_grad goes above
TOP = {
    "the top of a loop": (LOOP, "x = x.to(device)"),
    "the top of a while loop": (LOOP.replace("for x, y in loader:", "while ready():"), "x = x.to(device)"),
    "the top of a function": (
        """
        def update(x, y):
            x = x.to(device)
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "x = x.to(device)",
    ),
    "the top of a coroutine": (
        """
        async def update(x, y):
            x = x.to(device)
            criterion(model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "x = x.to(device)",
    ),
    "below the docstring of a function": (
        '''
        def update(x, y):
            """Take one step."""
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        ''',
        "loss = criterion(model(x), y)",
    ),
    "below a global declaration of its receiver": (
        """
        def update(x, y):
            global count, optimizer
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "above a global declaration of something else": (
        """
        def update(x, y):
            global count
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "global count",
    ),
    "below a nonlocal declaration of its receiver": (
        """
        def main():
            optimizer = torch.optim.SGD(model.parameters())
            def update(x, y):
                nonlocal optimizer
                criterion(model(x), y).backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "criterion(model(x), y).backward()",
    ),
    "below the statement that binds its receiver": (
        """
        for x, y in loader:
            x = x.to(device)
            optimizer = pick(x)
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "below the statement that binds an index of its receiver": (
        """
        for x, y in loader:
            i = choose(x)
            loss = criterion(model(x), y)
            loss.backward()
            opts[i].step()
            opts[i].zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "below the statement that binds an attribute of its receiver": (
        """
        for x, y in loader:
            trainer.optimizer = pick(x)
            loss = criterion(model(x), y)
            loss.backward()
            trainer.optimizer.step()
            trainer.optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "below the statement that binds its argument": (
        """
        for x, y in loader:
            to_none = bool(x)
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=to_none)
        """,
        "loss = criterion(model(x), y)",
    ),
    "below a binding inside a compound statement": (
        """
        for x, y in loader:
            if x:
                optimizer = pick(x)
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "above an early exit where nothing says that the receiver may be None": (
        """
        for x, y in loader:
            if skip(x):
                continue
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "if skip(x):",
    ),
    "below an early exit that may mean that nobody trains": (
        """
        def epoch(training, optimizer):
            for x, y in loader:
                loss = criterion(model(x), y)
                if not training:
                    continue
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "loss.backward()",
    ),
    "below every early exit where the receiver is compared with None": (
        """
        for x, y in loader:
            loss = criterion(model(x), y)
            if optimizer is None or loss.isnan():
                continue
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss.backward()",
    ),
    "above an early exit that this iteration's loss decides": (
        """
        def epoch(optimizer):
            for x, y in loader:
                loss = criterion(model(x), y)
                if loss.isnan():
                    continue
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "above a break that belongs to an inner loop": (
        """
        def epoch(optimizer, training):
            for x, y in loader:
                for part in x:
                    if training:
                        break
                criterion(model(x), y).backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "for part in x:",
    ),
    "above an early exit for a receiver that is certainly there": (
        """
        import torch
        optimizer = torch.optim.SGD(model.parameters())
        for x, y in loader:
            if not training:
                continue
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "if not training:",
    ),
    "in the suite of an if, above the first statement that leads to the backward": (
        """
        for x, y in loader:
            if training:
                count += 1
                out = model(x)
                print(out)
                loss = criterion(out, y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "out = model(x)",
    ),
    "in the suite of a with": (
        """
        for x, y in loader:
            with timer():
                count += 1
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "in a module, above the first statement that leads to the backward": (
        """
        count = 0
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        while count:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        """,
        "loss = criterion(model(x), y)",
    ),
    "imports and definitions do not lead to a backward": (
        """
        if training:
            import criterion
            def model(x):
                return x
            out = model(x)
            criterion(out, y).backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "out = model(x)",
    ),
    "a backward inside a compound statement": (
        """
        for x, y in loader:
            loss = criterion(model(x), y)
            if loss.requires_grad:
                loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
    "a backward inside a call": (
        """
        def learn(loss):
            loss.backward()
        for x, y in loader:
            loss = criterion(model(x), y)
            learn(loss)
            optimizer.step()
            optimizer.zero_grad()
        """,
        "loss = criterion(model(x), y)",
    ),
}


@pytest.mark.parametrize(("text", "expected"), TOP.values(), ids=TOP)
def test_zero_grad_goes_above(text: str, expected: str) -> None:
    assert target(text) == expected


BEFORE_BACKWARD = {
    "the statement with the backward": (LOOP, "loss.backward()"),
    "the compound statement with the backward": (
        LOOP.replace("loss.backward()", "if loss:\n            loss.backward()"),
        "if loss:",
    ),
    "the first of several backwards": (
        LOOP.replace("loss.backward()", "loss.backward()\n        other.backward()"),
        "loss.backward()",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BEFORE_BACKWARD.values(), ids=BEFORE_BACKWARD)
def test_before_backward_it_goes_above(text: str, expected: str) -> None:
    assert target(text, Placement.BEFORE_BACKWARD) == expected


def test_several_zeros_of_one_suite_go_above_one_statement() -> None:
    text = """
        for x, y in loader:
            loss = criterion(model(x), y)
            loss.backward()
            first.step()
            second.step()
            first.zero_grad()
            second.zero_grad()
    """
    assert [one.move for one in planned(text)] == [
        Move(Position(6, 4), Position(2, 4)),
        Move(Position(7, 4), Position(2, 4)),
    ]


def test_each_zero_stays_below_what_binds_its_own_receiver() -> None:
    text = """
        for x, y in loader:
            first = pick(x)
            loss = criterion(model(x), y)
            loss.backward()
            first.step()
            second.step()
            first.zero_grad()
            second.zero_grad()
    """
    assert [one.move and one.move.before.line for one in planned(text)] == [3, 2]


def test_columns_count_characters_not_bytes() -> None:
    text = "for x in loader:\n    é = 'ü'; loss.backward(); optimizer.step(); optimizer.zero_grad()\n"
    (one,) = planned(text)
    line = text.splitlines()[1]
    assert one.move == Move(Position(2, line.index("optimizer.zero")), Position(2, 4))


def test_a_position_is_found_again() -> None:
    text = "if x:\n    ü = 1; optimizer.zero_grad()\n"
    tree = parse(text)
    layout = Layout(tree, text)
    for suite in (tree.body, tree.body[0].body):  # type: ignore[attr-defined]
        for statement in suite:
            assert layout.at(layout.position(statement)).statement is statement


REFUSED = {
    "inside a called function": (
        """
        def apply(opt):
            opt.step()
            opt.zero_grad()
        for x in loader:
            loss.backward()
            apply(optimizer)
        """,
        "zero_grad() happens inside the function called on line 6",
    ),
    "part of an expression": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            print(optimizer.zero_grad())
        """,
        "zero_grad() is part of a larger expression",
    ),
    "handed the result of a call": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=choose())
        """,
        "zero_grad() is handed the result of a call, which would run elsewhere",
    ),
    "in a suite without the backward": (
        """
        for x in loader:
            loss.backward()
            if x:
                optimizer.step()
                optimizer.zero_grad()
            else:
                optimizer.step()
                optimizer.step()
        """,
        "zero_grad() stands in a suite of its own, without the backward",
    ),
    "bound behind the backward": (
        """
        for x in loader:
            loss.backward()
            optimizer = pick(x)
            optimizer.step()
            optimizer.zero_grad()
        """,
        "optimizer is bound between the backward and zero_grad()",
    ),
    "perhaps None inside a try": (
        """
        for x in loader:
            try:
                loss.backward()
                if optimizer is not None:
                    optimizer.step()
                optimizer.zero_grad()
            except AttributeError:
                optimizer.zero_grad()
        """,
        "optimizer may be None here, inside a try that would hide it",
    ),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_zero_grad_stays(text: str, reason: str) -> None:
    assert reason in [one.reason for one in planned(text) if one.move is None]
