"""``gradorder verify``: both versions of real training runs, compared step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verify import RESIDUAL, SCRIPT, verify

if TYPE_CHECKING:
    from pathlib import Path


def test_a_script_trains_the_same_and_no_file_is_touched(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    ended = verify("train.py", cwd=tmp_path, behind=("train.py",))
    assert ended.status == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "identical (5 steps, 1 optimizer)"
    assert lines[-1] == "  rewritten     train.py (1 training step)"
    assert (tmp_path / "train.py").read_text() == SCRIPT
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]


def test_the_first_step_that_differs_is_named_with_its_parameter_and_the_moved_line(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RESIDUAL)
    ended = verify("--unsafe-fixes", "--output-format", "json", cwd=tmp_path, behind=("train.py",))
    assert ended.status == 1, ended.err
    found = ended.json
    assert found["verdict"] == "differs"
    assert found["deterministic"] is True
    at = found["difference"]
    assert (at["what"], at["step"], at["optimizer"], at["parameter"], at["parameters"]) == (
        "gradient", 1, "SGD", "Sequential.0.weight", 4,
    )  # fmt: skip
    assert (at["path"], at["line"]) == ("train.py", 12)
    assert at["rewrite"]["moved"] == [{"line": 13, "text": "optimizer.zero_grad()"}]
    assert [one["steps"] for one in found["runs"]] == [5, 5, 5]
