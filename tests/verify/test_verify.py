"""``gradorder verify``: both versions of real training runs, compared step by step."""

from __future__ import annotations

import venv
from pathlib import Path

import torch

from tests.verify import LOOP, RESIDUAL, SCRIPT, WORLD, verify


def test_a_script_trains_the_same_and_no_file_is_touched(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    tmp_path.chmod(0o555)
    ended = verify("train.py", cwd=tmp_path, behind=("train.py",))
    tmp_path.chmod(0o755)
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


def test_a_run_without_end_is_cut_short_and_drawn(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        WORLD + "while True:\n" + "".join(f"    {line}\n" for line in LOOP.splitlines())
    )
    ended = verify(
        "--max-steps", "7", "--plot", "a.svg", "--quiet", cwd=tmp_path, behind=("train.py",),
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("identical (7 steps, 1 optimizer)\n")
    assert (tmp_path / "a.svg").read_text().startswith("<svg ")


NOISY = WORLD + """\
import time
loader[2][1][0] += time.time_ns() % 100_003 * {}
"""


def test_a_run_that_is_not_deterministic_is_compared_within_a_tolerance_and_nothing_is_proved(
    tmp_path: Path,
) -> None:
    (tmp_path / "train.py").write_text(NOISY.format(1e-9) + LOOP)
    ended = verify("train.py", "--output-format", "json", cwd=tmp_path, behind=("train.py",))
    assert ended.status == 0, ended.err
    found = ended.json
    assert (found["verdict"], found["deterministic"], found["tolerance"]) == ("within-tolerance", False, 1e-3)
    assert 0 < found["spread"] < 1e-3
    assert 0 < found["deviation"] < 1e-3
    ended = verify("train.py", "--tolerance", "1e-15", cwd=tmp_path, behind=("train.py",))
    assert ended.status == 2
    assert "not deterministic: as it stands, two runs already differ by more than the tolerance" in ended.out


def test_a_crash_of_the_rewritten_version_alone_is_a_difference(tmp_path: Path) -> None:
    # A program that looks at itself: it fails where zero_grad comes first.
    (tmp_path / "train.py").write_text(SCRIPT + "import look\n")
    (tmp_path / "look.py").write_text(
        "import inspect, sys\ntext = inspect.getsource(sys.modules['__main__'])\n"
        "if text.find('zero_grad()') < text.find('backward()'): sys.exit('first!')\n"
    )
    ended = verify("train.py", cwd=tmp_path, behind=("train.py",))
    assert ended.status == 1, ended.err
    assert ended.out.startswith(
        "differs: rewritten, the command crashes: exit status 1, after 5 optimizer steps\n"
    )
    assert "first!" in ended.err


def test_a_command_that_runs_none_of_the_rewritten_files_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "other.py").write_text("exec(open('train.py').read())\n")
    ended = verify("train.py", cwd=tmp_path, behind=("other.py",))
    assert ended.status == 2
    assert ended.out == "no result: the command runs none of the files that would be rewritten: train.py\n"


FUNCTION = "def train(model, optimizer, loss_fn, loader):\n" + "".join(
    f"    {line}\n" for line in LOOP.splitlines()
)


def test_modules_and_processes_that_are_forked_are_recorded_and_workers_are_not(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "loop.py").write_text(FUNCTION)
    (tmp_path / "pkg" / "unused.py").write_text(FUNCTION)
    main = WORLD.replace("loader = [", "data = [") + """\
from multiprocessing import get_context
from torch.utils.data import DataLoader
from pkg.loop import train
def work():
    train(model, optimizer, loss_fn, DataLoader(data, num_workers=2, shuffle=True))
children = [get_context("fork").Process(target=work) for _ in range(2)]
for child in children: child.start()
for child in children: child.join()
work()
"""
    (tmp_path / "pkg" / "run.py").write_text(main)
    ended = verify("pkg", cwd=tmp_path, behind=("-m", "pkg.run"))
    assert ended.status == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "identical (15 steps, 3 optimizers, 3 processes)"
    assert lines[-2:] == [
        "  rewritten     pkg/loop.py (1 training step)",
        "  not run       pkg/unused.py (1 training step)",
    ]


def test_pytest_runs_the_rewritten_tests(tmp_path: Path) -> None:
    test = WORLD + "def test_training():\n" + "".join(f"    {line}\n" for line in LOOP.splitlines())
    (tmp_path / "test_it.py").write_text(test + "    assert loss.item() < 1e9\n")
    ended = verify("test_it.py", cwd=tmp_path, behind=("-m", "pytest", "-q", "-p", "no:xdist", "test_it.py"))
    assert ended.status == 0, ended.err
    assert ended.out.startswith("identical (5 steps, 1 optimizer)\n")


def test_each_rank_of_a_launcher_records_its_own_trace(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import torch.distributed as dist\ndist.init_process_group('gloo')\n"
        + WORLD.replace(
            "loader =",
            "model = nn.parallel.DistributedDataParallel(model)\ntorch.manual_seed(dist.get_rank())\nloader =",
        )
        + LOOP
        + "dist.destroy_process_group()\n"
    )
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "train.py")
    ended = verify("train.py", "--output-format", "json", cwd=tmp_path, behind=launcher)
    assert ended.status == 0, ended.err
    found = ended.json
    assert (found["verdict"], found["steps"], found["processes"]) == ("identical", 10, 2)


def test_the_interpreter_of_the_command_need_not_have_gradorder(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    (library,) = (tmp_path / "bare").glob("lib/python*/site-packages")
    # Of a folder that is named in a .pth file the .pth files count no more: not those of an editable installation.
    (library / "torch.pth").write_text(f"{Path(torch.__file__).parent.parent}\n")
    (tmp_path / "train.py").write_text(
        "from importlib.util import find_spec\nassert find_spec('codemods') is find_spec('cli') is None\n"
        + SCRIPT
    )
    python = str(tmp_path / "bare" / "bin" / "python")
    ended = verify("train.py", "--", python, "train.py", cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert ended.out.startswith("identical (5 steps, 1 optimizer)\n")


def test_the_seed_is_that_of_every_run(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RESIDUAL + "print(loss.item())\n")
    norms = []
    for seed in ("1", "2"):
        ended = verify(
            "train.py",
            "--unsafe-fixes",
            "--seed",
            seed,
            "--output-format",
            "json",
            cwd=tmp_path,
            behind=("train.py",),
        )
        assert ended.json["seed"] == int(seed)
        norms.append(ended.json["difference"]["before"].partition("norm")[2])
    assert norms[0] != norms[1]
