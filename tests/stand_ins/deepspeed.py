"""DeepSpeed's engine on one device: it averages, steps every so many calls, and clears behind a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class Engine:
    """What ``deepspeed.initialize`` gives first."""

    def __init__(self, model: Any, optimizer: torch.optim.Optimizer, every: int) -> None:
        self.module, self.optimizer, self.every = model, optimizer, every
        self.calls = 0

    def __call__(self, *inputs: Any) -> Any:
        return self.module(*inputs)

    def backward(self, loss: torch.Tensor) -> None:
        (loss / self.every).backward()  # type: ignore[no-untyped-call]

    def zero_grad(self) -> None:
        self.optimizer.zero_grad()

    def step(self) -> None:
        self.calls += 1
        if self.calls % self.every == 0:
            self.optimizer.step()
            self.optimizer.zero_grad()


def initialize(model: Any, optimizer: Any, config: dict[str, int]) -> tuple[Any, Any, None, None]:
    return Engine(model, optimizer, config["gradient_accumulation_steps"]), optimizer, None, None
