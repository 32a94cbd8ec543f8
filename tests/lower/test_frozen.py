"""A module that is taken to be frozen at a backward is frozen there, whatever way a program came to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codemods.events import Backward
from codemods.lower import lower
from codemods.syntax import parse
from tests.soak.draw import seeded
from tests.soak.fate import Fate
from tests.soak.flows import flowing
from tests.soak.scene import Scene
from tests.soak.shapes import HEAD
from tests.soak.world import trained
from tests.torch_world import run

PAGES = sorted((Path(__file__).parent.parent / "adversarial" / "frozen").rglob("*.py"))


def watched(source: str) -> tuple[str, int]:
    """The program, raising LookupError at a backward whose frozen modules are not; and how many there are."""
    program = lower(parse(source))
    lines = source.split("\n")
    found: dict[int, set[str]] = {}
    for function in program.functions.values():
        for block in function.blocks:
            for event in block.events:
                if isinstance(event, Backward) and event.frozen:
                    found.setdefault(event.span.line, set()).update(one.text for one in event.frozen)
    for line in sorted(found, reverse=True):
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        for one in sorted(found[line]):
            lines.insert(
                line - 1, f"{indent}if any(p.requires_grad for p in {one}.parameters()): raise LookupError"
            )
    return "\n".join(lines), len(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_freezes_is_frozen_under_torch(page: Path) -> None:
    source, _ = watched(page.read_text(encoding="utf-8"))
    assert "LookupError" not in str(run(source).error)


def test_what_random_programs_freeze_is_frozen_under_torch() -> None:
    frozen = 0
    for number in range(120):
        program = flowing(Scene(seeded(f"frozen/{number}"), ()))
        source, count = watched(f"{HEAD}\n{program.source}\n")
        frozen += count
        for seed in range(3 if count else 0):
            events = trained(replace(program, source=source), Fate(seed))
            assert ("raised", "LookupError") not in events, source
    assert frozen > 30
