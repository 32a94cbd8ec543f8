"""The hooks for pre-commit, the action for GitHub, and the snippet for GitLab, run as those would run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.test_cli import ROOT, ZERO_FIRST, ZERO_LAST

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "safe.directory=*"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a repository of its own, which pre-commit can clone."""
    place = tmp_path_factory.mktemp("source") / "gradorder"
    ignored = shutil.ignore_patterns(
        ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "tests", "fixtures"
    )
    shutil.copytree(ROOT, place, ignore=ignored)
    git(place, "init", "-q")
    git(place, "add", ".")
    git(place, "commit", "-qm", "tree")
    return place


def test_pre_commit_installs_and_runs_both_hooks(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    hooks = [{"id": "gradorder-check"}, {"id": "gradorder-fix"}]
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=source, check=True, capture_output=True, text=True
    )
    config = {"repos": [{"repo": str(source), "rev": revision.stdout.strip(), "hooks": hooks}]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (work / "train.py").write_text(ZERO_LAST)
    git(work, "add", ".")

    def hook(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "run", name, *arguments]
        return subprocess.run(command, cwd=work, capture_output=True, check=False, text=True)

    checked = hook("gradorder-check", "--all-files")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "train.py:3: GO101 zero-last" in checked.stdout
    fixed = hook("gradorder-fix", "--all-files")
    assert "files were modified by this hook" in fixed.stdout
    assert (work / "train.py").read_text() == ZERO_FIRST
    git(work, "add", ".")
    assert hook("gradorder-fix", "--all-files").returncode == 0
    assert hook("gradorder-check", "--files", ".pre-commit-config.yaml").returncode == 0


def test_the_action_installs_and_runs_as_the_runner_would(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (tmp_path / "train.py").write_text(ZERO_LAST)
    environment = {**os.environ, "RUNNER_TEMP": str(tmp_path / "runner"), "GITHUB_ACTION_PATH": str(ROOT)}
    (tmp_path / "runner").mkdir()
    inputs = {name: str(one["default"]) for name, one in action["inputs"].items()}
    inputs["python"] = sys.executable

    def filled(text: str) -> str:
        for name, value in inputs.items():
            text = text.replace("${{ inputs." + name + " }}", value)
        return text

    statuses = []
    for step in action["runs"]["steps"]:
        own = {name: filled(value) for name, value in step.get("env", {}).items()}
        assert step["shell"] == "bash"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", filled(step["run"])]
        done = subprocess.run(
            command, cwd=tmp_path, env={**environment, **own}, capture_output=True, check=False, text=True
        )
        statuses.append(done.returncode)
    assert statuses == [0, 1], done.stderr
    assert done.stdout.startswith("::")
    assert "file=train.py" in done.stdout
