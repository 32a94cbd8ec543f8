"""Which module each optimizer of a LightningModule is over."""

from __future__ import annotations

import pytest

from codemods.lower import lower
from codemods.syntax import parse

GAN = """
import lightning as L
import torch
from torch import nn

class GAN(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.g = nn.Linear(4, 4)
        self.d = nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        opt_g, opt_d = self.optimizers()
        self.toggle_optimizer(opt_g)
        self.manual_backward(self.d(self.g(batch)).mean())
        self.untoggle_optimizer(opt_g)

    def configure_optimizers(self):
        BODY

L.Trainer().fit(GAN(), loader)
"""
PAIR = "return torch.optim.SGD(self.g.parameters(), lr=1), torch.optim.SGD(self.d.parameters(), lr=1)"


def modules(source: str) -> dict[str, str]:
    """The module of each optimizer that ``self.optimizers()`` gives."""
    program = lower(parse(source))
    return {
        optimizer.text: module.text
        for optimizer, module in program.sources.items()
        if ".optimizers()" in optimizer.rest and module in program.distinct
    }


@pytest.mark.parametrize(
    "body",
    [
        PAIR,
        PAIR.replace("return ", "return [") + "]",
        PAIR.replace("return ", "return [") + "], []",
        (
            "a = torch.optim.SGD(self.g.parameters(), lr=1)\n        b = torch.optim.Adam(self.d.parameters())\n"
            "        return a, b"
        ),
    ],
)
def test_optimizers_are_over_the_modules_they_are_built_over_in_their_order(body: str) -> None:
    assert modules(GAN.replace("BODY", body)) == {
        "self.optimizers()[0]": "self.g",
        "self.optimizers()[1]": "self.d",
    }


def test_the_forward_may_be_called_on_the_instance() -> None:
    source = GAN.replace("BODY", PAIR).replace("self.d(self.g(batch))", "self.d(self(batch))")
    assert modules(source) == {"self.optimizers()[0]": "self.g", "self.optimizers()[1]": "self.d"}


def test_the_only_optimizer_is_given_by_itself() -> None:
    body = "return torch.optim.SGD(self.g.parameters(), lr=1)"
    assert modules(GAN.replace("BODY", body)) == {"self.optimizers()": "self.g"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PAIR, "return make(self)"),
        (PAIR, "return torch.optim.SGD(self.parameters(), lr=1)"),
        (PAIR, f"if self.late:\n            return None\n        {PAIR}"),
        (PAIR, PAIR.replace("self.d.p", "self.g.p")),
        ("self.automatic_optimization = False", "self.automatic_optimization = True"),
        ("self.automatic_optimization = False", "pass"),
        ("(L.LightningModule)", "(L.LightningModule, Mixin)"),
        ("L.Trainer().fit(GAN(), loader)", "train(GAN())"),
        ("L.Trainer().fit(GAN(), loader)", "models = [GAN]"),
        ("self.untoggle_optimizer(opt_g)", "keep(self)"),
        ("self.untoggle_optimizer(opt_g)", "keep(self.parameters())"),
        ("self.untoggle_optimizer(opt_g)", "for one in self.children():\n            keep(one)"),
        ("self.untoggle_optimizer(opt_g)", "keep(self.trainer.optimizers)"),
        ("self.untoggle_optimizer(opt_g)", "keep(self.lr_schedulers())"),
        ("self.untoggle_optimizer(opt_g)", "keep(self.g), keep(self.d)"),
    ],
)
def test_what_cannot_be_told_of_a_lightning_module_is_left_open(old: str, new: str) -> None:
    source = GAN.replace("BODY", PAIR)
    assert old in source
    assert modules(source.replace(old, new)) == {}
