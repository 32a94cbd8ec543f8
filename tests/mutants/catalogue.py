"""All faults, and the page that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants import (
    ROOT,
    in_libraries,
    in_lowering,
    in_names,
    in_proof,
    in_reach,
    in_sight,
    in_spellings,
    in_text,
    in_verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutants import Mutant

CHAPTERS = {
    "The proof": in_proof.MUTANTS,
    "Statements and expressions": in_lowering.MUTANTS,
    "What names mean": in_names.MUTANTS,
    "What a backward reaches": in_reach.MUTANTS,
    "What is known of libraries": in_libraries.MUTANTS,
    "Other spellings": in_spellings.MUTANTS,
    "What is told at first sight": in_sight.MUTANTS,
    "Where text stands": in_text.MUTANTS,
    "Verdicts, places, trials, rewriting": in_verdicts.MUTANTS,
}
MUTANTS = tuple(one for chapter in CHAPTERS.values() for one in chapter)
PAGE = ROOT / "docs" / "mutants.md"

HEAD = """\
# Seeded faults

Tests show that the tool is right where they look; these {count} faults show that they look. `python -m tests.mutants` puts one after the other into a copy of the repository and runs the tests that are named with it: each of them must fail. A fault that no test notices is a hole in the tests. `--write` writes this page.
"""


def page() -> str:
    """The page, from the faults alone."""
    parts = [HEAD.format(count=len(MUTANTS))]
    for title, mutants in CHAPTERS.items():
        parts.append(f"## {title}\n\n{_table(mutants)}")
    return "\n".join(parts)


def _table(mutants: Sequence[Mutant]) -> str:
    rows = [
        f"| {one.fault} | `{one.file}` | {'<br>'.join(f'`{_short(test)}`' for test in one.killers)} |"
        for one in mutants
    ]
    return "\n".join(["| fault | in `codemods/` | killed by |", "|---|---|---|", *rows, ""])


def _short(test: str) -> str:
    return test.removeprefix("tests/").replace("|", "\\|")
