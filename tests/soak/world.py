"""A very small world of torch in which generated programs run, thousands of them a minute, and what they did in it.

The names that a program may use without binding them: four models with an optimizer each, data, ``coin()`` for every
decision, and functions that nobody can follow. A :class:`Fate` settles all that is left open: how the coins fall, what
such functions do, where an exception strikes. Both versions of a program run under the same fate.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from tests.soak.fate import OWNERS, QUIET, TRAINING, Entry, Fate, Program
from tests.soak.record import Digest, Enough, Event, Run, digest, state, watched
from tests.soak.trace import PROGRAM, Trace, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

LENGTHS = (3, 3, 2, 1, 3, 0)


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

    outside = [program.start.text, *(one.text for one in program.entries)]
    source = "\n".join([program.source, *outside])
    names = _NAMES | {"loss_fn": loss, "coin": run.coin, "print": run.print}
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
    if "loss" in source:
        names["loss"] = loss_fn(modules[0](names["x0"]), names["y0"])
    if "scaler" in source:
        names["scaler"] = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    if "scheduler" in source:
        names["scheduler"] = torch.optim.lr_scheduler.StepLR(names["optimizer"], step_size=2, gamma=0.5)
    if run.fate.leftover:
        for module in modules.values():
            loss_fn(module(names["x0"]), names["y0"]).backward()  # type: ignore[no-untyped-call]
    return names


@lru_cache(maxsize=64)
def compiled(source: str) -> CodeType:
    """The code of a source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, PROGRAM if "\n" in source else "<outside>", "exec", dont_inherit=True)


def trained(program: Program, fate: Fate, trace: Trace | None = None) -> list[Event]:
    """Run a program and then what code outside does, and tell what happened, in order. An exception that gets out ends it."""
    run = Run(fate, trace=trace)
    torch.default_generator.manual_seed(fate.seed)
    names = _names(run, program)
    with watched(run), torch.enable_grad(), warnings.catch_warnings(), traced(trace):
        warnings.simplefilter("ignore")
        for one in (Entry(program.source, "<module>"), *program.drive(fate)):
            if trace is not None and one.function:
                trace.outside("enters", one.function)
            try:
                exec(compiled(one.text), names)
            except (Exception, Enough) as error:
                run.events.append(("raised", type(error).__name__))
                break
            if trace is not None and one.function:
                trace.outside("returns", one.function)
            run.driven = True
            run.cleared.clear()
    if trace is not None and run.events and run.events[-1][0] == "raised":
        trace.outside("fails", "")
    modules = [(name, one) for name, one in names.items() if isinstance(one, nn.Module)]
    run.events.append(("end", tuple((name, digest(list(one.parameters()))) for name, one in modules)))
    run.events.append(("end", tuple(state(one) for one in run.optimizers)))
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
