"""What a run did, in order: every step, every look at gradients, everything printed. Both versions must do the same."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from tests.soak.fate import TRAINING, Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.soak.trace import Trace

COINS = 150
WEIGHTS = (0.5, 0.5, 0.2, 0.8, 0.5, 0.05, 0.95)
FAULTS = 10
"""One in so many events raises, in a fate with faults."""

Digest = Any
Event = tuple[Any, ...]


class Enough(BaseException):
    """A program has thrown more coins than any that ends."""


class Fault(RuntimeError):
    """What strikes out of the blue."""


def digest(value: object) -> Digest:
    """Equal exactly when the values are equal bit for bit."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().tobytes()
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, list | tuple):
        return tuple([digest(one) for one in value])
    return value if isinstance(value, int | str) or value is None else type(value).__name__


@dataclass(slots=True)
class Run:
    """One run under one fate, and the record of it."""

    fate: Fate
    driven: bool = False
    weight: float = 0.5
    events: list[Event] = field(default_factory=list)
    optimizers: list[torch.optim.Optimizer] = field(default_factory=list)
    coins: random.Random = field(default_factory=random.Random)
    opaque: random.Random = field(default_factory=random.Random)
    faults: random.Random = field(default_factory=random.Random)
    left: int = COINS
    cleared: set[int] = field(default_factory=set)
    trace: Trace | None = None

    def __post_init__(self) -> None:
        self.coins.seed(self.fate.seed)
        self.weight = WEIGHTS[self.fate.seed % len(WEIGHTS)]
        self.opaque.seed(self.fate.seed + 1)
        self.faults.seed(self.fate.seed + 2)

    def coin(self) -> bool:
        """True or false."""
        self.left -= 1
        if self.left < 0:
            raise Enough
        return self.coins.random() < self.weight

    def strike(self) -> None:
        """An exception, when it is time for one."""
        if self.fate.faults and self.faults.randrange(FAULTS) == 0:
            self.events.append(("fault",))
            raise Fault

    def print(self, *values: object) -> None:
        """What a program looks at."""
        self.strike()
        self.events.append(("print", digest(values)))

    def look(self, name: str, handed: Iterable[object]) -> None:
        """What a function that nobody can follow does with what it is handed."""
        self.tell("opaque")
        parameters = list(_parameters(handed))
        deed = self.opaque.randrange(4)
        if deed % 2:
            seen = [(not self.driven or id(one) in self.cleared, digest(one.grad)) for one in parameters]
            self.events.append(("look", name, seen))
        if deed > 1 and name in TRAINING:
            for one in parameters:
                one.grad = torch.ones_like(one) if one.grad is None else one.grad + 1.0

    def before_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """What a step sees."""
        self.strike()
        if not any(one is optimizer for one in self.optimizers):
            self.optimizers.append(optimizer)
        number = next(index for index, one in enumerate(self.optimizers) if one is optimizer)
        seen = tuple([digest(one.grad) for group in optimizer.param_groups for one in group["params"]])
        self.events.append(("step", number, seen))
        self.tell("step", optimizer)

    def after_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """What it did."""
        self.events.append(("left", state(optimizer)))
        self.strike()

    def zeroed(self, owner: torch.optim.Optimizer | nn.Module, set_to_none: bool | None) -> None:
        """Somebody has cleared the gradients of an optimizer or a module."""
        self.cleared.update(map(id, _parameters([owner])))
        self.tell("zero", owner, set_to_none)

    def tell(self, kind: str, owner: object = None, detail: object = None) -> None:
        """Let the trace know, where there is one."""
        if self.trace is not None:
            self.trace.happened(kind, owner, detail)


def _parameters(handed: Iterable[object]) -> Iterator[torch.Tensor]:
    for one in handed:
        if isinstance(one, torch.Tensor):
            yield one
        elif isinstance(one, nn.Module):
            yield from one.parameters()
        elif isinstance(one, torch.optim.Optimizer):
            for group in one.param_groups:
                yield from group["params"]


def state(optimizer: torch.optim.Optimizer) -> Digest:
    found: list[object] = []
    for group in optimizer.param_groups:
        found.append(group["lr"])
        for one in group["params"]:
            found.append(one)
            found.extend(optimizer.state[one].values() if one in optimizer.state else ())
    return digest(found)


@contextlib.contextmanager
def watched(run: Run) -> Iterator[None]:
    """Torch, with its zero_grad and backward under the run's eyes."""
    backward, clear = torch.Tensor.backward, torch.optim.Optimizer.zero_grad
    clear_module = nn.Module.zero_grad

    def watched_backward(self: torch.Tensor, **options: Any) -> None:
        run.strike()
        backward(self, **{**options, "retain_graph": True})  # type: ignore[no-untyped-call]
        run.tell("backward")
        run.strike()

    def watched_zero_grad(self: torch.optim.Optimizer, set_to_none: bool | None = None) -> None:
        clear(self, not run.fate.zeros if set_to_none is None else set_to_none)
        run.zeroed(self, set_to_none)

    def watched_module_zero_grad(self: nn.Module, set_to_none: bool | None = None) -> None:
        clear_module(self, not run.fate.zeros if set_to_none is None else set_to_none)
        run.zeroed(self, set_to_none)

    hooks = [
        register_optimizer_step_pre_hook(run.before_step),
        register_optimizer_step_post_hook(run.after_step),
    ]
    torch.Tensor.backward = watched_backward  # type: ignore[assignment,method-assign]
    torch.optim.Optimizer.zero_grad = watched_zero_grad  # type: ignore[method-assign]
    nn.Module.zero_grad = watched_module_zero_grad  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.Tensor.backward = backward  # type: ignore[method-assign]
        torch.optim.Optimizer.zero_grad = clear  # type: ignore[method-assign]
        nn.Module.zero_grad = clear_module  # type: ignore[method-assign]
        for hook in hooks:
            hook.remove()
