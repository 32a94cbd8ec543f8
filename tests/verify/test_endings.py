"""Commands that leave nothing to compare, told apart in words; none of them imports torch more than once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from codemods.verify import launch
from tests.verify import ROOT, SCRIPT, verify

HANG = """\
import os, subprocess, sys, time
print('waiting', flush=True)
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
open('pid', 'w').write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose train.py would be rewritten."""
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


def alive(folder: Path) -> list[str]:
    """Processes that run in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if link.readlink() == folder and "State:\tZ" not in (link.parent / "status").read_text():
                found.append(link.parent.name)
    return found


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "print('some output')\nraise ValueError('no')\n",
            "the command crashes: exit status 1, after 0 optimizer steps",
        ),
        (
            "import os\nprint('some output', flush=True)\nos.kill(os.getpid(), 9)\n",
            "the command crashes: killed by SIGKILL",
        ),
        ("print('some output')\n", "the command never imports torch"),
        ("print('some output')\nimport torch\n", "the command takes no optimizer step"),
    ],
    ids=["crash", "killed", "no torch", "no step"],
)
def test_a_command_without_steps_says_why(folder: Path, program: str, message: str) -> None:
    (folder / "other.py").write_text(program)
    ended = verify("train.py", cwd=folder, behind=("other.py",))
    assert ended.status == 2
    assert ended.out.startswith(f"no result: as it stands, {message}")
    assert "The command's last lines:\nsome output\n" in ended.err


def test_a_command_that_hangs_is_ended_with_all_that_it_started(folder: Path) -> None:
    (folder / "hang.py").write_text(HANG)
    ended = verify("train.py", "--timeout", "1.5", "--output-format", "json", cwd=folder, behind=("hang.py",))
    assert ended.status == 2
    found = ended.json
    assert found["reason"] == "as it stands, the command hangs: no end after 1.5 s, after 0 optimizer steps"
    assert (found["verdict"], found["output"]) == ("failed", "waiting")
    assert [one["status"] for one in found["runs"]] == [None]
    assert alive(folder) == []


def begun(folder: Path, program: str) -> subprocess.Popen[bytes]:
    """``verify`` of a command that runs for long and has begun: it has written the file ``pid``."""
    (folder / "hang.py").write_text(program)
    command = [sys.executable, str(ROOT / "cli.py"), "verify", "train.py", "--", sys.executable, "hang.py"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    patience = time.monotonic() + 60
    while not (folder / "pid").exists() and time.monotonic() < patience:
        time.sleep(0.05)
    return process


def test_ctrl_c_ends_the_command_with_all_that_it_started(folder: Path) -> None:
    process = begun(folder, HANG)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert alive(folder) == []


@pytest.mark.parametrize(("number", "name"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP")])
def test_a_request_to_end_ends_the_command_with_all_that_it_started(
    folder: Path, number: signal.Signals, name: str
) -> None:
    process = begun(folder, HANG)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (128 + number, b"")
    assert err == f"error: terminated by {name}\n".encode()
    assert alive(folder) == []


def test_what_shows_itself_late_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    looks = iter([[], [late.pid]])
    monkeypatch.setattr(launch, "_left", lambda _: next(looks, []))
    launch._end(None, tmp_path)
    assert late.wait(10) == -signal.SIGKILL


SAVES = """\
import os, signal, subprocess, sys, time
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, 'hang.py', 'worker'])
def save(*_):
    time.sleep(0.5)
    open('saved-' + sys.argv[-1].removesuffix('.py'), 'w').close()
    sys.exit()
signal.signal(signal.SIGTERM, save)
while len(sys.argv) == 1 and not os.path.exists('ready'):
    time.sleep(0.05)
open('ready' if len(sys.argv) > 1 else 'pid', 'w').close()
time.sleep(600)
"""


def test_a_command_and_its_children_have_time_to_save_what_they_have(folder: Path) -> None:
    process = begun(folder, SAVES)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert sorted(one.name for one in folder.glob("saved-*")) == ["saved-hang", "saved-worker"]
    assert alive(folder) == []


DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + HANG


def test_a_command_that_does_not_listen_is_ended_all_the_same(folder: Path) -> None:
    process = begun(folder, DEAF)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert alive(folder) == []


def test_who_asks_twice_does_not_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # With a grace time without end only the second request can end it.
    (folder / "sitecustomize.py").write_text(
        "import sys\nif sys.argv[0].endswith('cli.py'):\n"
        f"    sys.path.insert(0, {str(ROOT)!r})\n"
        "    from codemods.verify import launch\n    launch.GRACE = 3600\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    process = begun(folder, DEAF)
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
    assert process.returncode is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert alive(folder) == []


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ("no-such-program", "train.py"),
            "the command cannot be started: no-such-program: no such file or directory",
        ),
        (("echo", "hello"), "as it stands, the command starts no Python that can be recorded"),
        ((sys.executable, "-I", "-c", ""), "as it stands, the command starts no Python that can be recorded"),
    ],
    ids=["missing", "no python", "isolated"],
)
def test_a_command_that_cannot_be_recorded_says_why(
    folder: Path, command: tuple[str, ...], message: str
) -> None:
    ended = verify("train.py", "--", *command, cwd=folder)
    assert ended.status == 2
    assert ended.out.startswith(f"no result: {message}")


def test_a_command_that_minds_its_own_traces_is_told_so(folder: Path) -> None:
    (folder / "other.py").write_text(
        "import os\nos.mkdir('out')\nimport torch\nexec(open('train.py').read())\n"
    )
    ended = verify("train.py", cwd=folder, behind=("other.py",))
    assert ended.status == 2
    assert ended.out == (
        "no result: as it stands, again, the command crashes: exit status 1, after 0 optimizer steps "
        "(the first run did not: does it mind what that one wrote?)\n"
    )
    assert "FileExistsError" in ended.err


def test_where_nothing_is_rewritten_nothing_is_run(folder: Path) -> None:
    (folder / "train.py").write_text("print(1)\n")
    ended = verify("train.py", "--", "no-such-program", cwd=folder)
    assert ended == (0, "nothing to rewrite, so nothing was run\n", "")
    ended = verify("--output-format", "json", "--", "no-such-program", cwd=folder)
    assert (ended.json["verdict"], ended.json["steps"], ended.json["runs"]) == ("nothing-to-rewrite", 0, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train.py",), "the command to run goes behind --"),
        (("train.py", "--"), "the command to run goes behind --"),
        (("-", "--", "python"), "stdin cannot be run"),
        (("--seed", "-1", "--", "python"), "--seed"),
        (("--plot", "a.jpg", "--", "python"), "a picture is a .svg or a .png file"),
    ],
)
def test_a_wrong_request_is_refused(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    ended = verify(*arguments, cwd=folder)
    assert (ended.status, ended.out) == (2, "")
    assert message in ended.err


def test_a_file_that_cannot_be_read_is_an_error_though_nothing_is_run(folder: Path) -> None:
    ended = verify("nowhere.py", "--", "no-such-program", cwd=folder)
    assert ended.status == 2
    assert ended.err == "error: nowhere.py: no such file or folder\n"


def test_output_is_let_through_when_asked_for(folder: Path) -> None:
    (folder / "other.py").write_text("print('some output')\n")
    ended = verify("train.py", "--verbose", cwd=folder, behind=("other.py",))
    assert ended.err.startswith("some output\n")
    assert "last lines" not in ended.err
    assert (
        json.loads(verify("train.py", "--output-format=json", cwd=folder, behind=("other.py",)).out)["output"]
        == "some output"
    )
