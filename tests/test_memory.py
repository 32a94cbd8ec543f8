"""What a run takes of memory does not grow with the number of its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))
"""


def peak(folder: Path) -> int:
    """MiB that one process takes at most to check a folder."""
    command = [sys.executable, str(ROOT / "cli.py"), "check", str(folder), "--jobs", "1", "--isolated"]
    found = subprocess.run(
        [sys.executable, "-c", PEAK, *command], capture_output=True, text=True, check=True, timeout=600
    )
    return int(found.stdout)


def filled(folder: Path, files: int, text: str) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"m{number}.py").write_text(text.replace("NUMBER", str(number)), encoding="utf-8")
    return folder


def test_files_without_training_code_take_no_memory(tmp_path: Path) -> None:
    text = '"""Module NUMBER."""\n\n\ndef value(x):\n    return x + NUMBER\n' * 20
    few, many = peak(filled(tmp_path / "few", 50, text)), peak(filled(tmp_path / "many", 3_000, text))
    assert many < 100
    assert many < few + 20


def test_files_with_training_code_leave_only_their_findings_behind(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "train.py").read_text(encoding="utf-8")
    few, many = peak(filled(tmp_path / "few", 5, text)), peak(filled(tmp_path / "many", 60, text))
    assert many < 300
    assert many < few + 40
