"""Puts in one fault after the other and runs the tests that are named with it.

Exit status: 0 every fault is noticed by every test that is named with it; 1 one is not; 2 the tests fail without a fault.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

from tests.mutants.catalogue import MUTANTS, PAGE, page
from tests.mutants.workshop import WIDER, Workshop

if TYPE_CHECKING:
    from tests.mutants import Mutant


def verdict(workshop: Workshop, mutant: Mutant, *, wider: bool) -> tuple[bool, str]:
    """Whether the named tests notice a fault, and a sentence; where they do not, which others would."""
    if mutant.killers:
        found = workshop.ran(mutant.killers, mutant, most=len(mutant.killers))
        missing = [one for one in mutant.killers if not any(_is(one, each) for each in found.failed)]
        if found.status == 1 and not missing:
            return True, "killed"
        if found.status not in (0, 1):
            return False, f"the tests cannot run:\n{found.text}"
    if not wider:
        return False, "SURVIVES the tests that are named with it"
    others = workshop.ran(WIDER, mutant, most=3)
    if others.status == 1:
        return False, "is killed, but not by the tests that are named with it: " + ", ".join(others.failed)
    return False, "SURVIVES" if others.status == 0 else f"the tests cannot run:\n{others.text[-2000:]}"


def _is(named: str, failed: str) -> bool:
    """Whether a test that failed is, or is a case of, the named one."""
    return failed == named or failed.startswith((f"{named}[", f"{named}::"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these faults")
    parser.add_argument("--jobs", type=int, default=2, help="copies of the repository to work in (2)")
    parser.add_argument("--no-wider", action="store_true", help="do not look which other tests would notice")
    parser.add_argument("--write", action="store_true", help=f"only write {PAGE.name}")
    chosen = parser.parse_args()
    if chosen.write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    unknown = {*chosen.names} - {one.name for one in MUTANTS}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    mutants = [one for one in MUTANTS if not chosen.names or one.name in chosen.names]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as place, ThreadPoolExecutor(chosen.jobs) as pool:
        workshops: Queue[Workshop] = Queue()
        for number in range(chosen.jobs):
            workshops.put(Workshop(Path(place, str(number))))
        named = [*dict.fromkeys(test for one in mutants for test in one.killers)]
        if named:
            workshop = workshops.get()
            clean = workshop.ran(named, most=len(named))
            workshops.put(workshop)
            if clean.status != 0:
                print(f"the tests fail without any fault:\n{clean.text}")
                return 2

        def one(mutant: Mutant) -> bool:
            workshop = workshops.get()
            try:
                good, words = verdict(workshop, mutant, wider=not chosen.no_wider)
            finally:
                workshops.put(workshop)
            print(f"{mutant.name} ({mutant.file}): {words}", flush=True)
            return good

        killed = list(pool.map(one, mutants))
    print(f"{sum(killed)} of {len(killed)} killed as the table says, in {time.monotonic() - started:.0f} s")
    return 0 if all(killed) else 1


if __name__ == "__main__":
    sys.exit(main())
