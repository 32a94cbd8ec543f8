"""Hugging Face transformers: a Trainer, of which ``training_step`` and ``train`` are shown, and a model."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Trainer:
    """Keeps a model and an optimizer."""

    def __init__(self, model: Any, optimizer: Any = None) -> None:
        self.model = model
        self.optimizer = optimizer

    def training_step(self, model: Any, inputs: Any) -> torch.Tensor:
        x, y = inputs
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def train(self) -> None:
        """A batch, whose gradients are left behind."""
        nn.functional.mse_loss(self.model(torch.ones(4, 4)), torch.ones(4, 1)).backward()  # type: ignore[no-untyped-call]


class AutoModel(nn.Sequential):
    """A model of the library."""

    @classmethod
    def from_pretrained(cls, name: str) -> AutoModel:
        assert name
        return cls(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))

    @torch.no_grad()
    def generate(self, x: torch.Tensor) -> torch.Tensor:
        return self(x).round()  # type: ignore[no-any-return]

    def save_pretrained(self, folder: str) -> None:
        assert folder
        self.state_dict()


class AdamW(torch.optim.AdamW):
    """The library's own, before it had torch's."""
