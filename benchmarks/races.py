"""What is compared, on which files, and what the result should be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.tools import (
    AST_GREP,
    BLACK,
    GRADORDER,
    LIBCST,
    RG,
    RUFF,
    TORCHFIX,
    Contestant,
    Shelf,
)
from benchmarks.trees import CANONICAL, HEADER, TORCH, ZERO_LAST, Tree, planted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FLOOR = "`import typer`, then find and read every file"
TWICE = "`ast.parse` of every file, twice"
TYPER, TYPER_AST, TYPER_LIBCST = "`import typer`", "`import typer, ast`", "`import typer, libcst`"

FAST = (GRADORDER, RG, RUFF, AST_GREP)
EVERYBODY = (*FAST, BLACK, LIBCST, TORCHFIX)

SIZES = (1_000, 10_000, 100_000)
SMALL = SIZES[0]


@dataclass(frozen=True, slots=True)
class Race:
    """Commands that run in turn. ``files`` and ``size`` (MiB) of what they run on, nothing for a single file."""

    key: str
    title: str
    contestants: tuple[Contestant, ...]
    files: int = 0
    size: float = 0.0
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that a race should show.

    How much gradorder (``name``) may take at most of what ``versus`` takes, times ``scale``; with ``at_least``, how
    much longer ``versus`` takes at least. Without ``versus``: the most memory in MiB.
    """

    race: str
    text: str
    bound: float
    versus: str | None = None
    name: str = GRADORDER
    at_least: bool = False
    scale: float = 1.0


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def races(shelf: Shelf, where: Path, folders: Sequence[Path], sizes: Sequence[int]) -> Iterator[Race]:
    """Every comparison, the quick ones first; trees are written when it is their turn."""
    where.mkdir(parents=True, exist_ok=True)
    yield from _starts(shelf, where)
    for size in sizes:
        for training, title in (("none", "none with training code"), ("rare", "1 in 18 with training code")):
            folder = planted(Tree(training, size), where)
            tools = shelf.over(folder, EVERYBODY if (training, size) == ("rare", SMALL) else FAST)
            floor = (shelf.program(FLOOR, "read_all.py", str(folder), "typer"),)
            yield _over(f"{training}-{size}", f"{size:,} generated files, {title}", folder, (*floor, *tools))
    folder = planted(Tree("all", 200), where)
    twice = shelf.program(TWICE, "parse_twice.py", str(folder))
    title = "200 generated files, all with training code, nothing to change"
    yield _over("all", title, folder, (twice, *shelf.over(folder, EVERYBODY)))
    for folder in folders:
        twice = shelf.program(TWICE, "parse_twice.py", str(folder))
        yield _over(f"at {folder.name}", f"`{folder.name}`", folder, (twice, *shelf.over(folder, EVERYBODY)))


def _starts(shelf: Shelf, where: Path) -> Iterator[Race]:
    gradorder = shelf.at("gradorder")
    bare = (
        Contestant("`gradorder --help`", (gradorder, "--help")),
        Contestant("`gradorder --version`", (gradorder, "--version")),
    )
    yield Race("start", "Starting", (shelf.imports("typer"), *bare))
    right, wrong = (HEADER.format(number=0) + TORCH + one for one in (CANONICAL[0], ZERO_LAST))
    one = where / "one" / "canonical.py"
    two = where / "one" / "zero_last.py"
    one.parent.mkdir(exist_ok=True)
    one.write_text(right)
    two.write_text(wrong)
    check = Contestant(GRADORDER, (gradorder, "check", "--isolated", str(one)))
    yield Race("canonical", "One file, its training step in order", (shelf.imports("typer, ast"), check))
    fix = Contestant(GRADORDER, (gradorder, "fix", "--isolated", "--allow-dirty", str(two)), (two, wrong))
    others = shelf.over(two, (BLACK, LIBCST, TORCHFIX))
    yield Race("rewritten", "One file, rewritten", (shelf.imports("typer, libcst"), fix, *others))


def _over(key: str, title: str, folder: Path, contestants: tuple[Contestant, ...]) -> Race:
    sources = list(folder.rglob("*.py"))
    size = sum(one.stat().st_size for one in sources if one.is_file()) / 2**20
    return Race(key, title, contestants, len(sources), size, folder)


def goals(found: Sequence[str]) -> list[Goal]:
    """The goals of the races that were run."""
    listed = [
        Goal("start", "`--help`, as `import typer`", 1.3, TYPER, "`gradorder --help`"),
        Goal("start", "`--version`, as `import typer`", 1.3, TYPER, "`gradorder --version`"),
        Goal("canonical", "one file in order, as `import typer, ast`", 1.6, TYPER_AST),
        Goal("rewritten", "one file rewritten, as `import typer, libcst`", 1.5, TYPER_LIBCST),
    ]
    for size in SIZES:
        text = f"{size:,} files, nothing to parse, as `import typer` and reading every file"
        listed.append(Goal(f"none-{size}", text, 2.0, FLOOR))
    for size in SIZES[:2]:
        text = f"{size:,} files, 1 in 18 with training code, times faster than ast-grep"
        listed.append(Goal(f"rare-{size}", text, 4.0, AST_GREP, at_least=True))
    text = "all files training code, nothing to change, as `ast.parse` of them twice on all cores"
    listed.append(Goal("all", text, 1.0, TWICE, scale=1 / cores()))
    for one in found:
        name = one.removeprefix("at ")
        if name == "transformers":
            listed.append(Goal(one, "`transformers`, as `ruff check --select E9 --no-cache`", 1.0, RUFF))
        elif one.startswith("at ") and name != "examples":
            listed.append(Goal(one, f"`{name}`, times faster than ast-grep", 4.0, AST_GREP, at_least=True))
        if name == "examples":
            listed.append(Goal(one, f"`{name}`, times faster than torchfix", 20.0, TORCHFIX, at_least=True))
    listed += [Goal(f"none-{size}", f"MiB, {size:,} files without training code", 100.0) for size in SIZES]
    listed += [
        Goal(f"rare-{size}", f"MiB a process, {size:,} files, 1 in 18 with training code", 300.0)
        for size in SIZES
    ]
    listed.append(Goal("all", "MiB a process, all files with training code", 300.0))
    listed += [
        Goal(one, f"MiB a process, `{one.removeprefix('at ')}`", 300.0)
        for one in found
        if one.startswith("at ")
    ]
    return [one for one in listed if one.race in found]
