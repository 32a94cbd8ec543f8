"""Give random programs to the tool, and run under torch what comes of them: python -m tests.soak --programs N."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from codemods.proof.witness import Kind
from tests.soak.check import Verdict, check
from tests.soak.draw import seeded
from tests.soak.shapes import SHAPES, program
from tests.soak.shrink import shrunk


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--programs", type=int, default=2000, help="how many")
    parser.add_argument("--seed", default="0", help="the same programs for the same seed")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument(
        "--shape", choices=[one.__name__ for one in SHAPES], help="programs of this shape only"
    )
    parser.add_argument(
        "--refusals", type=int, default=0, help="show so many refusals of which torch sees nothing"
    )
    parser.add_argument(
        "--tempt", type=int, default=1, help="run the refused rewrites of every so many programs"
    )
    parser.add_argument("--shrink", action="store_true", help="make a wrong program as small as it can be")
    options = parser.parse_args()
    shape = next((one for one in SHAPES if one.__name__ == options.shape), None)
    counts: Counter[str] = Counter()
    started = time.monotonic()
    for number in range(options.first, options.first + options.programs):
        found = check(program(seeded(f"{options.seed}/{number}"), shape), tempt=number % options.tempt == 0)
        count(counts, found)
        if found.wrong is not None:
            if options.shrink:
                smaller = shrunk(found.program, lambda one: check(one, tempt=False).wrong is not None)
                found = check(smaller, tempt=False)
            print(f"=== --seed {options.seed} --first {number}: {found.wrong}\n{text(found)}", flush=True)
        for one in found.refused:
            if not one.seen and options.refusals:
                options.refusals -= 1
                print(
                    f"=== --seed {options.seed} --first {number}: {one.kind.value}, but torch sees nothing\n{text(found)}"
                )
                print(f"# --- refused\n{one.tempting}", flush=True)
        if (number + 1) % 500 == 0:
            print(
                told(counts),
                f"({counts['programs'] / (time.monotonic() - started):.0f} a second)",
                flush=True,
            )
    print(told(counts))
    return 1 if counts["wrong"] else 0


def count(counts: Counter[str], found: Verdict) -> None:
    """Add one program to the counts."""
    counts["programs"] += 1
    counts["rewritten"] += found.after is not None
    counts["wrong"] += found.wrong is not None
    for one in found.refused:
        counts[one.kind.value] += 1
        counts[f"{one.kind.value} seen"] += one.seen


def told(counts: Counter[str]) -> str:
    """The counts in one line."""
    line = f"{counts['programs']} programs, {counts['rewritten']} rewritten, {counts['wrong']} wrong"
    for kind in (Kind.STALE.value, Kind.RESIDUAL.value):
        if counts[kind]:
            line += (
                f"; {counts[kind]} refused as {kind}, torch sees {counts[f'{kind} seen'] / counts[kind]:.1%}"
            )
    return line


def text(found: Verdict) -> str:
    """A program whole, with what the tool made of it."""
    made = found.program
    outside = [f"# outside: {line}" for line in (made.start.text, *(one.text for one in made.entries))]
    return "\n".join(
        [
            *outside,
            f"# shares: {made.shares}",
            made.source,
            *(["# --- after", found.after] if found.after else []),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
