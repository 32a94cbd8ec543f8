"""The Python interface, and the same codemod under LibCST's runner."""

from __future__ import annotations

import doctest
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import codemods.api
from codemods.api import Settings, check_source, fix_source, run
from tests.test_cli import NEVER_CLEARED, ROOT, ZERO_FIRST, ZERO_LAST

if TYPE_CHECKING:
    from pathlib import Path


def test_the_example_in_the_documentation_is_true() -> None:
    assert doctest.testmod(codemods.api).failed == 0


def test_a_source_is_checked_and_rewritten_as_text_and_as_bytes() -> None:
    checked = check_source(ZERO_LAST)
    assert [one.code for one in checked.findings] == ["GO101"]
    assert checked.problem is None
    assert fix_source(ZERO_LAST).source == ZERO_FIRST
    assert fix_source(ZERO_LAST.encode()).source == ZERO_FIRST.encode()
    assert fix_source(ZERO_FIRST) == fix_source(fix_source(ZERO_LAST).source)


def test_text_that_declares_an_encoding_comes_back_as_text() -> None:
    head = "# -*- coding: latin-1 -*-\nname = 'é'\n"
    assert fix_source(head + ZERO_LAST).source == head + ZERO_FIRST
    cyrillic = "# -*- coding: latin-1 -*-\nname = 'ж'\n"
    assert fix_source(cyrillic + ZERO_LAST).source in (cyrillic + ZERO_FIRST, cyrillic + ZERO_LAST)


def test_settings_decide_and_nothing_raises() -> None:
    assert not fix_source(NEVER_CLEARED).changed
    assert fix_source(NEVER_CLEARED, settings=Settings(unsafe_fixes=True)).changed
    broken = fix_source("loss.backward(:\noptimizer.step()")
    assert not broken.changed
    assert broken.problem is not None
    assert check_source(b"\xff backward step").problem is not None


def test_functions_and_results_go_through_other_processes() -> None:
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(fix_source, [ZERO_LAST, ZERO_FIRST]))
    assert [one.source for one in results] == [ZERO_FIRST, ZERO_FIRST]
    assert pickle.loads(pickle.dumps(results)) == results


def test_a_run_reads_a_folder_and_writes_when_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_LAST)
    seen = run([str(tmp_path)])
    assert (seen.scanned, seen.changed) == (1, 1)
    assert (tmp_path / "page.py").read_text() == ZERO_LAST
    assert run([str(tmp_path)], write=True).changed == 1
    assert (tmp_path / "page.py").read_text() == ZERO_FIRST


def test_the_command_of_libcst_makes_the_same_rewrite(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_LAST)
    (tmp_path / "left.py").write_text(NEVER_CLEARED)
    name = "codemods.libcst_command.CanonicalGradientOrder"
    command = [
        sys.executable,
        "-m",
        "libcst.tool",
        "codemod",
        "-x",
        "--no-format",
        "-j1",
        name,
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page.py").read_text() == ZERO_FIRST
    assert (tmp_path / "left.py").read_text() == NEVER_CLEARED
    assert "GO202 never-cleared" in done.stderr
