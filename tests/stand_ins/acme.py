"""A company's own library: what torch calls ``zero_grad``, ``backward`` and ``step`` has other names here.

``TO_NONE``: what clearing leaves behind.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

optim = sys.modules[__name__]
MODULES = ("optim",)

TO_NONE = True


class Momentum(torch.optim.SGD):
    """Has names of its own for what it inherits."""

    def clear_grad(self, set_to_none: bool | None = None) -> None:
        self.zero_grad(set_to_none=TO_NONE if set_to_none is None else set_to_none)

    def minimize(self, closure: Callable[[], torch.Tensor] | None = None) -> None:
        if closure is not None:
            closure()
        self.step()


class OptimWrapper:
    """Does all of a training step in one call, or its parts."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    def update_params(self, loss: torch.Tensor) -> None:
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.optimizer.zero_grad()

    def backprop(self, loss: torch.Tensor) -> None:
        loss.backward()  # type: ignore[no-untyped-call]


def momentum(model: torch.nn.Module) -> Momentum:
    """As the optimizers of the world: momentum and weight decay tell a gradient of zeros from no gradient."""
    return Momentum(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)


def backprop(loss: torch.Tensor) -> None:
    loss.backward()  # type: ignore[no-untyped-call]


def step_all(optimizer: torch.optim.Optimizer) -> None:
    optimizer.step()


def clear(optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad(set_to_none=TO_NONE)


def gradient_sum(model: torch.nn.Module) -> float:
    return sum(float(one.grad.sum()) for one in model.parameters() if one.grad is not None)


def describe(model: torch.nn.Module) -> int:
    return sum(one.numel() for one in model.parameters())
