"""What the recorder wrote: one file for each process of the command, read as frozen values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from codemods.verify.child.digest import NONE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH = len(NONE)


class Optimizer(Struct, frozen=True):
    """An optimizer as it was at its step: its class, and what its parameters are called where a module names them."""

    number: int
    kind: str
    names: tuple[str | None, ...]

    def name_of(self, parameter: int) -> str:
        """What to call its parameter of that index."""
        name = self.names[parameter] if parameter < len(self.names) else None
        return name or f"parameter {parameter}"


class Step(Struct, frozen=True):
    """One call of ``step()``: digests before it of all gradients, after it of all parameters, and what was seen.

    ``number`` counts all steps of the process from 1. ``at`` is the time, ``own`` the seconds that recording took so far.
    """

    number: int
    optimizer: Optimizer
    gradients: str
    parameters: str
    gradient_norms: tuple[float | None, ...]
    losses: tuple[float, ...]
    resident: int | None
    cuda: int | None
    at: float
    own: float
    file: str | None
    line: int | None

    @property
    def unreadable(self) -> bool:
        """Whether some tensor has no digest, and so nothing can be said of it."""
        return UNKNOWN in digests(self.gradients) or UNKNOWN in digests(self.parameters)


class Process(Struct, frozen=True):
    """One Python process of the command, in short. ``steps`` counts its optimizer steps, ``empty`` those without gradients."""

    file: Path
    started: float
    argv: tuple[str, ...]
    torch: str | None
    rank: int | None
    name: str
    steps: int
    empty: int
    optimizers: int
    served: tuple[str, ...]
    resident: int | None
    cuda: int | None
    seconds: float
    stopped: bool
    problem: str | None

    @property
    def key(self) -> tuple[bool, int, int, str]:
        """What it has in common with the process that does the same work in another run; processes sort by it.

        Its rank, else the name that multiprocessing gave it, which counts the processes of one parent.
        """
        return self.rank is None, self.rank or 0, len(self.name), self.name

    @property
    def steps_per_second(self) -> float | None:
        """Of the time between its first and its last step, without what recording took."""
        return (self.steps - 1) / self.seconds if self.steps > 1 and self.seconds > 0 else None


def digests(text: str) -> list[str]:
    """The digests that were written one after the other."""
    return [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]


def processes(folder: Path) -> list[Process]:
    """All processes that were recorded: ranks in their order, others as they started."""
    found = [_process(file) for file in sorted(folder.glob("*.jsonl"))]
    return sorted(found, key=lambda one: (*one.key, one.started, one.file.name))


def steps(process: Process) -> Iterator[Step]:
    """Its steps in order, read as they are asked for."""
    optimizers: dict[int, Optimizer] = {}
    for row in _rows(process.file):
        if "step" in row:
            yield _step(row, optimizers[row["optimizer"]])
        elif "optimizer" in row:
            optimizers[row["optimizer"]] = Optimizer(row["optimizer"], row["kind"], tuple(row["names"]))


def _step(row: dict[str, Any], optimizer: Optimizer) -> Step:
    return Step(
        row["step"], optimizer, row["gradients"], row["parameters"], tuple(row["gradient_norms"]),
        tuple(row["losses"]), row["resident"], row["cuda"], row["at"], row["own"],
        row["file"], row["line"],
    )  # fmt: skip


def _process(file: Path) -> Process:
    start: dict[str, Any] = {"start": 0.0, "argv": []}
    facts: dict[str, Any] = {}
    first: dict[str, Any] | None = None
    last: dict[str, Any] | None = None
    empty = 0
    served: list[str] = []
    optimizers: set[int] = set()
    for row in _rows(file):
        if "start" in row:
            start = row
        elif "step" in row:
            first, last = first or row, row
            empty += set(row["gradients"]) <= set(NONE)
        elif "optimizer" in row:
            optimizers.add(row["optimizer"])
            facts.setdefault("rank", row["rank"])
            facts.setdefault("name", row["name"])
        elif "served" in row:
            served.append(row["served"])
        else:
            facts.update(row)
    ended = facts if "end" in facts else (last or {})
    return Process(
        file=file,
        started=start["start"],
        argv=tuple(start["argv"]),
        torch=facts.get("torch"),
        rank=facts.get("rank"),
        name=facts.get("name", ""),
        steps=last["step"] if last else 0,
        empty=empty,
        optimizers=len(optimizers),
        served=tuple(served),
        resident=ended.get("resident"),
        cuda=ended.get("cuda"),
        seconds=_seconds(first, last) if first and last else 0.0,
        stopped="stopped" in facts,
        problem=facts.get("problem"),
    )


def _seconds(first: dict[str, Any], last: dict[str, Any]) -> float:
    return float((last["at"] - first["at"]) - (last["own"] - first["own"]))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):  # a process that was killed may leave half a line
                yield json.loads(line)
