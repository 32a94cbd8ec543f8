"""timm's scaler on a CPU: one call runs the backward, and unless told not to, clips and steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterable

utils = sys.modules[__name__]
MODULES = ("utils",)


class NativeScaler:
    """Scales by one."""

    def __call__(
        self,
        loss: torch.Tensor,
        optimizer: torch.optim.Optimizer,
        clip_grad: float | None = None,
        parameters: Iterable[torch.Tensor] = (),
        need_update: bool = True,
    ) -> None:
        loss.backward()  # type: ignore[no-untyped-call]
        if need_update:
            if clip_grad is not None:
                nn.utils.clip_grad_norm_(list(parameters), clip_grad)
            optimizer.step()
