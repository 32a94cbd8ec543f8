"""The seeded faults: each still fits the code, is named with tests that exist, and a few are put in for real.

``python -m tests.mutants`` puts in all of them.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.fixture_format import FIXTURES
from tests.mutants import ROOT, Mutant, seeded
from tests.mutants.catalogue import MUTANTS, PAGE, page
from tests.mutants.workshop import Workshop

if TYPE_CHECKING:
    from pathlib import Path

PLACES = (FIXTURES, FIXTURES / "notebooks", ROOT / "tests" / "adversarial")
"""Where the pages are that a test is named after."""

SAMPLE = [
    one for one in MUTANTS if one.name in ("any-method-clears", "loops-run-once", "accumulation-is-not-seen")
]
"""Of the proof, the lowering and the verdicts one each, quick to kill."""

every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= 40
    assert len({(one.file, one.old, one.new) for one in MUTANTS}) == len(MUTANTS)


@every_mutant
def test_a_fault_fits_the_code_and_leaves_a_program(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(seeded(mutant, source))) != ast.dump(ast.parse(source))


@every_mutant
def test_a_fault_is_named_with_tests_that_exist(mutant: Mutant) -> None:
    assert mutant.killers
    for test in mutant.killers:
        found = re.fullmatch(r"(tests/[\w/]+\.py)::(\w+)(?:\[(.+)\])?", test)
        assert found, test
        assert f"\ndef {found[2]}(" in (ROOT / found[1]).read_text(encoding="utf-8")
        if found[3] and found[3].endswith(".py"):
            assert any((place / found[3]).is_file() for place in PLACES), test


def test_the_page_lists_them_all() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.mutants --write"


def test_faults_that_are_put_in_are_noticed_and_the_copy_is_clean_again(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path / "copy")
    for one in SAMPLE:
        faulty = workshop.ran(one.killers, one)
        assert (faulty.status, faulty.failed) == (1, one.killers), faulty.text
    clean = workshop.ran([test for one in SAMPLE for test in one.killers])
    assert (clean.status, clean.failed) == (0, ()), clean.text


def test_a_fault_that_no_longer_fits_is_an_error(tmp_path: Path) -> None:
    gone = Mutant("gone", "judge.py", "It is gone.", "no such text", "other text")
    with pytest.raises(ValueError, match=r"gone: its text stands in codemods/judge.py 0 times, not once"):
        seeded(gone, (ROOT / gone.path).read_text(encoding="utf-8"))
