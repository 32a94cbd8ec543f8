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


def test_a_loop_over_a_generator_of_the_file_is_followed() -> None:
    lines = "def each(v):\n    yield v\nfor fake in each(g(z)):\n    pass\n"
    assert reached(f"{lines}loss = criterion(d(z), y)\nloss.backward()") == {"d"}
    assert reached(f"{lines}loss = criterion(d(fake), y)\nloss.backward()") is None


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


def frozen(lines: str, head: str = HEAD) -> set[str]:
    """The texts of the modules that are frozen at the last backward of a script."""
    program = lower(parse(head + lines))
    found = [
        event
        for function in program.functions.values()
        for block in function.blocks
        for event in block.events
        if isinstance(event, Backward)
    ]
    return {one.text for one in found[-1].frozen}


HELPER = """
def set_requires_grad(nets, flag=False):
    if not isinstance(nets, list):
        nets = [nets]
    for net in nets:
        if net is not None:
            for p in net.parameters():
                p.requires_grad = flag
"""


@pytest.mark.parametrize(
    "lines",
    [
        "d.requires_grad_(False)",
        "d.requires_grad_(requires_grad=False)",
        "for p in d.parameters():\n    p.requires_grad = False",
        "for p in d.parameters():\n    p.requires_grad_(False)",
        "for _, p in d.named_parameters():\n    p.requires_grad = False",
        "for net in [d]:\n    net.requires_grad_(False)",
        "for net in (d,):\n    for p in net.parameters():\n        p.requires_grad = False",
        f"{HELPER}set_requires_grad(d, False)",
        f"{HELPER}set_requires_grad([d])",
        f"{HELPER}set_requires_grad(flag=False, nets=[d])",
        "def switch(net, on):\n    net.requires_grad_(on)\nswitch(d, False)",
        "if z.sum() > 0:\n    d.requires_grad_(False)\nelse:\n    d.requires_grad_(False)",
        "g.requires_grad_(False)\nd.requires_grad_(False)\ng.requires_grad_(True)",
        "def begin():\n    d.requires_grad_(False)\nbegin()",
        "while z:\n    d.requires_grad_(False)\n    d(z).backward()\n    d.requires_grad_(True)\nd.requires_grad_(False)",
    ],
)
def test_a_module_whose_parameters_are_all_switched_off_is_frozen(lines: str) -> None:
    assert frozen(f"{lines}\nloss = criterion(d(g(z)), y)\nloss.backward()") == {"d"}


def test_two_modules_in_one_loop_are_frozen_both() -> None:
    lines = "for p in itertools.chain(g.parameters(), d.parameters()):\n    p.requires_grad = False\n"
    assert frozen(f"import itertools\n{lines}loss = criterion(d(g(z)), y)\nloss.backward()") == {"d", "g"}


@pytest.mark.parametrize(
    "lines",
    [
        "d.requires_grad_()",
        "d.requires_grad_(z.sum() > 0)",
        "d.requires_grad = False",
        "for p in d.parameters():\n    p.requires_grad = flag",
        "for p in d.body.parameters():\n    p.requires_grad = False",
        "for n, p in d.named_parameters():\n    if n:\n        p.requires_grad = False",
        "while z.sum() > 0:\n    d.requires_grad_(False)",
        "d.requires_grad_(False)\nfor p in ps:\n    p.requires_grad = True",
        "d.requires_grad_(False)\nthaw = d.requires_grad_\nthaw(True)",
        "d.requires_grad_(False)\nfor net in [g, d]:\n    net.requires_grad_(True)",
        "d.requires_grad_(False)\ndef thaw():\n    d.requires_grad_(True)\nmap(thaw, [])",
        "d.requires_grad_(False)\nimport lib\nlib.use(opt_d)",
        f"{HELPER}set_requires_grad(d, False)\nset_requires_grad([d, z], True)",
        f"{HELPER}set_requires_grad(d, flag=y)",
        "try:\n    d.requires_grad_(False)\nexcept ValueError:\n    pass",
        "d.requires_grad_(False)\nd.body = nn.Linear(4, 4)",
    ],
)
def test_what_may_leave_a_parameter_switched_on_freezes_nothing(lines: str) -> None:
    assert frozen(f"{lines}\nloss = criterion(d(g(z)), y)\nloss.backward()") == set()


def test_a_method_is_entered_with_what_its_callers_froze_of_the_same_instance() -> None:
    lines = """
class Trainer:
    def __init__(self):
        self.d = Net()
        self.opt = torch.optim.SGD(self.d.parameters(), lr=1)

    def turn(self):
        self.d.requires_grad_(False)
        self.back(z)
        self.d.requires_grad_(True)

    def back(self, z):
        loss = self.d(z).sum()
        loss.backward()

"""
    assert frozen(f"{lines}Trainer().turn()\n") == {"self.d"}
    assert frozen(f"{lines}Trainer().back(z)\nTrainer().turn()\n") == set()
