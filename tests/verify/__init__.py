"""Helpers for the tests of ``verify``, which run the command as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent

WORLD = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
loss_fn = nn.MSELoss()
loader = [(torch.randn(8, 4), torch.randn(8, 1)) for _ in range(5)]
"""
LOOP = """\
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
SCRIPT = WORLD + LOOP
RESIDUAL = WORLD + "loss_fn(model(loader[0][0]), loader[0][1]).backward()\n" + LOOP
"""Rewritten with --unsafe-fixes only, for it trains differently: gradients of before the loop reach its first step."""


class Ended(NamedTuple):
    """How a run of the command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout holds, read as JSON."""
        return json.loads(self.out)


def verify(*arguments: str, cwd: Path, behind: tuple[str, ...] | None = None, **environment: str) -> Ended:
    """Run ``gradorder verify``, the command being the tests' Python with the words ``behind``."""
    own = [sys.executable, str(ROOT / "cli.py"), "verify", *arguments]
    command = own if behind is None else [*own, "--", sys.executable, *behind]
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
