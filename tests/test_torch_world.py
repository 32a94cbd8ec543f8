"""The comparison of two training runs can fail: whatever is disturbed, however little, is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.optim import optimizer as torch_optimizer

from tests.torch_world import Event, Trace, differences, digest, run

BASE = """
import random
import numpy
import torch

for index, (x, y) in enumerate(loader):
    x = x + 0.01 * torch.rand(1) + 0.01 * random.random() + 0.01 * float(numpy.random.rand())
    loss = loss_fn(model2(x), y) + loss_fn(model(x), y)
    loss.backward()
    pass  # here
    optimizer.step()
    optimizer2.step()
    optimizer.zero_grad()
    optimizer2.zero_grad()
    log(loss.item(), model.head.weight)
    print(index)
"""
HERE = "    pass  # here\n"
STEPS = "    optimizer.step()\n    optimizer2.step()\n"


def _flip(tensor: str) -> str:
    return f"{tensor}.detach().view(torch.int32).view(-1)[0] ^= 1\n"


DISTURBED = {
    "one bit of one gradient": (BASE.replace(HERE, "    " + _flip("model.head.bias.grad")), "gradient"),
    "zeros instead of None": (
        BASE.replace(
            HERE,
            "    for p in model.side.parameters():\n        p.grad = 0 * p if p.grad is None else p.grad\n",
        ),
        "gradient",
    ),
    "None instead of a gradient": (BASE.replace(HERE, "    model.head.bias.grad = None\n"), "None"),
    "one bit of a later gradient": (
        BASE.replace(HERE, "    if index == 5:\n        " + _flip("model2.head.bias.grad")),
        "SGD 1 steps with",
    ),
    "an additional step": (BASE + "optimizer.step()\n", "nothing against SGD 0 steps with"),
    "another order of steps": (
        BASE.replace(STEPS, "    optimizer2.step()\n    optimizer.step()\n"),
        "gradient",
    ),
    "one parameter behind the last step": (BASE + _flip("model.head.bias"), "the end: model.head.bias"),
    "one parameter of a module that never trains": (
        BASE + _flip("actor.head.bias"),
        "the end: actor.head.bias",
    ),
    "one parameter in the first iteration": (
        BASE.replace(HERE, "    " + _flip("model.head.bias")),
        "parameter",
    ),
    "one bit of one momentum buffer": (
        BASE + _flip("optimizer.state[model.head.bias]['momentum_buffer']"),
        "the end: SGD 0 state",
    ),
    "the learning rate": (BASE + "optimizer.param_groups[0]['lr'] *= 2\n", "the end: SGD 0 group 0"),
    "one read": (BASE.replace("loss.item()", "loss.item() * (1 + 2**-50)"), "a read"),
    "one bit of a tensor that is read": (BASE + "log(y)\n", "nothing against a read"),
    "one line of stdout": (BASE + "print('done')\n", "stdout"),
    "an exception": (BASE + "raise RuntimeError\n", "end differently: well against RuntimeError"),
    "the random numbers": (BASE.replace("import torch\n", "import torch\ntorch.rand(1)\n"), "gradient"),
}


@pytest.fixture(scope="module")
def base() -> Trace:
    return run(BASE)


def test_two_runs_of_one_source_are_bit_for_bit_the_same(base: Trace) -> None:
    assert base.error is None
    assert base.finite
    assert base.steps == 14
    assert run(BASE) == base
    assert differences(base, run(BASE)) is None


@pytest.mark.parametrize("name", DISTURBED)
def test_a_disturbance_is_noticed(name: str, base: Trace) -> None:
    source, words = DISTURBED[name]
    assert source != BASE
    found = differences(base, run(source))
    assert found is not None
    assert words in found
    assert differences(run(source), base) is not None


def test_another_exception_is_noticed() -> None:
    assert "ValueError against KeyError" in str(differences(run("raise ValueError"), run("raise KeyError")))


def test_the_driving_line_runs_behind_the_page(base: Trace) -> None:
    assert run("def page():\n    print('driven')\n", "page()").stdout == ("driven",)
    assert run(BASE, "log(1)").events == (*base.events, Event("a read", (("value 0", "1"),)))


def test_gradients_left_over_at_the_very_end_are_not_compared(base: Trace) -> None:
    assert differences(base, run(BASE + "model.head.bias.grad = torch.ones(1)\n")) is None


def test_every_single_part_of_a_trace_is_compared(base: Trace) -> None:
    for index, event in enumerate(base.events):
        for place, (name, _) in enumerate(event.parts):
            parts = (*event.parts[:place], (name, "another"), *event.parts[place + 1 :])
            events = (*base.events[:index], replace(event, parts=parts), *base.events[index + 1 :])
            assert differences(base, replace(base, events=events)) is not None
    for place, (name, _) in enumerate(base.final.parts):
        parts = (*base.final.parts[:place], (name, "another"), *base.final.parts[place + 1 :])
        assert differences(base, replace(base, final=replace(base.final, parts=parts))) is not None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (torch.zeros(2), torch.zeros(2, 1)),
        (torch.zeros(2), torch.zeros(2, dtype=torch.int32)),
        (torch.zeros(2), -torch.zeros(2)),
        (torch.zeros(()), 0.0),
        (torch.zeros(2), None),
        (0.0, -0.0),
        (0.1 + 0.2, 0.3),
        (1, True),
        (1, 1.0),
        ([1], [[1]]),
        ({"a": 1}, {"b": 1}),
        (None, "none"),
    ],
)
def test_values_that_differ_have_different_digests(one: object, two: object) -> None:
    assert digest(one) != digest(two)
    assert digest(one) == digest(one)


@pytest.mark.parametrize("source", [BASE, BASE + "raise RuntimeError\n", "not Python"])
def test_no_hook_outlives_its_run(source: str) -> None:
    run(source)
    assert not torch_optimizer._global_optimizer_pre_hooks
    assert not torch_optimizer._global_optimizer_post_hooks


def test_an_accelerator_steps_and_clears_only_with_the_last_micro_batch() -> None:
    trace = run(
        "model, optimizer = accelerator.prepare(model, optimizer)\n"
        "for x, y in loader:\n"
        "    with accelerator.accumulate(model):\n"
        "        accelerator.backward(loss_fn(model(x), y))\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()\n"
        "        log(model.head.bias.grad is None)\n"
    )
    reads = [event.parts[0][1] for event in trace.events if event.kind == "a read"]
    assert reads == ["False", "True"] * 3 + ["False"]
    assert trace.steps == 3
