"""Peak memory of one training loop, with zero_grad in three places.

What is measured: the peak resident set of a process (``ru_maxrss``, as the kernel keeps it) that trains one
model on the CPU for a few steps of plain SGD. Everything counts: the interpreter, torch, parameters,
gradients and what forward allocates. The three processes differ in one thing only:

    zero-last         forward, backward, step, zero_grad
    top               zero_grad, forward, backward, step
    before-backward   forward, zero_grad, backward, step

How: a peak never comes down again within a process, so each placement runs in a fresh child, started by a
parent that has not imported torch (a child inherits its parent's peak). All three start from one seed, and
the figures count only if the three end with the same loss. glibc is asked to hand freed blocks back at once;
otherwise the figures would say more about malloc than about the loop.

The model is a stack of residual layers, Linear(1024, 1024) and GELU, fed a batch of 256 rows: forward keeps
about half as many bytes for backward as the gradients take. Backward frees those bytes while it allocates
gradients, so with clear gradients the two hardly add up. Zeroing directly before backward leaves the last
step's gradients alive through the forward pass, and then they do.

    python scripts/measure_memory.py
    python scripts/measure_memory.py --parameters 20000000 --steps 2
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACEMENTS = ("zero-last", "top", "before-backward")
WIDTH = 1024
BATCH = 256
MIB = 1024 * 1024
GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def peak_bytes() -> int:
    """The peak resident set of this process; Linux counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def train(placement: str, parameters: int, steps: int) -> dict[str, float]:
    """Train in this process; the peak, the last loss and the number of parameters."""
    import torch  # noqa: PLC0415  only in a child: the parent's own peak must stay small

    torch.manual_seed(0)
    per_layer = WIDTH * WIDTH + WIDTH
    layers = torch.nn.ModuleList(
        torch.nn.Linear(WIDTH, WIDTH) for _ in range(max(1, round(parameters / per_layer)))
    )
    optimizer = torch.optim.SGD(layers.parameters(), lr=1e-3)
    loss = torch.zeros(())
    for _ in range(steps):
        batch = torch.randn(BATCH, WIDTH)
        if placement == "top":
            optimizer.zero_grad()
        hidden = batch
        for layer in layers:
            hidden = hidden + torch.nn.functional.gelu(layer(hidden))
        loss = (hidden - batch).square().mean()
        if placement == "before-backward":
            optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        if placement == "zero-last":
            optimizer.zero_grad()
    count = sum(parameter.numel() for parameter in layers.parameters())
    return {"peak": peak_bytes(), "loss": loss.item(), "parameters": count}


def measure(placement: str, parameters: int, steps: int) -> dict[str, float]:
    """What ``train`` returns, from a fresh child process."""
    command = [sys.executable, __file__, "--child", placement]
    command += ["--parameters", str(parameters), "--steps", str(steps)]
    child = subprocess.run(command, env=os.environ | GIVE_BACK, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, float] = json.loads(child.stdout)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when the placements did not train alike."""
    parser = argparse.ArgumentParser(description="Peak memory of training with zero_grad in three places.")
    parser.add_argument(
        "--parameters", type=int, default=134_000_000, help="about how many (default: %(default)s)"
    )
    parser.add_argument(
        "--steps", type=int, default=3, help="training steps, at least 2 (default: %(default)s)"
    )
    parser.add_argument("--child", choices=PLACEMENTS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.steps < 2:
        parser.error("--steps: the first step has no gradients to keep, so at least 2")
    if options.child:
        print(json.dumps(train(options.child, options.parameters, options.steps)))
        return 0

    rows = {placement: measure(placement, options.parameters, options.steps) for placement in PLACEMENTS}
    baseline = rows["zero-last"]
    print(f"{baseline['parameters'] / 1e6:.1f} M parameters, {options.steps} steps, float32 on the CPU")
    print(f"{'zero_grad':<16} {'peak MiB':>9} {'more':>6}")
    for placement, row in rows.items():
        more = round((row["peak"] - baseline["peak"]) / MIB)
        print(f"{placement:<16} {row['peak'] / MIB:>9,.0f} {more:>+6,d}")
    if len({row["loss"] for row in rows.values()}) != 1:
        print("the placements ended with different losses: the figures do not compare", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
