"""torchvision: functions that build models."""

from __future__ import annotations

from types import SimpleNamespace

from torch import nn


def shallow() -> nn.Module:
    """As ``resnet18()``: a new module."""
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))


models = SimpleNamespace(shallow=shallow)
