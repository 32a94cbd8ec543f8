"""Spell every page another way, in every way: python -m tests.spellings [--only NAME] [--pages TEXT] [--sample N]."""

from __future__ import annotations

import argparse
import difflib
import functools
import random
import sys
import time
from collections import Counter

from tests.spellings.check import is_left_alone, tried
from tests.spellings.every import SPELLINGS
from tests.spellings.spell import pages


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.spellings", description=__doc__)
    parser.add_argument("--only", help="spellings with this in their name")
    parser.add_argument("--pages", default="", help="pages with this in their name")
    parser.add_argument("--sample", type=int, help="so many pairs of a page and a spelling, drawn at random")
    parser.add_argument("--single", type=int, default=0, help="and at so many places of the page alone")
    parser.add_argument("--refused", action="store_true", help="only pages that the tool leaves alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="0/1", help="every so manieth pair: 0/4, 1/4, ...")
    options = parser.parse_args()
    names = [one.strip() for one in options.only.split(",")] if options.only else [""]
    every_page = [page for page in pages() if options.pages in page.name]
    left_alone = functools.cache(is_left_alone)
    pairs = [
        (page, one) for one in SPELLINGS if any(name in one.name for name in names) for page in every_page
    ]
    first, every = map(int, options.part.split("/"))
    pairs = pairs[first::every]
    if options.sample is not None:
        pairs = random.Random(options.seed).sample(pairs, min(options.sample, len(pairs)))
    counts: Counter[str] = Counter()
    started = last = time.monotonic()
    for page, spelling in pairs:
        if time.monotonic() - last > 60:
            last = time.monotonic()
            print(f"... {last - started:.0f} s, {dict(counts)}", flush=True)
        if options.refused and not left_alone(page):
            continue
        for one in tried(page, spelling, options.single, options.seed):
            counts["programs"] += 1
            counts["rewritten"] += one.after is not None
            if one.problem is not None:
                print(f"=== {page.name}, {one.spelling}: {one.problem}\n{one.text}", flush=True)
                counts["problems"] += 1
            if one.wrong is not None and one.after is not None:
                counts["wrong"] += 1
                print(
                    f"=== {page.name}, {one.spelling}: {one.wrong}\n{_diff(one.text, one.after)}", flush=True
                )
    print(f"{counts['programs']} programs, {counts['rewritten']} rewritten, {counts['wrong']} wrong")
    return 1 if counts["wrong"] or counts["problems"] else 0


def _diff(before: str, after: str) -> str:
    """The whole program, with what the tool changed in it."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return "\n".join(line for line in lines if not line.startswith("?"))


if __name__ == "__main__":
    sys.exit(main())
