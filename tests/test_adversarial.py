"""Programs written to fool the analysis: whatever the tool does with them, torch must not see it.

Each page is a script for the world of :mod:`tests.torch_world`; most were rewritten wrongly by some version of the
tool. A refusal is always right here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.engine import examine
from codemods.settings import Settings
from tests.spellings.spell import said
from tests.torch_world import differences, run

ROOT = Path(__file__).parent / "adversarial"
PAGES = sorted(ROOT.rglob("*.py"))


def test_there_are_pages() -> None:
    assert len(PAGES) > 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_is_done_to_a_tricky_program_does_not_show_under_torch(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    drive = said(source, "drive")
    before = said(source, "before") or ""

    outcome = examine(page.name, source.encode("utf-8"), Settings())

    assert outcome.problem is None
    if outcome.after is not None:
        after = outcome.after.decode("utf-8")
        one, two = run(f"{before}\n{source}", drive), run(f"{before}\n{after}", drive)
        assert differences(one, two) is None
