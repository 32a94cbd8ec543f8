"""A small seeded world in which a page of training code runs, and a bit-exact record of how it trained.

``run`` executes a source under real torch on the CPU in a fresh namespace of models, optimizers and data, and
gives a ``Trace``; ``differences`` says in words where two traces part. Gradients that are left over at the very
end are not compared: a ``zero_grad`` at the top of the iteration leaves them behind by design.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import random
import re
import sys
import warnings
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEED = 20240229
STAND_INS = sorted(one.stem for one in (Path(__file__).parent / "stand_ins").glob("[a-z]*.py"))
"""Frameworks that are not installed for the tests: a few lines each do what their documentation says."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the record keeps: what it is, and each of its parts as (name, digest)."""

    kind: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """How one run trained."""

    events: tuple[Event, ...]
    final: Event
    stdout: tuple[str, ...]
    error: str | None
    finite: bool  # no parameter ended as NaN or infinity: such a run would hide differences

    @property
    def steps(self) -> int:
        """How many optimizer steps were taken."""
        return sum(event.kind.endswith("steps with") for event in self.events)


def digest(value: object) -> str:
    """A text that is equal exactly when the values are equal bit for bit."""
    match value:
        case torch.Tensor():
            flat = value.detach().cpu().contiguous().reshape(-1)
            content = hashlib.sha256(flat.view(torch.uint8).numpy().tobytes()).hexdigest()[:20]
            return f"{value.dtype}{list(value.shape)}#{content}"
        case float():
            return value.hex()
        case None | bool() | int() | str():
            return repr(value)
        case dict():
            return "{" + ", ".join(f"{key}: {digest(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(digest(item) for item in value) + "]"
    return f"<{type(value).__name__}>"


class Recorder:
    """Collects events while a page runs. Optimizers are named by class and order of their first step."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.optimizers: list[torch.optim.Optimizer] = []

    def name(self, optimizer: torch.optim.Optimizer) -> str:
        """The optimizer's name in the record."""
        if optimizer not in self.optimizers:
            self.optimizers.append(optimizer)
        return f"{type(optimizer).__name__} {self.optimizers.index(optimizer)}"

    def before_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """What the step will see: every gradient, ``None`` or not."""
        parts = [(f"gradient {name}", digest(p.grad)) for name, p in _parameters(optimizer)]
        self.events.append(Event(f"{self.name(optimizer)} steps with", tuple(parts)))

    def after_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """What the step did: every parameter, and all that the optimizer remembers."""
        self.events.append(Event(f"{self.name(optimizer)} leaves", tuple(_state(optimizer))))

    def log(self, *values: object) -> None:
        """What a page reads."""
        parts = tuple((f"value {i}", digest(value)) for i, value in enumerate(values))
        self.events.append(Event("a read", parts))

    def final(self, namespace: dict[str, object]) -> Event:
        """Every parameter and buffer that is left, and the state of every optimizer that stepped."""
        parts: list[tuple[str, str]] = []
        for name, value in sorted(namespace.items()):
            if isinstance(value, nn.Module):
                parts += [(f"{name}.{key}", digest(item)) for key, item in value.state_dict().items()]
        for optimizer in self.optimizers:
            parts += [(f"{self.name(optimizer)} {key}", item) for key, item in _state(optimizer)]
        return Event("the end", tuple(parts))


def _parameters(optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, torch.Tensor]]:
    for number, group in enumerate(optimizer.param_groups):
        for index, parameter in enumerate(group["params"]):
            yield f"{number}/{index}", parameter


def _state(optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, str]]:
    for number, group in enumerate(optimizer.param_groups):
        yield f"group {number}", digest({key: item for key, item in group.items() if key != "params"})
    for name, parameter in _parameters(optimizer):
        yield f"parameter {name}", digest(parameter)
        yield f"state {name}", digest(dict(optimizer.state.get(parameter, {})))


class Net(nn.Module):
    """Two layers, and a side branch that only some batches reach: elsewhere its gradients stay ``None``."""

    def __init__(self, inputs: int = 4, outputs: int = 1) -> None:
        super().__init__()
        self.body = nn.Linear(inputs, 5)
        self.side = nn.Linear(inputs, 5)
        self.head = nn.Linear(5, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Batches with a positive first value take the side branch as well."""
        hidden = torch.tanh(self.body(x))
        if x[0, 0] > 0:
            hidden = hidden + self.side(x)
        out: torch.Tensor = self.head(hidden)
        return out

    @contextlib.contextmanager
    def no_sync(self) -> Iterator[None]:
        """As of a module for distributed training: here there is nothing to keep in step."""
        yield


class AcceleratedOptimizer:
    """Steps and clears only when the accelerator says that the accumulated gradients are complete."""

    def __init__(self, optimizer: torch.optim.Optimizer, accelerator: Accelerator) -> None:
        self.optimizer = optimizer
        self.accelerator = accelerator

    def step(self) -> None:
        if self.accelerator.sync_gradients:
            self.optimizer.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        if self.accelerator.sync_gradients:
            self.optimizer.zero_grad(set_to_none)


class Accelerator:
    """What Accelerate's class of that name does, as far as gradients are concerned."""

    def __init__(self, gradient_accumulation_steps: int = 2) -> None:
        self.every = gradient_accumulation_steps
        self.seen = 0
        self.sync_gradients = True

    def prepare(self, *objects: Any) -> Any:
        """Wraps the optimizers among the objects."""
        return tuple(
            AcceleratedOptimizer(one, self) if isinstance(one, torch.optim.Optimizer) else one
            for one in objects
        )

    @contextlib.contextmanager
    def accumulate(self, _module: nn.Module) -> Iterator[None]:
        """One micro-batch."""
        self.seen += 1
        self.sync_gradients = self.seen % self.every == 0
        yield

    def backward(self, loss: torch.Tensor) -> None:
        (loss / self.every).backward()  # type: ignore[no-untyped-call]


def _batches(count: int, short: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of four rows, one short of them; every third one reaches the side branch of ``Net``."""
    sizes = [2 if index == short else 4 for index in range(count)]
    batches = [(torch.randn(size, 4), torch.randn(size, 1)) for size in sizes]
    for index, (x, _) in enumerate(batches):
        x[0, 0] = 1.0 if index % 3 == 1 else -1.0
    return batches


def _sgd(module: nn.Module) -> torch.optim.SGD:
    # Momentum and weight decay tell a gradient of zeros from no gradient.
    return torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)


def _find_learning_rate(model: nn.Module, loader: Iterable[Any]) -> float:
    """As learning-rate finders do: try a batch, and leave its gradients behind."""
    for x, y in list(loader)[:1]:
        nn.functional.mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]
    return 0.05


def _execute_pipeline(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """As engines do: forward and backward behind one call."""
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()  # type: ignore[no-untyped-call]
    return loss


def world(recorder: Recorder) -> dict[str, object]:
    """A fresh namespace: all the free names that pages may use."""
    names = ("model", "model2", "generator", "discriminator", "actor", "critic", "encoder", "decoder")
    modules = {name: Net(4, 4 if name in ("generator", "encoder") else 1) for name in names}
    shorts = ("optimizer", "optimizer2", "opt_g", "opt_d", "opt_actor", "opt_critic", "opt_enc", "opt_dec")
    optimizers = {short: _sgd(modules[name]) for short, name in zip(shorts, names, strict=True)}
    loader = _batches(7, short=2)
    noisy = [(x * float("nan"), y) if index == 3 else (x, y) for index, (x, y) in enumerate(loader)]
    others = {
        "__name__": "__main__",
        "scheduler": torch.optim.lr_scheduler.StepLR(optimizers["optimizer"], step_size=2, gamma=0.5),
        "scaler": torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3),
        "accelerator": Accelerator(),
        "loader": loader,
        "noisy_loader": noisy,
        "valid_loader": _batches(3, short=1),
        "loss_fn": nn.MSELoss(),
        "epochs": 2,
        "max_norm": 0.5,
        "device": torch.device("cpu"),
        "log": recorder.log,
        "monitor": lambda module: recorder.log([p.grad for p in module.parameters()]),
        "find_learning_rate": _find_learning_rate,
        "execute_pipeline": _execute_pipeline,
    }
    return {**modules, **optimizers, **others}


@contextlib.contextmanager
def frameworks(source: str) -> Iterator[None]:
    """What a page may import: Accelerate itself in a fresh state, and the stand-ins below ``tests/stand_ins``."""
    wanted = {name for name in STAND_INS if re.search(rf"\b{name}\b", source)}
    if "accelerate" in source:
        state: Any = importlib.import_module("accelerate.state")
        state.AcceleratorState._reset_state(reset_partial_state=True)
        state.GradientState._reset_state()
    loaded = {name: importlib.import_module(f"tests.stand_ins.{name}") for name in sorted(wanted)}
    parts = {
        f"{name}.{part}": getattr(module, part.rpartition(".")[2])
        for name, module in loaded.items()
        for part in getattr(module, "MODULES", ())
    }
    with mock.patch.dict(sys.modules, {**loaded, **parts}):
        yield


def run(source: str, drive: str | None = None) -> Trace:
    """Run ``source``, then the line ``drive``, in a fresh world."""
    threads = torch.get_num_threads()
    recorder, stdout, error = Recorder(), io.StringIO(), None
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    np.random.seed(SEED % 2**32)
    random.seed(SEED)
    hooks = [
        register_optimizer_step_pre_hook(recorder.before_step),
        register_optimizer_step_post_hook(recorder.after_step),
    ]
    try:
        namespace = world(recorder)
        with (
            contextlib.redirect_stdout(stdout),
            warnings.catch_warnings(),
            torch.enable_grad(),
            frameworks(source),
        ):
            warnings.simplefilter("ignore")
            try:
                exec(compile(source, "<page>", "exec"), namespace)
                if drive is not None:
                    exec(compile(drive, "<drive>", "exec"), namespace)
            except Exception as raised:
                error = type(raised).__name__
    finally:
        for hook in hooks:
            hook.remove()
        torch.set_num_threads(threads)
    parameters = [p for optimizer in recorder.optimizers for _, p in _parameters(optimizer)]
    return Trace(
        events=tuple(recorder.events),
        final=recorder.final(namespace),
        stdout=tuple(stdout.getvalue().splitlines()),
        error=error,
        finite=all(bool(p.isfinite().all()) for p in parameters),
    )


def differences(a: Trace, b: Trace) -> str | None:
    """The first difference in words, or None when the two runs trained and spoke bit for bit the same."""
    for index, (one, two) in enumerate(zip_longest(a.events, b.events)):
        if found := _between(one, two):
            return f"event {index}: {found}"
    for number, (left, right) in enumerate(zip_longest(a.stdout, b.stdout), start=1):
        if left != right:
            return f"stdout, line {number}: {left!r} against {right!r}"
    if a.error != b.error:
        return f"the runs end differently: {a.error or 'well'} against {b.error or 'well'}"
    return _between(a.final, b.final)


def _between(one: Event | None, two: Event | None) -> str | None:
    if one is None or two is None or one.kind != two.kind:
        return f"{one.kind if one else 'nothing'} against {two.kind if two else 'nothing'}"
    for left, right in zip_longest(one.parts, two.parts):
        if left != right:
            return f"{one.kind}: {' '.join(left or ('-',))} against {' '.join(right or ('-',))}"
    return None
