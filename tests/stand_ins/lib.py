"""Any other file of a project: classes and functions that a page imports and that the tool cannot look into."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class BaseTrainer:
    """Trains on a batch of its own, and clears afterwards."""

    def __init__(self, model: Any, optimizer: Any) -> None:
        self.model = model
        self.optimizer = optimizer

    def train(self) -> None:
        parameter = next(iter(self.model.parameters()))
        x = parameter.new_ones(4, 4)
        nn.functional.mse_loss(self.model(x), x[:, :1]).backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.optimizer.zero_grad()


class SAM:
    """Sharpness-aware minimisation over SGD, as published: two half steps around two backwards."""

    def __init__(self, parameters: Any, lr: float, rho: float = 0.05) -> None:
        self.base = torch.optim.SGD(parameters, lr=lr)
        self.rho = rho
        self.moved: dict[Any, torch.Tensor] = {}

    @torch.no_grad()
    def first_step(self, zero_grad: bool = False) -> None:
        for one in self.base.param_groups[0]["params"]:
            if one.grad is not None:
                self.moved[one] = self.rho * one.grad / (one.grad.norm() + 1e-12)
                one.add_(self.moved[one])
        if zero_grad:
            self.zero_grad()

    @torch.no_grad()
    def second_step(self, zero_grad: bool = False) -> None:
        for one, moved in self.moved.items():
            one.sub_(moved)
        self.moved.clear()
        self.base.step()
        if zero_grad:
            self.zero_grad()

    def zero_grad(self) -> None:
        self.base.zero_grad()


class OptimWrapper:
    """As MMEngine's: ``update_params`` runs backward, step and clearing every so many calls."""

    def __init__(self, optimizer: torch.optim.Optimizer, accumulative_counts: int) -> None:
        self.optimizer, self.every, self.calls = optimizer, accumulative_counts, 0

    def update_params(self, loss: torch.Tensor) -> None:
        self.calls += 1
        (loss / self.every).backward()  # type: ignore[no-untyped-call]
        if self.calls % self.every == 0:
            self.optimizer.step()
            self.optimizer.zero_grad()

    def zero_grad(self) -> None:
        self.optimizer.zero_grad()


class LossScaler:
    """A copy of timm's scaler, with its own name for the switch."""

    def __call__(
        self, loss: torch.Tensor, optimizer: torch.optim.Optimizer, update_grad: bool = True
    ) -> None:
        loss.backward()  # type: ignore[no-untyped-call]
        if update_grad:
            optimizer.step()
