"""Which modules are taken to share no parameter with any other."""

from __future__ import annotations

import pytest

from codemods.events import Path
from codemods.lower import lower
from codemods.syntax import parse

HEAD = """
import copy, functools, torch
from torch import nn

class Net(nn.Module):
    def __init__(self, size=4, *, depth=1):
        super().__init__()
        self.size = size
        self.body = nn.Sequential(*[nn.Linear(size, size) for _ in range(depth)])
        self.head = nn.Linear(size, 1)

    def forward(self, x):
        return self.head(self.body(x))

"""


TRUNK_OF_ITS_OWN = "class Own(nn.Module):\n    def __init__(self):\n        self.trunk = trunk()"


def distinct(lines: str) -> set[str]:
    """The texts of the modules that count as built on their own, in a file that starts like ``HEAD``."""
    return {one.text for one in lower(parse(HEAD + lines)).distinct}


def script(first: str, second: str, more: str = "") -> str:
    return (
        f"a = {first}\nb = {second}\n{more}\n"
        "opt_a = torch.optim.SGD(a.parameters(), lr=1)\nopt_b = torch.optim.SGD(b.parameters(), lr=1)\n"
    )


def pair(first: str, second: str, more: str = "pass") -> str:
    return (
        f"class Pair:\n    def __init__(self, cfg):\n        self.a = {first}\n        self.b = {second}\n"
        "        self.opt_a = torch.optim.SGD(self.a.parameters(), lr=1)\n"
        "        self.opt_b = torch.optim.SGD(self.b.parameters(), lr=1)\n"
        f"    def more(self):\n        {more}\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        "Net()",
        "Net(8).to(device)",
        "Net(cfg.size)",
        "Net(env.shape[0], depth=2)",
        "nn.Linear(cfg.inputs, 3)",
        "nn.Sequential(nn.Linear(4, cfg.width), nn.Tanh(), Net(4))",
        "copy.deepcopy(other)",
    ],
)
def test_what_is_built_from_data_stands_alone(value: str) -> None:
    assert "a" in distinct(script(value, "Net()"))
    assert "self.a" in distinct(pair(value.replace("other", "cfg"), "Net()"))


@pytest.mark.parametrize(
    "value",
    [
        "Net(depth=trunk)",
        "Net(depth=cfg.depth)",
        "nn.Sequential(cfg.trunk, nn.Linear(4, 1))",
        "nn.Sequential(*layers)",
        "make_net()",
        "nn.ModuleList([shared])",
        "Net() if cfg.fresh else shared",
    ],
)
def test_what_may_have_been_handed_a_module_does_not(value: str) -> None:
    assert "a" not in distinct(script(value, "Net()"))
    assert "self.a" not in distinct(pair(value, "Net()"))


@pytest.mark.parametrize(
    "use",
    [
        "a.train()",
        "a(x)",
        "for p, q in zip(a.parameters(), b.parameters()): q.data.copy_(p.data)",
        "b.load_state_dict(a.state_dict())",
        "target = copy.deepcopy(a)",
        "a.requires_grad_(False)",
        "print(a)",
        "def run(net, x):\n    return net(x)\nrun(a, 1)",
        "def init(m):\n    if isinstance(m, nn.Linear):\n        nn.init.zeros_(m.weight)\na.apply(init)",
    ],
)
def test_uses_that_leave_a_module_as_it_is(use: str) -> None:
    assert "a" in distinct(script("Net()", "Net()", use))


@pytest.mark.parametrize(
    "use",
    [
        "tie(a, b)",
        "b.head = a.head",
        "nets = [a, b]",
        "alias = a",
        "a.register_parameter('w', p)",
        "a.load_state_dict(b.state_dict(), assign=True)",
        "a = other",
        "def run(net):\n    keep.append(net)\nrun(a)",
        "def run(net):\n    net = other\nrun(a)",
        "def init(m):\n    m.weight = shared\na.apply(init)",
        "def init(m):\n    keep(m)\na.apply(init)",
        "a.apply(imported)",
        "wrapped = nn.DataParallel(a)",
    ],
)
def test_uses_that_may_tie_it_to_another(use: str) -> None:
    assert "a" not in distinct(script("Net()", "Net()", use))


@pytest.mark.parametrize(
    "use",
    [
        "self.b.head = self.a.head",
        "tie(self)",
        "self.a = Net()",
        "setattr(self, 'a', 1)",
        "keep.append(self.a)",
        "self.nets = [self.a, self.b]",
    ],
)
def test_an_attribute_may_be_tied_in_any_method(use: str) -> None:
    assert "self.a" not in distinct(pair("Net()", "Net()", use))


@pytest.mark.parametrize(
    "more", ["p = Pair(1)\np.a.head = x", "p = Pair(1)\nkeep(p)", "keep(Pair(1))", "q.a = 1"]
)
def test_or_from_outside_the_class(more: str) -> None:
    assert "self.a" not in distinct(pair("Net()", "Net()") + more)


@pytest.mark.parametrize(
    "definition",
    [
        "class Own(nn.Module):\n    shared = nn.Linear(4, 1)",
        "class Own(nn.Module):\n    def __init__(self, act=nn.PReLU()):\n        self.act = act",
        "class Own(nn.Module):\n    def __init__(self):\n        self.trunk = trunk",
        "class Own(nn.Module):\n    def __init__(self):\n        self.trunk = get_trunk()",
        "class Own(nn.Module):\n    def __init__(self):\n        nn.Module.trunk = self.trunk = nn.Linear(4, 1)",
        "class Own(nn.Module):\n    def __new__(cls):\n        return cached",
        "class Own(Elsewhere):\n    pass",
        "@register\nclass Own(nn.Module):\n    pass",
        "@functools.lru_cache\ndef trunk():\n    return nn.Linear(4, 1)\n" + TRUNK_OF_ITS_OWN,
        "def trunk(made=[]):\n    made.append(nn.Linear(4, 1))\n    return made[0]\n" + TRUNK_OF_ITS_OWN,
    ],
)
def test_a_class_that_gets_at_something_shared_stands_not_alone(definition: str) -> None:
    assert "a" not in distinct(f"{definition}\n" + script("Own()", "Net()"))


def test_a_class_may_use_its_file_s_own_classes_functions_and_numbers() -> None:
    more = (
        "WIDTH = 4\ndef block(n):\n    return nn.Sequential(nn.Linear(n, n), nn.ReLU())\n"
        "class Own(Net):\n    def __init__(self):\n        super().__init__(WIDTH)\n        self.more = block(WIDTH)\n"
        "        if WIDTH < 0:\n            raise ValueError\n"
    )
    assert Path("", "a") in lower(parse(HEAD + more + script("Own()", "Net()"))).distinct
