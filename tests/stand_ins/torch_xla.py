"""PyTorch/XLA on one device: there is nothing to sum over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

core = xla_model = sys.modules[__name__]
MODULES = ("core", "core.xla_model")


def optimizer_step(optimizer: torch.optim.Optimizer, barrier: bool = False) -> None:
    assert barrier in (True, False)
    optimizer.step()


def mark_step() -> None:
    """Runs what was traced, of which there is nothing."""
