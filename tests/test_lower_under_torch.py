"""The lowering against torch: what a program does to gradients when it runs is a path of its IR, receivers and all."""

from __future__ import annotations

import pytest

from codemods.ir.show import show
from codemods.lower import lower
from codemods.syntax import parse
from tests.soak.draw import seeded
from tests.soak.fate import Fate, Program
from tests.soak.flows import flowing
from tests.soak.machine import machine
from tests.soak.shapes import called, closure, offered, own_class, program, script
from tests.soak.trace import Trace
from tests.soak.world import trained

FOLLOWED = (script, called, offered, own_class, closure, flowing)
"""Shapes of which the machine knows whose method runs, what calls back, and each spelling."""


def rejected(made: Program, fates: int) -> str | None:
    """What some run does that the IR does not have, None when it has it all."""
    lowered = lower(parse(made.source))
    follow = machine(lowered)
    faulty = "try:" in made.source or "suppress" in made.source
    for seed in range(fates):
        trace = Trace()
        trained(made, Fate(seed, faults=faulty and seed % 2 == 1), trace)
        tokens = follow.rejected(trace.tokens)
        if tokens:
            lines = [f"{number:3} {line}" for number, line in enumerate(made.source.splitlines(), 1)]
            return "\n".join([*lines, *map(str, tokens[-12:]), show(lowered)])
    return None


@pytest.mark.parametrize("block", range(4))
def test_what_a_program_does_under_torch_is_a_path_of_its_ir(block: int) -> None:
    for number in range(100):
        shape = FOLLOWED[number % len(FOLLOWED)]
        found = rejected(program(seeded(f"ir/{block}/{number}"), shape), 3)
        assert found is None, f"program {block}/{number}\n{found}"
