"""Apex's ``amp`` on one device: gradients that are there are put aside, new ones unscaled and added."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

amp = sys.modules[__name__]
MODULES = ("amp",)
SCALE = 1024.0


def initialize(model: Any, optimizer: Any, opt_level: str = "O1") -> tuple[Any, Any]:
    assert opt_level == "O1"
    return model, optimizer


def master_params(optimizer: torch.optim.Optimizer) -> Iterator[torch.Tensor]:
    for group in optimizer.param_groups:
        yield from group["params"]


@contextlib.contextmanager
def scale_loss(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> Iterator[torch.Tensor]:
    parameters = list(master_params(optimizer))
    stashed = [one.grad for one in parameters]
    for one in parameters:
        one.grad = None
    yield loss * SCALE
    for one, old in zip(parameters, stashed, strict=True):
        if one.grad is None:
            one.grad = old
        else:
            one.grad = one.grad / SCALE if old is None else one.grad / SCALE + old
