"""Lightning: manual optimisation under a ``Trainer``, and Fabric, on one device."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytorch = fabric = sys.modules[__name__]
MODULES = ("pytorch", "fabric")


class LightningModule(nn.Module):
    """``training_step`` is the user's; with ``automatic_optimization`` off, so is everything that it does."""

    automatic_optimization = True
    trainer: Trainer

    def optimizers(self) -> Any:
        """One optimizer as such, several as a list: the same ones each time."""
        found = self.trainer.optimizers
        return found[0] if len(found) == 1 else found

    def lr_schedulers(self) -> Any:
        found = self.trainer.schedulers
        return found[0] if len(found) == 1 else found

    def manual_backward(self, loss: torch.Tensor) -> None:
        loss.backward()  # type: ignore[no-untyped-call]

    def clip_gradients(self, optimizer: torch.optim.Optimizer, gradient_clip_val: float) -> None:
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        nn.utils.clip_grad_norm_(parameters, gradient_clip_val)

    def toggle_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        """The parameters of all other optimizers take no gradients until they are toggled back."""
        every = {id(one): one for other in self.trainer.optimizers for one in _parameters(other)}
        self._were = [(one, one.requires_grad) for one in every.values()]
        mine = {id(one) for one in _parameters(optimizer)}
        for one, was in self._were:
            one.requires_grad = was and id(one) in mine

    def untoggle_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        """The parameters of all other optimizers are what they were when one was toggled."""
        others = {
            id(one) for each in self.trainer.optimizers if each is not optimizer for one in _parameters(each)
        }
        for one, was in getattr(self, "_were", []):
            if id(one) in others:
                one.requires_grad = was
        self._were = []

    @contextlib.contextmanager
    def toggled_optimizer(self, optimizer: torch.optim.Optimizer) -> Iterator[None]:
        self.toggle_optimizer(optimizer)
        yield
        self.untoggle_optimizer(optimizer)

    def log(self, name: str, value: Any) -> None:
        print(name, float(value))


def _parameters(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [one for group in optimizer.param_groups for one in group["params"]]


class Trainer:
    """Calls ``training_step`` for each batch."""

    def __init__(self, max_epochs: int = 1) -> None:
        self.max_epochs = max_epochs
        self.optimizers: list[torch.optim.Optimizer] = []
        self.schedulers: list[Any] = []

    def fit(self, module: Any, loader: Iterable[Any]) -> None:
        assert not module.automatic_optimization
        module.trainer = self
        found = module.configure_optimizers()
        if isinstance(found, dict):
            self.schedulers = [found["lr_scheduler"]]
            found = found["optimizer"]
        self.optimizers = list(found) if isinstance(found, list | tuple) else [found]
        for _ in range(self.max_epochs):
            for index, batch in enumerate(loader):
                module.training_step(batch, index)


class Fabric:
    """Wraps nothing on one device."""

    def __init__(self, callbacks: Iterable[Any] = ()) -> None:
        self.callbacks = list(callbacks)

    def call(self, hook_name: str) -> None:
        for one in self.callbacks:
            getattr(one, hook_name)()

    def launch(self) -> None:
        pass

    def setup(self, *objects: Any) -> Any:
        return objects[0] if len(objects) == 1 else objects

    def setup_dataloaders(self, loader: Any) -> Any:
        return loader

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()  # type: ignore[no-untyped-call]

    def clip_gradients(self, module: nn.Module, _optimizer: Any, max_norm: float) -> torch.Tensor:
        return nn.utils.clip_grad_norm_(module.parameters(), max_norm)

    @contextlib.contextmanager
    def no_backward_sync(self, _module: nn.Module, enabled: bool = True) -> Iterator[None]:
        """Skips an exchange between devices, of which there is one."""
        assert enabled in (True, False)
        yield

    def print(self, *values: object) -> None:
        print(*values)
