"""What recording costs: the time of a training step of 25 M parameters, with the recorder of ``verify`` and without.

Steps with and without alternate, so that what else the machine does falls on both. Needs torch.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from codemods.verify.child.digest import Digester
from codemods.verify.child.record import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 12


def perceptron(batch: int) -> tuple[nn.Module, torch.Tensor]:
    """Five square layers: the fewest operations for so many parameters, so the hardest case."""
    layers: list[nn.Module] = []
    for _ in range(5):
        layers += [nn.Linear(2236, 2236), nn.ReLU()]
    return nn.Sequential(*layers), torch.randn(batch, 2236)


def transformer(batch: int) -> tuple[nn.Module, torch.Tensor]:
    """Eight layers of width 512, on sequences of 128."""
    layer = nn.TransformerEncoderLayer(512, 8, 2048, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 8), torch.randn(batch, 128, 512)


def measured(build: Callable[[int], tuple[nn.Module, torch.Tensor]], batch: int) -> str:
    """One row of the table."""
    torch.manual_seed(0)
    model, x = build(batch)
    optimizer = torch.optim.AdamW(model.parameters())
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * ROUNDS + 2):
        on = number % 2
        RECORDER._digests = DIGESTS if on else None
        start = time.perf_counter()
        optimizer.zero_grad()
        cast("torch.Tensor", model(x)).square().mean().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if number > 1:
            times[on].append(time.perf_counter() - start)
    without, recorded = (statistics.median(one) for one in times)
    parameters = sum(one.numel() for one in model.parameters())
    return (
        f"| {build.__name__} | {parameters / 1e6:.1f} M | {batch} | {1000 * without:.0f} ms "
        f"| {1000 * recorded:.0f} ms | {100 * (recorded / without - 1):+.1f} % |"
    )


with tempfile.TemporaryDirectory() as place:
    DIGESTS = Digester(torch, 0).digests
    RECORDER = Recorder(place, max_steps=None, digests=lambda _: DIGESTS)
    RECORDER.attach(sys.modules["torch.optim.optimizer"])
    RECORDER.watch(torch)
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, AdamW, float32, median of {ROUNDS} steps"
    )
    print("| model | parameters | batch | step | recorded | more |\n|---|---|---|---|---|---|")
    for model, batch in ((transformer, 8), (perceptron, 64), (perceptron, 256)):
        print(measured(model, batch), flush=True)
