"""Which modules a backward is taken to reach, of two that share nothing."""

from __future__ import annotations

import pytest

from codemods.engine import examine
from codemods.events import Backward
from codemods.findings import Verdict
from codemods.lower import lower
from codemods.settings import Settings
from codemods.syntax import parse

HEAD = """
import copy, torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)

    def forward(self, x):
        h = torch.relu(self.body(x))
        return h

g = Net()
d = Net()
opt_g = torch.optim.SGD(g.parameters(), lr=1)
opt_d = torch.optim.SGD(d.parameters(), lr=1)
criterion = nn.MSELoss()
"""


def reached(lines: str) -> set[str] | None:
    """The texts of the modules that the last backward of a script reaches; None for any."""
    program = lower(parse(HEAD + lines))
    assert len(program.distinct) == 2
    found = [
        event for block in program.module.blocks for event in block.events if isinstance(event, Backward)
    ]
    reaches = found[-1].reaches
    return None if reaches is None else {one.text for one in reaches}


@pytest.mark.parametrize(
    "lines",
    [
        "fake = g(z).detach()",
        "fake = g(z)\nfake = fake.detach()",
        "fake = g(z).data",
        "with torch.no_grad():\n    fake = g(z)",
        "with torch.inference_mode():\n    fake = torch.tanh(g(z) - 1)",
        "fake = g(z)\nfake = torch.randn(4, 4)",
        "fake = torch.full((4, 4), g(z).sum().item())",
        "fake = (g(z) > 0).float()",
        "print(g(z))\nfake = z",
        "fakes = [one.detach() for one in [g(z)]]\nfake = fakes[0]",
        "frozen = copy.deepcopy(g)\nfake = frozen(z)",
        "def sample(net, n):\n    return net(torch.randn(n, 4)).detach()\nfake = sample(g, 4)",
        "@torch.no_grad()\ndef sample(n):\n    return g(torch.randn(n, 4))\nfake = sample(4)",
        (
            "class Pool:\n    def __init__(self):\n        self.held = []\n    def put(self, v):\n"
            "        self.held.append(v)\n        return self.held[0]\npool = Pool()\nfake = pool.put(g(z).detach())"
        ),
        "(w,) = torch.autograd.grad(g(z).sum(), [next(g.parameters())])\nfake = z @ w",
        "g.load_state_dict(g.state_dict())\nfake = z",
    ],
)
def test_what_is_cut_off_from_a_module_does_not_reach_it(lines: str) -> None:
    step = "loss = criterion(d(fake), y) + criterion(d(z), y)\nloss.backward()"
    assert reached(f"for z, y in loader:\n    pass\n{lines}\n{step}") == {"d"}


@pytest.mark.parametrize(
    "step",
    [
        "loss = criterion(d(fake), y)\nloss.backward()",
        "loss = criterion(d(fake.detach()), y)\nloss += criterion(d(fake), y)\nloss.backward()",
        "torch.autograd.backward([criterion(d(fake), y)])",
        "scaler = torch.amp.GradScaler()\nscaler.scale(criterion(d(fake), y)).backward()",
        "loss = criterion(d(fake), y)\n(loss / 2).backward(retain_graph=True)",
        "losses = {'d': criterion(d(fake), y)}\nsum(losses.values()).backward()",
    ],
)
def test_what_was_computed_by_both_reaches_both(step: str) -> None:
    assert reached(f"fake = g(z)\n{step}") == {"g", "d"}


def test_losses_of_the_same_name_are_told_apart_by_where_they_are_used() -> None:
    lines = "out = d(g(z))\nloss = criterion(out, y)\nloss.backward()\nout = d(z)\nloss = criterion(out, y)\n"
    assert reached(lines + "loss.backward()") == {"d"}


def test_a_loss_without_any_module_reaches_none() -> None:
    assert reached("w = torch.zeros(3, requires_grad=True)\nw.sum().backward()") == set()


@pytest.mark.parametrize(
    "lines",
    [
        "setattr(z, 'fake', g(z))",
        "from elsewhere import *",
        "exec('fake = g(z)')",
        "torch.Tensor.detach = lambda self: self",
        "class Twice(torch.autograd.Function):\n    pass",
        "class Odd:\n    def __add__(self, other):\n        return other",
        "z.register_hook(print)",
    ],
)
def test_files_that_give_values_unseen_meanings_are_not_followed(lines: str) -> None:
    assert reached(f"{lines}\nloss = criterion(d(z), y)\nloss.backward()") is None


def test_code_outside_that_is_handed_a_graph_may_hand_it_back() -> None:
    lines = "from lib import keep, draw\nkeep(g(z))\nloss = criterion(d(draw()), y)\nloss.backward()"
    assert reached(lines) == {"g", "d"}
    lines = "from lib import keep, draw\nkeep(g(z).detach())\nloss = criterion(d(draw()), y)\nloss.backward()"
    assert reached(lines) == {"d"}


def test_a_hazard_names_the_backward_that_reaches_across_and_what_it_fills() -> None:
    lines = [
        "for z, y in loader:",
        "    loss_d = criterion(d(z), y) + criterion(d(g(z).detach()), y)",
        "    loss_d.backward()",
        "    opt_d.step()",
        "    opt_d.zero_grad()",
        "    opt_g.zero_grad()",
        "    loss_g = criterion(d(g(z)), y)",
        "    loss_g.backward()",
        "    opt_g.step()",
    ]
    outcome = examine("train.py", (HEAD + "\n".join(lines) + "\n").encode(), Settings())
    hazard = next(one for one in outcome.findings if one.verdict is Verdict.HAZARD)
    told = [stop.text for stop in hazard.witness]
    assert "loss_g.backward() may fill gradients of d and g" in told
    assert "loss_d.backward() may fill gradients of d" in told
