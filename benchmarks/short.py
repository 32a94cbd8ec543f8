"""The short form, for every test run: ratios of computing time with wide margins, so that nothing grows out of hand unseen.

It needs no tool but Python. Both sides of a ratio run in turn, several times, and the least of each counts: what else the
machine does at the time makes a run longer, never shorter.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import run
from benchmarks.tools import PROGRAMS, ROOT
from benchmarks.trees import CANONICAL, HEADER, TORCH, Tree, planted

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 2

GRADORDER = (sys.executable, "-c", "from cli import main; main()")
CLICK = (sys.executable, "-c", "import click")


@dataclass(frozen=True, slots=True)
class Check:
    """``own`` may compute at most ``bound`` times what ``other`` does."""

    text: str
    own: tuple[str, ...]
    other: tuple[str, ...]
    bound: float


def checks(where: Path) -> list[Check]:
    """What is compared, on trees that are written below ``where``."""
    none, few, many = (
        str(planted(Tree(kind, size), where)) for kind, size in (("none", 1_000), ("all", 6), ("all", 18))
    )
    one = where / "canonical.py"
    one.write_text(HEADER.format(number=0) + TORCH + CANONICAL[0])
    check = (*GRADORDER, "check", "--isolated", "--jobs", "1")
    return [
        Check("--help, as import click", (*GRADORDER, "--help"), CLICK, 3),
        Check("one file in order, as import click", (*check, str(one)), CLICK, 15),
        Check(
            "1,000 files, nothing to parse, as reading them",
            (*check, none), (sys.executable, str(PROGRAMS / "read_all.py"), none, "click"), 5,
        ),
        Check(
            "18 files of training code, as ast.parse of them twice",
            (*check, many), (sys.executable, str(PROGRAMS / "parse_twice.py"), many), 40,
        ),
        Check("18 files, as 6 of them", (*check, many), (*check, few), 6),
    ]  # fmt: skip


def measured(where: Path) -> Iterator[tuple[Check, float]]:
    """Each check with its ratio."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for check in checks(where):
        own: list[float] = []
        other: list[float] = []
        for _ in range(1 + ROUNDS):
            for command, runs in ((check.own, own), (check.other, other)):
                found = run(command, where, environment)
                if found.status not in (0, 1):
                    raise RuntimeError(f"{check.text}: {' '.join(command)} ended with status {found.status}")
                runs.append(found.cpu)
        yield check, min(own) / min(other)


def main() -> int:
    """Print every ratio; 1 when one is out of its bounds."""
    wrong = 0
    with tempfile.TemporaryDirectory() as where:
        for check, ratio in measured(Path(where)):
            wrong += ratio > check.bound
            print(f"{ratio:6.2f} x (at most {check.bound:g})  {check.text}", flush=True)
    return 1 if wrong else 0
