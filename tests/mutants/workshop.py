"""A copy of the repository in which faults are put in and tests are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.mutants import ROOT, Mutant, seeded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PARTS = ("cli.py", "codemods", "docs", "examples", "fixtures", "pyproject.toml", "scripts", "tests")
"""What the tests look at."""

WIDER = (
    "tests/proof", "tests/ir", "tests/lower", "tests/idioms", "tests/test_judge.py", "tests/test_plan.py",
    "tests/test_trial.py", "tests/test_clearings.py", "tests/test_cells.py", "tests/test_engine.py",
    "tests/test_rewrite.py", "tests/test_fixtures_tool.py", "tests/test_crossfile.py", "tests/test_notebooks.py",
)  # fmt: skip
"""Where else a test may notice, the quickest first."""

PATIENCE = 600.0
"""Seconds for one run of tests: a fault must not hang."""

FAILED = re.compile(r"^FAILED (\S.*?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of some tests. ``status`` is pytest's: 0 all passed, 1 some failed, anything else they could not run."""

    status: int
    failed: tuple[str, ...]
    text: str


class Workshop:
    """One copy; nothing of the repository itself is touched."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        self._place = place
        for name in PARTS:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, place / name)

    def ran(self, tests: Sequence[str], mutant: Mutant | None = None, *, most: int = 1) -> Ran:
        """Run tests with a fault, or with none; stop after ``most`` failures."""
        if mutant is None:
            return self._ran(tests, most)
        file = self._place / mutant.path
        source = file.read_text(encoding="utf-8")
        try:
            self._write(file, seeded(mutant, source))
            return self._ran(tests, most)
        finally:
            self._write(file, source)

    @staticmethod
    def _write(file: Path, source: str) -> None:
        file.write_text(source, encoding="utf-8")
        # A compiled file counts as fresh by its second and its size: both may be those of the file before.
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()

    def _ran(self, tests: Sequence[str], most: int) -> Ran:
        command = [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "-rf",
            "--maxfail", str(most), *tests,
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=self._place,
            env={**os.environ, "PYTHONPATH": str(self._place), "COLUMNS": "1000"},
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            text=True,
        )
        return Ran(done.returncode, tuple(FAILED.findall(done.stdout)), done.stdout + done.stderr)
