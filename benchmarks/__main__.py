"""Measure gradorder side by side with other tools, and write docs/performance.md.

Everything is one command; it goes on where it was stopped. The tools are installed from PyPI into an environment of
their own, in a cache folder, and the generated trees are written there too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import page, short
from benchmarks.measure import Run, run
from benchmarks.races import SIZES, Race, cores, races
from benchmarks.state import State, kept
from benchmarks.tools import GRADORDER, LIBCST, ROOT, Contestant, Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY, SHARE = 15, 10.0
"""A contestant runs so many times at most, and not again when that would take more seconds in all."""

QUICK, LIMIT = 3.0, 60.0
"""Seconds: what takes less is not counted the first time; what takes more, and is not gradorder, is ended."""


def main(arguments: Sequence[str]) -> int:
    """1 when the short form finds a ratio out of bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="folders of source to measure as well"
    )
    parser.add_argument(
        "--short", action="store_true", help="a minute, ratios with wide margins, no page: for CI"
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="how many files the trees have")
    parser.add_argument("--only", default="", metavar="START", help="only races whose key starts so")
    parser.add_argument("--afresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--page", action="store_true", help="only write the page from what was measured")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "gradorder-benchmarks", metavar="FOLDER"
    )
    chosen = parser.parse_args(arguments)
    if chosen.short:
        return short.main()
    cache = chosen.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(cache)
    file = cache / "state.json"
    if chosen.page:
        page.write(kept(file, cores(), {}, afresh=False, any_sources=True), ROOT)
        return 0
    shelf.stocked()
    state = kept(file, cores(), shelf.versions(), afresh=chosen.afresh)
    sizes = [int(one) for one in chosen.sizes.split(",") if one]
    folders = [one.resolve() for one in chosen.paths]
    for race in races(shelf, cache / "trees", folders, sizes):
        if race.key.startswith(chosen.only) and race.key not in state.races:
            _raced(race, shelf, state)
    # The pictures want a library that is installed there.
    command = [shelf.python, "-m", "benchmarks", "--page", "--cache", str(cache)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _raced(race: Race, shelf: Shelf, state: State) -> None:
    print(f"{race.title}:", file=sys.stderr, flush=True)
    _warm(race)
    with tempfile.TemporaryDirectory() as aside:
        runs: dict[str, list[Run]] = {one.name: [] for one in race.contestants}
        left = dict.fromkeys(runs, SHARE)
        for number in range(1 + MANY):
            for one in race.contestants:
                if runs[one.name] and runs[one.name][-1].wall > left[one.name]:
                    continue
                found = _run(one, Path(aside))
                left[one.name] -= found.wall
                # What is quick runs once before it counts, for what the first run finds cold.
                if number or found.wall >= QUICK:
                    runs[one.name].append(found)
        for name, done in runs.items():
            walls = " ".join(f"{one.wall:.2f}" for one in done)
            print(
                f"  {name}: {walls} s, {max(one.peak for one in done):.0f} MiB", file=sys.stderr, flush=True
            )
        state.keep(race, runs, _stages(race, Path(aside)))


def _warm(race: Race) -> None:
    """Read the files once: what is slow counts the first time, and must not find them cold where those after it do not."""
    for one in race.folder.rglob("*.py") if race.folder is not None else ():
        if one.is_file():
            one.read_bytes()


def _run(one: Contestant, aside: Path) -> Run:
    """One run, from an empty cache, and from a folder that is none of the tree's."""
    if one.before is not None:
        one.before[0].write_text(one.before[1])
    fresh = aside / f"cache-{time.monotonic_ns()}"
    fresh.mkdir()
    path = str(ROOT) if one.name == LIBCST else ""
    environment = {**os.environ, "BLACK_CACHE_DIR": str(fresh), "PYTHONPATH": path}
    return run(one.command, fresh, environment, None if one.name == GRADORDER else LIMIT)


def _stages(race: Race, aside: Path) -> dict[str, float]:
    """Where gradorder's time goes in this race; not again for what takes minutes."""
    if race.files > SIZES[1]:
        return {}
    for one in race.contestants:
        if one.name == GRADORDER:
            if one.before is not None:
                one.before[0].write_text(one.before[1])
            command = [*one.command, "--timings", "--output-format", "json"]
            done = subprocess.run(command, cwd=aside, capture_output=True, check=False)
            stages: dict[str, float] = json.loads(done.stdout)["timings"]["stages"]
            return stages
    return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
