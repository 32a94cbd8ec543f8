"""Any other file of a project: classes and functions that a page imports and that the tool cannot look into."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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

    def after_batch(self) -> None:
        print_gradients(self.model)


class DataCollatorForSeq2Seq:
    """Not the one of transformers: it looks at its model's gradients."""

    def __init__(self, tokenizer: Any, model: Any) -> None:
        self.model = model

    def __call__(self, features: Any) -> Any:
        print_gradients(self.model)
        return features


class GradientCallback:
    """Looks at the gradients when a Trainer evaluates."""

    def on_evaluate(self, model: Any) -> None:
        print_gradients(model)


def watch(trainer: Any) -> None:
    """Has a Trainer tell such a callback."""
    trainer.add_callback(GradientCallback())


class InitCallback:
    """Looks at the gradients when a Trainer is made."""

    def on_init_end(self, model: Any) -> None:
        print_gradients(model)


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


REMEMBERED: list[Any] = []


def remember(module: Any) -> None:
    """Keeps a model for :func:`print_gradients`."""
    REMEMBERED[:] = [module]


def print_gradients(module: Any = None) -> None:
    """Prints what there is of gradients."""
    for one in (module or REMEMBERED[0]).parameters():
        print(None if one.grad is None else float(one.grad.sum()))


def look(*_: object) -> None:
    """A hook that looks at the gradients of the model that was remembered."""
    print_gradients()


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Runs what it is handed."""
    return function(*arguments)


@contextlib.contextmanager
def watching(module: Any) -> Iterator[None]:
    """Looks at gradients on the way out."""
    yield
    print_gradients(module)


def batches(module: Any) -> Iterator[int]:
    """Looks at gradients on each turn of a loop."""
    for number in range(2):
        print_gradients(module)
        yield number


def options() -> SimpleNamespace:
    """How to train the model that was remembered: its parameters and a rate."""
    return SimpleNamespace(weights=list(REMEMBERED[0].parameters()), lr=0.1)


def print_gradients_in(found: Any) -> None:
    """Looks at the gradients of such options, or of a list of parameters."""
    print([one.grad for one in getattr(found, "weights", found)])


def describe(*found: Any) -> None:
    """Prints numbers and texts."""
    print(*found)


class Clearing:
    """Clears every other time that it is told to."""

    def __init__(self) -> None:
        self.calls = 0

    def clear(self, optimizer: Any) -> None:
        self.calls += 1
        if self.calls % 2:
            optimizer.zero_grad()


class Stepper:
    """An optimizer that does not look like one."""

    def __init__(self, optimizer: Any) -> None:
        self.inner = optimizer

    def step(self, scale: float = 1.0) -> None:
        assert scale == 1.0
        self.inner.step()

    def zero_grad(self) -> None:
        self.inner.zero_grad()


class Watch:
    """A context that looks at the gradients of its model when it is left."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        print_gradients(self.module)


def turn() -> int:
    """Looks at the gradients of the model that was remembered, and counts nothing."""
    print_gradients()
    return 0


def make_optimizer(module: Any) -> torch.optim.Optimizer:
    """An optimizer over a module."""
    return torch.optim.SGD(module.parameters(), lr=0.1)


def clearing(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """An optimizer that clears behind every other step."""
    steps: list[int] = []

    def clear(*_: object) -> None:
        steps.append(1)
        if len(steps) % 2 == 0:
            optimizer.zero_grad()

    optimizer.register_step_post_hook(clear)
    return optimizer


def several(optimizer: torch.optim.Optimizer) -> list[torch.optim.Optimizer]:
    """Such an optimizer among others."""
    return [clearing(optimizer)]


def print_gradients_of(scheduler: Any) -> None:
    """Looks at the optimizer behind a scheduler."""
    print([one.grad for group in scheduler.optimizer.param_groups for one in group["params"]])
