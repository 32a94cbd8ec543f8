"""diffusers' running average of weights."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable

training_utils = sys.modules[__name__]
MODULES = ("training_utils",)


class EMAModel:
    """Keeps copies, moves them towards the parameters, and writes them back."""

    def __init__(self, parameters: Iterable[torch.Tensor]) -> None:
        self.shadow = [one.detach().clone() for one in parameters]

    @torch.no_grad()
    def step(self, parameters: Iterable[torch.Tensor]) -> None:
        for kept, one in zip(self.shadow, parameters, strict=True):
            kept.sub_(0.1 * (kept - one))

    @torch.no_grad()
    def copy_to(self, parameters: Iterable[torch.Tensor]) -> None:
        for kept, one in zip(self.shadow, parameters, strict=True):
            one.copy_(kept)
