"""Hugging Face peft: new parameters in a model, of which the others are frozen."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class LoraConfig:
    """How many new parameters."""

    def __init__(self, r: int = 1) -> None:
        self.r = r


class PeftModel(nn.Module):
    """A model with a new part behind it; what it does not have, the model may have."""

    def __init__(self, model: Any, config: Any) -> None:
        super().__init__()
        for one in model.parameters():
            one.requires_grad_(False)
        self.base_model = model
        self.lora = nn.Linear(1, config.r)

    @classmethod
    def from_pretrained(cls, model: Any, name: str) -> PeftModel:
        assert name
        return cls(model, LoraConfig())

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("base_model"), name)

    def forward(self, x: torch.Tensor) -> Any:
        return self.base_model(x) + self.lora(torch.ones(len(x), 1))

    def print_trainable_parameters(self) -> None:
        print(sum(one.numel() for one in self.parameters() if one.requires_grad))

    def save_pretrained(self, folder: str) -> None:
        assert folder
        self.lora.state_dict()

    def push_to_hub(self, name: str) -> None:
        self.save_pretrained(name)


def get_peft_model(model: Any, config: Any) -> PeftModel:
    """The model in a wrapper."""
    return PeftModel(model, config)
