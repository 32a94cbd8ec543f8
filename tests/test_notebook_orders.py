"""Notebooks put together at random: what is rewritten trains the same, in whatever order its cells are run."""

from __future__ import annotations

import random

import pytest

from codemods.engine import examine
from codemods.files.notebook import texts_of
from codemods.settings import Settings
from tests.notebook_pages import notebook, trained
from tests.torch_world import differences

START = """\
from torch import nn, optim
import torch
net = nn.Linear(4, 1)
opt = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
x, y = loader[0]"""

LOOP = """\
for x, y in loader:
    loss = loss_fn(net(x), y)
    loss.backward()
    opt.step()
    opt.zero_grad()"""

STEP = "loss = loss_fn(net(x), y)\nloss.backward()\nopt.step()\nopt.zero_grad()"

CELLS = (
    LOOP,
    LOOP.replace("opt.zero", "net.zero"),
    LOOP.replace("net", "net2").replace("opt", "opt2"),
    "def train(m, o):\n"
    + "\n".join("    " + one for one in LOOP.replace("net", "m").replace("opt", "o").split("\n")),
    STEP,
    "def step():\n" + "\n".join("    " + one for one in STEP.split("\n")),
    "for x, y in loader:\n    opt.zero_grad()\n    loss_fn(net(x), y).backward()\n    opt.step()",
    "for i, (x, y) in enumerate(loader):\n    loss_fn(net(x), y).backward()\n    if i % 2:\n        opt.step()\n        opt.zero_grad()",
    "for m, o in zip(models, opts):\n    loss = loss_fn(m(x), y)\n    loss.backward()\n    o.step()\n    o.zero_grad()",
    "net = nn.Linear(4, 1)",
    "net = nn.Linear(4, 1)\nopt = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)",
    "opt = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)",
    "opt = optim.Adam(net.parameters())",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = nn.Linear(4, 1)\n    def forward(self, x):\n        return self.l(x)",
    "net = Net()",
    "net2 = nn.Linear(4, 1)\nopt2 = optim.SGD(net2.parameters(), lr=0.05)",
    "opt2 = optim.SGD(net.parameters(), lr=0.02)",
    "opt2 = opt",
    "x, y = loader[0]",
    "loss = loss_fn(net(x), y)",
    "loss.backward()",
    "opt.step()",
    "opt.zero_grad()",
    "loss_fn(net(x), y).backward()",
    "log([p.grad for p in net.parameters()])",
    "def grads():\n    return [p.grad for p in net.parameters()]",
    "log(grads())",
    "train(net, opt)",
    "train(net2, opt2)",
    "%time train(net, opt)",
    "%timeit train(net, opt)",
    "step()",
    "train = step",
    "with torch.no_grad():\n    print(loss_fn(net(x), y).item())",
    "net, net2 = net2, net",
    "opt, opt2 = opt2, opt",
    "models = [net]\nopts = [opt]",
    "%run -i more.py",
    "!ls",
    "if 'opt' not in globals():\n    opt = optim.SGD(net.parameters(), lr=0.1)",
    "del opt",
    "import copy\nnet2 = copy.deepcopy(net)",
    "net.load_state_dict(net2.state_dict())",
    "opt.add_param_group({'params': net2.parameters()})",
    "f = net.forward",
)

SEEDS = range(120)


def put_together(seed: int) -> list[str]:
    rng = random.Random(seed)
    cells = [START, *rng.choices(CELLS, k=rng.randrange(2, 7))]
    return [*cells, rng.choice([one for one in CELLS if "zero_grad" in one])]


def order(rng: random.Random, cells: int, *, in_order: bool) -> list[int]:
    """Some way to run the cells; ``in_order``, none is left out on the way down."""
    found = [0]
    for _ in range(rng.randrange(2, 11)):
        if in_order:
            found.append(
                min(found[-1] + 1, cells - 1) if rng.random() < 0.6 else rng.randrange(found[-1] + 1)
            )
        else:
            found.append(rng.randrange(cells))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_notebook_that_is_rewritten_trains_the_same_however_it_is_run(seed: int) -> None:
    cells = put_together(seed)
    outcome = examine("a.ipynb", notebook(cells), Settings())
    assert outcome.problem is None
    if outcome.after is None:
        return
    after = list(texts_of("a.ipynb", outcome.after).values())
    assumed = {word for one in outcome.findings if one.applied for word in one.assumes}
    rng = random.Random(seed)
    for _ in range(3):
        chosen = order(rng, len(cells), in_order="cells-in-order" in assumed)
        assert differences(trained(cells, chosen), trained(after, chosen)) is None, chosen


def test_enough_of_them_are_rewritten() -> None:
    found = [examine("a.ipynb", notebook(put_together(seed)), Settings()) for seed in SEEDS]
    assert sum(one.after is not None for one in found) > 8
