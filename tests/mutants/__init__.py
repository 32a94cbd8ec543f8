"""Seeded faults: each makes the tool wrong in one way, and some test must notice.

``python -m tests.mutants`` puts one after the other into a copy of the repository and runs the tests that are named with
it there; docs/mutants.md is the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault. ``file`` is below ``codemods/``; ``old`` occurs in it once, and ``new`` stands there instead.

    ``fault`` says what the tool does wrong then. ``killers``: tests that fail, as pytest names them; all of them quick.
    """

    name: str
    file: str
    fault: str
    old: str
    new: str
    killers: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file below the root of the repository."""
        return f"codemods/{self.file}"


def seeded(mutant: Mutant, source: str) -> str:
    """The source with the fault. Raises ValueError where it does not fit: the code has changed, so must the fault."""
    found = source.count(mutant.old)
    if found != 1:
        raise ValueError(f"{mutant.name}: its text stands in {mutant.path} {found} times, not once")
    if mutant.new == mutant.old:
        raise ValueError(f"{mutant.name} changes nothing")
    return source.replace(mutant.old, mutant.new)
