"""A very small world of torch in which generated programs run, thousands of them a minute, and what they did in it.

The names that a program may use without binding them: four models with an optimizer each, data, ``coin()`` for every
decision, and functions that nobody can follow. A :class:`Fate` settles all that is left open: how the coins fall, what
such functions do, where an exception strikes. Both versions of a program run under the same fate.
"""

from __future__ import annotations

import contextlib
import random
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import CodeType

OWNERS = (
    ("model", "optimizer"),
    ("generator", "opt_g"),
    ("discriminator", "opt_d"),
    ("critic", "critic_opt"),
)
"""Names of models, each with the name of its optimizer."""

QUIET = ("evaluate", "monitor", "save_checkpoint", "log_norms")
"""Functions that may look at what they are handed."""

TRAINING = ("warmup", "find_lr")
"""Functions that may leave gradients behind as well, as their names say."""

COINS = 150
WEIGHTS = (0.5, 0.5, 0.2, 0.8, 0.5, 0.05, 0.95)
LENGTHS = (3, 3, 2, 1, 3, 0)
FAULTS = 10
"""One in so many events raises, in a fate with faults."""

Digest = Any
Event = tuple[Any, ...]


class Enough(BaseException):
    """A program has thrown more coins than any that ends."""


class Fault(RuntimeError):
    """What strikes out of the blue."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Everything that a run depends on besides its program. ``zeros``: ``zero_grad()`` means what it did in torch 1.

    ``leftover``: somebody has left gradients behind before the program, or before the first outside call.
    """

    seed: int
    faults: bool = False
    zeros: bool = False
    leftover: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A call by code outside the file, and the function of the file that it runs."""

    text: str
    function: str


@dataclass(frozen=True, slots=True)
class Program:
    """A source, and how code outside of it uses it: one line to ``start``, then calls in any order, as fate has it.

    ``shares``: for each optimizer of the world the models that it is built over. ``trains``: the source does something
    when it is run, not only when its functions are called.
    """

    source: str
    entries: tuple[Entry, ...] = ()
    start: str = "pass"
    shares: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (3,))
    trains: bool = True

    def drive(self, fate: Fate) -> list[str]:
        """The lines of the code outside."""
        order = random.Random(fate.seed)
        count = order.choice((1, 2, 3, 5)) if self.entries else 0
        return [self.start, *(order.choice(self.entries).text for _ in range(count))]


def digest(value: object) -> Digest:
    """Equal exactly when the values are equal bit for bit."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().tobytes()
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, list | tuple):
        return tuple([digest(one) for one in value])
    return value if isinstance(value, int | str) or value is None else type(value).__name__


class Net(nn.Module):
    """Two parameters; the second one gets no gradient from some of the batches."""

    def __init__(self, scale: float = 0.5) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor([scale, -0.3]))
        self.b = nn.Parameter(torch.tensor([0.2, scale]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Batches with a positive first value take the second parameter as well."""
        return x * self.a + x * self.b if x[0, 0] > 0 else x * self.a


def loss_fn(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The sum of squares."""
    return ((out - target) ** 2).sum()


BATCHES = [
    (torch.tensor([[-0.5, 1.0], [0.25, 0.5]]), torch.tensor([[0.5, 0.5], [1.0, -0.5]])),
    (torch.tensor([[0.75, -0.5], [0.5, 1.0]]), torch.tensor([[-1.0, 0.25], [0.5, 0.75]])),
    (torch.tensor([[-0.25, 0.5], [1.0, 0.125]]), torch.tensor([[0.25, -0.5], [-0.5, 1.0]])),
]


_NAMES: dict[str, Any] = {"__name__": "__main__", "Net": Net, "x0": BATCHES[1][0], "y0": BATCHES[1][1]}


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

    def after_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """What it did."""
        self.events.append(("left", _state(optimizer)))
        self.strike()

    def zeroed(self, parameters: Iterable[torch.Tensor]) -> None:
        """Somebody has cleared these."""
        self.cleared.update(map(id, parameters))


def _parameters(handed: Iterable[object]) -> Iterator[torch.Tensor]:
    for one in handed:
        if isinstance(one, torch.Tensor):
            yield one
        elif isinstance(one, nn.Module):
            yield from one.parameters()
        elif isinstance(one, torch.optim.Optimizer):
            for group in one.param_groups:
                yield from group["params"]


def _state(optimizer: torch.optim.Optimizer) -> Digest:
    found: list[object] = []
    for group in optimizer.param_groups:
        found.append(group["lr"])
        for one in group["params"]:
            found.append(one)
            found.extend(optimizer.state[one].values() if one in optimizer.state else ())
    return digest(found)


def _optimizer(index: int, parameters: Sequence[torch.Tensor]) -> torch.optim.Optimizer:
    sgd: Any = torch.optim.SGD  # momentum and weight decay tell a gradient of zeros from none
    if index == 0:
        return sgd(parameters, lr=0.05, momentum=0.9, weight_decay=0.01, foreach=False)  # type: ignore[no-any-return]
    if index == 1:
        return torch.optim.Adam(parameters, lr=0.05, foreach=False)
    return sgd(parameters, lr=0.05, momentum=0.9, nesterov=index == 3, foreach=False)  # type: ignore[no-any-return]


def _names(run: Run, program: Program) -> dict[str, Any]:
    def loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        run.strike()
        return loss_fn(out, target)

    def opaque(name: str) -> Callable[..., None]:
        return lambda *handed: run.look(name, handed)

    source, names = program.source + program.start, _NAMES | {
        "loss_fn": loss,
        "coin": run.coin,
        "print": run.print,
    }
    names["loader"] = BATCHES[: LENGTHS[run.fate.seed % len(LENGTHS)]]
    names["epochs"] = min(2, len(names["loader"]))
    names.update((name, opaque(name)) for name in (*QUIET, *TRAINING) if name in source)
    uses = [index for index, (_, optimizer) in enumerate(OWNERS) if optimizer in source or index == 0]
    built = {one for index in uses for one in (index, *program.shares[index])}
    built |= {index for index, (model, _) in enumerate(OWNERS) if model in source}
    modules = {index: Net(0.5 - 0.2 * index) for index in sorted(built)}
    names.update((OWNERS[index][0], one) for index, one in modules.items())
    for index in uses:
        owned = [one for share in program.shares[index] for one in modules[share].parameters()]
        names[OWNERS[index][1]] = _optimizer(index, owned)
    if "scaler" in source:
        names["scaler"] = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    if "scheduler" in source:
        names["scheduler"] = torch.optim.lr_scheduler.StepLR(names["optimizer"], step_size=2, gamma=0.5)
    if run.fate.leftover:
        for module in modules.values():
            loss_fn(module(names["x0"]), names["y0"]).backward()  # type: ignore[no-untyped-call]
    return names


@contextlib.contextmanager
def _watched(run: Run) -> Iterator[None]:
    """Torch, with its zero_grad and backward under the run's eyes."""
    backward, clear = torch.Tensor.backward, torch.optim.Optimizer.zero_grad
    clear_module = nn.Module.zero_grad

    def watched_backward(self: torch.Tensor) -> None:
        run.strike()
        backward(self, retain_graph=True)  # type: ignore[no-untyped-call]
        run.strike()

    def watched_zero_grad(self: torch.optim.Optimizer, set_to_none: bool = not run.fate.zeros) -> None:
        run.zeroed(_parameters([self]))
        clear(self, set_to_none)

    def watched_module_zero_grad(self: nn.Module, set_to_none: bool = not run.fate.zeros) -> None:
        run.zeroed(self.parameters())
        clear_module(self, set_to_none)

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


@lru_cache(maxsize=64)
def compiled(source: str) -> CodeType:
    """The code of a source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, "<program>", "exec", dont_inherit=True)


def trained(program: Program, fate: Fate) -> list[Event]:
    """Run a program and then its drive, and tell what happened, in order. An exception that gets out ends it."""
    run = Run(fate)
    torch.default_generator.manual_seed(fate.seed)
    names = _names(run, program)
    with _watched(run), torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compiled(program.source), names)
            run.driven = True
            for line in program.drive(fate):
                run.cleared.clear()
                exec(compiled(line), names)
        except (Exception, Enough) as error:
            run.events.append(("raised", type(error).__name__))
    modules = [(name, one) for name, one in names.items() if isinstance(one, nn.Module)]
    run.events.append(("end", tuple((name, digest(list(one.parameters()))) for name, one in modules)))
    run.events.append(("end", tuple(_state(one) for one in run.optimizers)))
    return run.events


def difference(one: Sequence[Event], other: Sequence[Event]) -> str | None:
    """In words, where two runs part; None when nobody could tell them apart."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right and not (left[0] == right[0] == "look" and _looks_alike(left[2], right[2])):
            return f"event {index}: {left} against {right}"
    return None if len(one) == len(other) else f"{len(one)} events against {len(other)}"


def _looks_alike(one: Sequence[tuple[bool, Digest]], other: Sequence[tuple[bool, Digest]]) -> bool:
    """What code outside sees counts from the first ``zero_grad`` of an outside call on (closed-world)."""
    return len(one) == len(other) and all(
        left[1] == right[1] or not (left[0] and right[0]) for left, right in zip(one, other, strict=True)
    )
