"""One small program for each verdict, and for each sentence of its rules."""

from __future__ import annotations

from textwrap import dedent

import pytest

from codemods.findings import Verdict
from codemods.judge import Judged, judge
from codemods.lower import lower
from codemods.syntax import parse


def judged(text: str) -> list[Judged]:
    return judge(lower(parse(dedent(text).lstrip("\n"))))


Row = tuple[int, tuple[str, ...], Verdict, str]

STEPS: dict[str, tuple[str, list[Row]]] = {
    "clear, fill, use": (
        """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
        [
            (3, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "the body of a function is a training step as well": (
        """
        def train():
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
        [
            (3, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "a zero at both ends is canonical": (
        """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        [
            (3, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "every step of an iteration on gradients that were cleared in it is canonical": (
        """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            loss2.backward()
            optimizer.step()
        """,
        [
            (3, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "a zero between two backwards is meant": (
        """
        for x in loader:
            optimizer.zero_grad()
            loss.backward(retain_graph=True)
            optimizer.zero_grad()
            loss2.backward()
            optimizer.step()
        """,
        [
            (5, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "a whole training step under a test is no accumulation": (
        """
        for step, x in enumerate(loader):
            if step % 2 == 0:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        """,
        [
            (4, ("optimizer",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "each optimizer goes with the backward that it follows": (
        """
        for x in loader:
            opt_d.zero_grad()
            loss_d.backward()
            opt_d.step()
            opt_g.zero_grad()
            loss_g.backward()
            opt_g.step()
        """,
        [
            (3, ("opt_d",), Verdict.CANONICAL, "zero_grad, backward, step"),
            (6, ("opt_g",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "a function that does all of it is the training step, not its caller": (
        """
        def update(opt):
            opt.zero_grad()
            loss.backward()
            opt.step()
        for x in loader:
            update(optimizer)
        """,
        [
            (3, ("opt",), Verdict.CANONICAL, "zero_grad, backward, step"),
        ],
    ),
    "a zero behind the step comes last": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 4 comes after optimizer.step()"),
        ],
    ),
    "in any loop": (
        """
        while True:
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 4 comes after optimizer.step()"),
        ],
    ),
    "a module's zero clears for an optimizer that has none of its own": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            model.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 4 comes after optimizer.step()"),
        ],
    ),
    "optimizers that share a backward are one training step": (
        """
        for x in loader:
            loss.backward()
            first.step()
            second.step()
            first.zero_grad()
            second.zero_grad()
        first.param_groups, second.param_groups
        """,
        [
            (2, ("first", "second"), Verdict.ZERO_LAST, "zero_grad() on line 5 comes after first.step()"),
        ],
    ),
    "optimizers with backwards of their own are training steps of their own": (
        """
        for x in loader:
            loss_d.backward()
            opt_d.step()
            opt_d.zero_grad()
            loss_g.backward()
            opt_g.step()
            opt_g.zero_grad()
        """,
        [
            (2, ("opt_d",), Verdict.ZERO_LAST, "zero_grad() on line 4 comes after opt_d.step()"),
            (5, ("opt_g",), Verdict.ZERO_LAST, "zero_grad() on line 7 comes after opt_g.step()"),
        ],
    ),
    "step and zero inside a call happen where it is called": (
        """
        def apply(opt):
            opt.step()
            opt.zero_grad()
        for x in loader:
            loss.backward()
            apply(optimizer)
        """,
        [
            (5, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 6 comes after optimizer.step()"),
        ],
    ),
    "a scaler's step is the optimizer's": (
        """
        for x in loader:
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 5 comes after optimizer.step()"),
        ],
    ),
    "a zero that is skipped now and then comes last where it comes": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            if x:
                optimizer.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 5 comes after optimizer.step()"),
        ],
    ),
    "a loop with a step in it runs at least once": (
        """
        for x in loader:
            loss.backward()
            for _ in rounds:
                optimizer.step()
                optimizer.zero_grad()
        """,
        [
            (2, ("optimizer",), Verdict.ZERO_LAST, "zero_grad() on line 5 comes after optimizer.step()"),
        ],
    ),
    "a backward that can run again before a step accumulates": (
        """
        for i, x in enumerate(loader):
            loss.backward()
            if i % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.ACCUMULATION,
                "the backward on line 2 can run again before a step or a zero_grad: gradients accumulate",
            ),
        ],
    ),
    "an inner loop of backwards accumulates": (
        """
        for x in loader:
            for part in x:
                loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        [
            (
                3,
                ("optimizer",),
                Verdict.ACCUMULATION,
                "the backward on line 3 can run again before a step or a zero_grad: gradients accumulate",
            ),
        ],
    ),
    "an iteration that leaves between backward and step accumulates": (
        """
        for x in loader:
            loss.backward()
            if bad(x):
                continue
            optimizer.step()
            optimizer.zero_grad()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.ACCUMULATION,
                "the backward on line 2 can run again before a step or a zero_grad: gradients accumulate",
            ),
        ],
    ),
    "an accumulation context accumulates": (
        """
        for x in loader:
            with accelerator.accumulate(model):
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
        [
            (
                3,
                ("optimizer",),
                Verdict.ACCUMULATION,
                "accelerator.accumulate(model) (line 2) decides in which iterations gradients are used and cleared",
            ),
        ],
    ),
    "a zero between backward and step leaves the step nothing": (
        """
        for x in loader:
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.STEP_WITHOUT_GRADIENT,
                "optimizer steps on cleared gradients: zero_grad() on line 3 stands between backward and step",
            ),
        ],
    ),
    "a loop that clears nothing": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.NEVER_CLEARED,
                "nothing in the loop clears the gradients of optimizer: each step also sees those of the steps before",
            ),
        ],
    ),
    "a zero once per epoch with a step per batch": (
        """
        for epoch in range(3):
            optimizer.zero_grad()
            for x in loader:
                loss.backward()
                optimizer.step()
        """,
        [
            (
                4,
                ("optimizer",),
                Verdict.NEVER_CLEARED,
                "nothing in the loop clears the gradients of optimizer: each step also sees those of the steps before",
            ),
        ],
    ),
    "a function that clears nothing may be cleared for by its caller": (
        """
        def update():
            loss.backward()
            optimizer.step()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "no zero_grad() for optimizer is in sight here: its gradients are cleared elsewhere, if at all",
            ),
        ],
    ),
    "gradients that are written back are there for the step": (
        """
        for x in loader:
            loss.backward()
            optimizer.zero_grad()
            for p in model.parameters():
                p.grad = kept.pop()
            optimizer.step()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "optimizer steps behind zero_grad(), on what line 5 may have put into its gradients",
            ),
        ],
    ),
    "new parameters have no gradients": (
        """
        import torch
        for x in loader:
            z = torch.zeros(3, requires_grad=True)
            opt = torch.optim.Adam([z])
            loss = (z - x).sum()
            loss.backward()
            opt.step()
        """,
        [
            (
                6,
                ("opt",),
                Verdict.UNSUPPORTED,
                "line 4 binds opt anew in each iteration, perhaps to parameters without gradients",
            ),
        ],
    ),
    "a new model has no gradients": (
        """
        import torch
        for x in loader:
            net = torch.nn.Linear(3, 3)
            opt = torch.optim.Adam(net.parameters())
            loss = criterion(net(x))
            loss.backward()
            opt.step()
        """,
        [
            (
                6,
                ("opt",),
                Verdict.UNSUPPORTED,
                "line 4 binds opt anew in each iteration, perhaps to parameters without gradients",
            ),
        ],
    ),
    "a new optimizer over an old model finds its gradients": (
        """
        import torch
        for x in loader:
            opt = torch.optim.Adam(net.parameters())
            loss = criterion(net(x))
            loss.backward()
            opt.step()
        """,
        [
            (
                5,
                ("opt",),
                Verdict.NEVER_CLEARED,
                "nothing in the loop clears the gradients of opt: each step also sees those of the steps before",
            ),
        ],
    ),
    "hooks may clear": (
        """
        optimizer.register_step_post_hook(print)
        for x in loader:
            loss.backward()
            optimizer.step()
        """,
        [
            (
                3,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "the file registers hooks, which may clear or fill the gradients of optimizer",
            ),
        ],
    ),
    "a forward may clear": (
        """
        class Net(nn.Module):
            def forward(self, x):
                self.zero_grad()
        net = Net()
        for x in loader:
            loss = net(x)
            loss.backward()
            optimizer.step()
        """,
        [
            (
                7,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "Net.forward(), which may run at any time, clears gradients",
            ),
        ],
    ),
    "a closure does it all inside the step": (
        """
        for x in loader:
            optimizer.step(closure)
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "optimizer.step() is handed a closure: backward and zero_grad belong inside it",
            ),
        ],
    ),
    "an engine steps by itself": (
        """
        for x in loader:
            engine.backward(loss)
            engine.step()
            engine.zero_grad()
        """,
        [
            (
                2,
                ("engine",),
                Verdict.UNSUPPORTED,
                "engine runs backward and steps by itself (an engine): it decides when gradients are cleared",
            ),
        ],
    ),
    "a zero that is skipped now and then comes first where it comes": (
        """
        for x in loader:
            if first:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
        [
            (
                4,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                "zero_grad() on line 3 runs on some of the paths to the backward, not on all",
            ),
        ],
    ),
    "unknown code may clear": (
        """
        for x in loader:
            loss.backward()
            optimizer.step()
            reset(optimizer)
        optimizer.zero_grad()
        """,
        [
            (
                2,
                ("optimizer",),
                Verdict.UNSUPPORTED,
                (
                    "no zero_grad() for optimizer is in sight, but line 4 may clear its gradients: "
                    "reset() is handed optimizer and cannot be followed from this file"
                ),
            ),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), STEPS.values(), ids=STEPS)
def test_a_training_step_has_its_verdict(text: str, expected: list[Row]) -> None:
    assert [(one.start.line, one.names, one.verdict, one.reason) for one in judged(text)] == expected


def test_every_verdict_is_given_by_some_rule_but_those_that_are_for_plan_and_proof_to_give() -> None:
    given = {row[2] for _, rows in STEPS.values() for row in rows}
    elsewhere = {Verdict.HAZARD, Verdict.ZERO_AFTER_FORWARD, Verdict.UNUSED_SUPPRESSION}
    assert given == set(Verdict) - elsewhere


def test_without_a_backward_there_is_no_training_step() -> None:
    assert judged("for x in loader:\n    optimizer.step()\n    optimizer.zero_grad()\n") == []


def test_without_a_step_there_is_none_either() -> None:
    assert judged("for x in loader:\n    optimizer.zero_grad()\n    loss.backward()\n") == []


def test_training_steps_come_in_the_order_of_the_source() -> None:
    text = """
        def train():
            for x in loader:
                loss.backward()
                second.step()
                second.zero_grad()
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    """
    assert [(one.start.line, one.function.name) for one in judged(text)] == [(3, "train"), (8, "<module>")]


def test_a_training_step_is_the_innermost_loop_in_which_step_and_backward_meet() -> None:
    text = """
        for epoch in range(3):
            for x in loader:
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
    """
    (one,) = judged(text)
    assert (one.region.span.line, one.region.loop) == (2, True)
    assert (one.start.line, one.end_line) == (3, 5)


def test_only_the_late_zeros_should_move() -> None:
    text = """
        for x in loader:
            if x:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    """
    (one,) = judged(text)
    assert one.verdict is Verdict.ZERO_LAST
    assert [zero.span.line for zero in one.zeros] == [6]


def test_a_training_step_starts_at_its_first_backward() -> None:
    text = """
        for x in loader:
            first.backward()
            second.backward()
            optimizer.step()
            optimizer.zero_grad()
    """
    (one,) = judged(text)
    assert (one.start.line, one.end_line) == (2, 5)


def test_an_optimizer_is_called_as_it_is_written_there() -> None:
    text = """
        opt = trainer.optimizer
        for x in loader:
            loss.backward()
            opt.step()
            opt.zero_grad()
    """
    (one,) = judged(text)
    assert one.names == ("opt",)
    assert [receiver.text for receiver in one.receivers] == ["trainer.optimizer"]


def test_one_optimizer_may_take_two_steps_of_different_verdicts() -> None:
    text = """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for x in loader:
            loss.backward()
            optimizer.step()
    """
    assert [one.verdict for one in judged(text)] == [Verdict.CANONICAL, Verdict.NEVER_CLEARED]
