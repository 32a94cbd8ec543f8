"""What is built and shipped: a wheel and an archive that install into an empty environment and work from there."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest

from codemods import VERSION
from tests.test_cli import ROOT, ZERO_FIRST, ZERO_LAST

if TYPE_CHECKING:
    from pathlib import Path


def pip(python: Path | str, *arguments: str, cwd: Path) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the archive of a clean copy of the tree."""
    place = tmp_path_factory.mktemp("packages")
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(place), str(ROOT), cwd=place)
    code = "from hatchling.build import build_sdist; import sys; build_sdist(sys.argv[1])"
    builder = place / "builder"
    venv.create(builder, with_pip=True)
    pip(builder / "bin" / "python", "install", "hatchling>=1.26", cwd=place)
    subprocess.run([builder / "bin" / "python", "-c", code, str(place)], cwd=ROOT, check=True)
    return place


def test_the_wheel_ships_the_package_the_command_and_nothing_else(packages: Path) -> None:
    (wheel,) = packages.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"cli.py", "codemods", f"gradorder-{VERSION}.dist-info"}
    assert {"codemods/py.typed", "codemods/reports/html/page.css", "codemods/reports/html/page.js"} <= set(
        names
    )


def test_the_archive_holds_what_its_tests_need(packages: Path) -> None:
    (archive,) = packages.glob("*.tar.gz")
    with tarfile.open(archive) as found:
        names = {name.partition("/")[2] for name in found.getnames()}
    needed = {
        "cli.py",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "tests/test_cli.py",
        "examples/train.py",
        "docs/rules.md",
    }
    assert needed <= names


def test_the_command_works_from_an_empty_environment(packages: Path, tmp_path: Path) -> None:
    (wheel,) = packages.glob("*.whl")
    home = tmp_path / "home"
    venv.create(home, with_pip=True)
    pip(home / "bin" / "python", "install", str(wheel), cwd=tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    (work / "page.py").write_text(ZERO_LAST)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = home / "bin" / "gradorder"
    for arguments, status in (
        (["--version"], 0), (["check"], 1), (["fix"], 0), (["check"], 0), (["explain", "GO101"], 0), (["report", "-o", "r.html"], 0),
    ):  # fmt: skip
        done = subprocess.run(
            [command, *arguments], cwd=work, env=clean, capture_output=True, check=False, text=True
        )
        assert done.returncode == status, done.stderr
    assert (work / "page.py").read_text() == ZERO_FIRST
