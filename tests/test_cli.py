"""The command as a user meets it: what it prints, where, what it writes, and how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import sysconfig
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import black
import pytest

import cli
from tests.files import folder_of_nobody, unprivileged

ROOT = Path(__file__).resolve().parent.parent

ZERO_LAST = """\
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
ZERO_FIRST = """\
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
"""
HAZARD = ZERO_LAST + "    print(model.weight.grad)\n"
RESIDUAL = "loss_fn(model(first), last).backward()\n" + ZERO_LAST
NEVER_CLEARED = ZERO_FIRST.replace("    optimizer.zero_grad()\n", "")
OUTSIDE = "def train(model, optimizer, loader):\n" + "".join(
    f"    {line}\n" for line in ZERO_LAST.splitlines()
)
"""A function that nobody in the file calls: proved, with assumptions."""


class Ended(NamedTuple):
    """How a run of the command ended."""

    status: int
    out: str
    err: str


def gradorder(*arguments: str, cwd: Path, stdin: bytes | None = None) -> Ended:
    """Run the command as a user does, in a process of its own. It never ends in a traceback."""
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    done = subprocess.run(command, cwd=cwd, input=stdin or b"", capture_output=True, check=False)
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ended.err
    return ended


def in_this_process(*arguments: str) -> Ended:
    """The same without a process, for a child that may not start one."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    status: object = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cli.app(arguments, prog_name="gradorder")
        except SystemExit as ended:
            status = ended.code
    assert isinstance(status, int)
    texts = []
    for stream in (out, err):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        texts.append(stream.buffer.getvalue().decode())
    return Ended(status, *texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one file to rewrite, and one where nothing is to be done."""
    (tmp_path / "last.py").write_text(ZERO_LAST)
    (tmp_path / "first.py").write_text(ZERO_FIRST)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# How it ends, and what it says


def test_check_reports_what_should_change_and_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    status, out, err = gradorder("check", "--output-format", "concise", cwd=folder)
    assert status == 1
    assert out == "last.py:3: GO101 zero-last [*]: zero_grad() on line 5 comes after optimizer.step()\n"
    assert err == (
        "Found 2 training steps in 2 files: 1 to change, 1 canonical.\n"
        "[*] 1 can be rewritten with a proof: gradorder fix\n"
    )
    assert contents(folder) == before


def test_check_is_content_where_nothing_is_to_change(folder: Path) -> None:
    assert gradorder("check", "first.py", cwd=folder) == (
        0,
        "",
        "Found 1 training step in 1 file: 1 canonical.\n",
    )


def test_fix_rewrites_in_place_and_the_second_time_changes_nothing(folder: Path) -> None:
    first = gradorder("fix", cwd=folder)
    assert first.status == 0
    assert (
        first.out
        == "last.py:3: GO101 zero-last [fixed]: zero_grad() on line 5 comes after optimizer.step()\n"
    )
    assert first.err == "Found 2 training steps in 2 files: 1 rewritten, 1 canonical.\n"
    assert contents(folder) == {"last.py": ZERO_FIRST.encode(), "first.py": ZERO_FIRST.encode()}
    assert gradorder("fix", cwd=folder) == (0, "", "Found 2 training steps in 2 files: 2 canonical.\n")


def test_a_script_is_rewritten_without_what_reads_notebooks(folder: Path) -> None:
    fix = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import atexit, cli; sys.argv = ['gradorder', 'fix', 'last.py']"
    told = "atexit.register(lambda: print([one for one in sys.modules if 'notebook' in one or one.endswith('cells')]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{fix}; {told}; cli.main()"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "[fixed]" in done.stdout
    assert done.stdout.endswith("[]\n")


def test_fix_diff_prints_a_patch_and_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    status, out, err = gradorder("fix", "--diff", cwd=folder)
    assert status == 1
    assert out == (
        "--- last.py\n+++ last.py\n@@ -1,5 +1,5 @@\n"
        " for x, y in loader:\n"
        "+    optimizer.zero_grad()\n"
        "     loss = loss_fn(model(x), y)\n"
        "     loss.backward()\n"
        "     optimizer.step()\n"
        "-    optimizer.zero_grad()\n"
    )
    assert "1 would be rewritten" in err
    assert contents(folder) == before
    assert gradorder("fix", "--diff", "first.py", cwd=folder).status == 0


def test_what_is_left_alone_comes_with_the_way_to_the_difference(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(HAZARD)
    status, out, err = gradorder("check", "--output-format", "concise", cwd=tmp_path)
    assert status == 0
    first, witness = out.split("\n", 1)
    assert first.startswith(
        "page.py:3: hazard: gradients of optimizer that line 5 clears would still be there on line 6"
    )
    assert witness == (
        "    line 5  optimizer.zero_grad()  <- would be cleared here instead\n"
        "    line 3  loss.backward()\n"
        "    line 4  optimizer steps\n"
        "    line 5  optimizer.zero_grad()  <- cleared here in the original\n"
        "    line 6  model.weight.grad looks at gradients\n"
    )
    assert err == "Found 1 training step in 1 file: 1 left alone.\n"


def test_text_draws_the_way_to_the_difference_under_the_source_lines(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(HAZARD)
    out = gradorder("check", cwd=tmp_path).out
    lines = HAZARD.splitlines()
    assert f"5 | {lines[4]}\n" in out
    assert "^ 5. model.weight.grad looks at gradients\n" in out


def test_colours_come_when_asked_for_and_on_a_terminal_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "\x1b[" not in gradorder("check", cwd=folder).out
    assert "\x1b[" in gradorder("check", "--color", "always", cwd=folder).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in gradorder("check", cwd=folder).out
    assert "\x1b[" not in gradorder("check", "--color", "never", cwd=folder).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in gradorder("check", cwd=folder).out


@pytest.mark.parametrize("name", ["sarif", "github", "gitlab", "junit"])
def test_every_format_names_the_finding(folder: Path, name: str) -> None:
    ended = gradorder("check", "--output-format", name, cwd=folder)
    assert (ended.status, ended.err) == (1, "")
    assert "last.py" in ended.out
    assert "GO101" in ended.out


def test_explain_says_what_a_code_means_and_which_there_are(tmp_path: Path) -> None:
    assert gradorder("explain", "go101", cwd=tmp_path).out.startswith("GO101 zero-last: ")
    assert "GO202 never-cleared" in gradorder("explain", cwd=tmp_path).out
    unknown = gradorder("explain", "GO1O1", cwd=tmp_path)
    assert unknown.status == 2
    assert "Do you mean GO101?" in unknown.err


def test_a_finding_without_a_rewrite_remains_after_fix(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(NEVER_CLEARED)
    status, out, _ = gradorder("fix", cwd=tmp_path)
    assert status == 1
    assert out.startswith("page.py:3: GO202 never-cleared [unsafe fix]: ")


def test_quiet_says_only_what_is_to_change(folder: Path) -> None:
    (folder / "hazard.py").write_text(HAZARD)
    status, out, err = gradorder("check", "--quiet", "--output-format", "concise", cwd=folder)
    assert (status, err) == (1, "")
    assert [line.split(":")[0] for line in out.splitlines()] == ["last.py"]
    assert gradorder("check", "-q", "first.py", cwd=folder) == (0, "", "")


def test_quiet_does_not_hide_errors(folder: Path) -> None:
    assert gradorder("check", "-q", "gone.py", cwd=folder) == (
        2,
        "",
        "error: gone.py: no such file or folder\n",
    )


def test_help_and_version_are_short_and_cost_nothing(tmp_path: Path) -> None:
    for arguments in (["--help"], ["check", "--help"], ["fix", "--help"]):
        ended = gradorder(*arguments, cwd=tmp_path)
        assert ended.status == 0
        assert ended.out.startswith("Usage: gradorder ")
    assert gradorder("--version", cwd=tmp_path).out.startswith("gradorder")


# JSON


def test_json_holds_the_documented_keys_and_nothing_else(folder: Path) -> None:
    (folder / "hazard.py").write_text(HAZARD)
    (folder / "old.py").write_text("print loss.backward(), optimizer.step()\n")
    status, out, err = gradorder("check", "--output-format", "json", cwd=folder)
    document = json.loads(out)
    assert status == 2
    assert list(document) == ["version", "files", "steps", "errors"]
    assert document["version"] == 1
    assert document["files"] == {"scanned": 4, "parsed": 3, "changed": 0}
    assert [step["path"] for step in document["steps"]] == ["first.py", "hazard.py", "last.py"]
    assert document["steps"][2] == {
        "path": "last.py", "cell": None, "line": 3, "end_line": 5, "function": "<module>",
        "verdict": "zero-last", "code": "GO101", "fix": "safe", "applied": False,
        "optimizers": ["optimizer"], "reason": "zero_grad() on line 5 comes after optimizer.step()",
        "assumes": [], "witness": [],
    }  # fmt: skip
    assert document["steps"][1]["witness"][-1] == {"line": 6, "text": "model.weight.grad looks at gradients"}
    assert [(one["path"], one["line"]) for one in document["errors"]] == [("old.py", 1)]
    assert err.startswith("error: old.py:1: ")


def test_json_of_fix_says_what_was_done(folder: Path) -> None:
    status, out, _ = gradorder("fix", "--output-format", "json", cwd=folder)
    document = json.loads(out)
    assert status == 0
    assert document["files"]["changed"] == 1
    assert [step["applied"] for step in document["steps"]] == [False, True]


def test_json_of_a_diff_says_that_nothing_was_done(folder: Path) -> None:
    status, out, _ = gradorder("fix", "--diff", "--output-format", "json", cwd=folder)
    document = json.loads(out)
    assert status == 1
    assert document["files"]["changed"] == 0
    assert not any(step["applied"] for step in document["steps"])


# A checkout and an installed command


def test_a_checkout_and_the_installed_command_are_the_same_program(folder: Path) -> None:
    installed = Path(sysconfig.get_path("scripts")) / "gradorder"
    assert installed.exists(), "install gradorder into this environment: pip install -e '.[test]'"
    for arguments in (
        ["check"],
        ["fix", "--diff"],
        ["check", "--output-format", "json"],
        ["--help"],
        ["fix", "--help"],
    ):
        done = subprocess.run(
            [installed, *arguments], cwd=folder, capture_output=True, check=False, text=True
        )
        assert (done.returncode, done.stdout, done.stderr) == gradorder(*arguments, cwd=folder)


# Standard input


def test_stdin_is_rewritten_to_stdout(tmp_path: Path) -> None:
    status, out, err = gradorder("fix", "-", cwd=tmp_path, stdin=ZERO_LAST.encode())
    assert (status, out) == (0, ZERO_FIRST)
    assert err.startswith("<stdin>:3: GO101 zero-last [fixed]: ")


def test_stdin_that_needs_nothing_passes_through(tmp_path: Path) -> None:
    assert gradorder("fix", "-q", "-", cwd=tmp_path, stdin=b"x = 1\r\ny = 2") == (0, "x = 1\r\ny = 2", "")


def test_stdin_that_cannot_be_parsed_passes_through_with_an_error(tmp_path: Path) -> None:
    source = "print loss.backward(), optimizer.step()\n"
    status, out, err = gradorder("fix", "-", cwd=tmp_path, stdin=source.encode())
    assert (status, out) == (2, source)
    assert err.startswith("error: <stdin>:1: ")


def test_stdin_is_checked_and_shown_as_a_diff(tmp_path: Path) -> None:
    assert gradorder("check", "-", cwd=tmp_path, stdin=ZERO_LAST.encode()).out.startswith("<stdin>:3: GO101")
    status, out, _ = gradorder("fix", "--diff", "-", cwd=tmp_path, stdin=ZERO_LAST.encode())
    assert status == 1
    assert out.startswith("--- <stdin>\n+++ <stdin>\n@@ ")


def test_stdin_goes_alone(folder: Path) -> None:
    status, out, err = gradorder("fix", "-", "last.py", cwd=folder, stdin=b"")
    assert (status, out) == (2, "")
    assert "- (stdin) goes without other paths" in err


# Bad requests


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["chekc"], "No such command 'chekc'"),
        (["check", "--fast"], "No such option"),
        (["check", "--diff"], "No such option"),
        (["check", "--output-format", "xml"], "'xml' is not one of"),
        (["check", "--select", "GO999"], "there is no code 'GO999'; do you mean GO900?"),
        (["fix", "--ignore", "zero-last"], "there is no code 'zero-last'"),
        (["fix", "--placement", "bottom"], "'bottom' is not one of 'top', 'before-backward'"),
        (["check", "--exclude", "!"], "--exclude"),
    ],
)
def test_a_wrong_request_is_explained_and_ends_with_two(
    folder: Path, arguments: list[str], complaint: str
) -> None:
    before = contents(folder)
    status, out, err = gradorder(*arguments, cwd=folder)
    assert (status, out) == (2, "")
    assert complaint in err
    assert contents(folder) == before


# Bad input: a line for each, the other files are done


def test_a_path_that_does_not_exist_is_named_and_the_others_are_done(folder: Path) -> None:
    status, out, err = gradorder("fix", "gone.py", "last.py", "", cwd=folder)
    assert status == 2
    assert "error: gone.py: no such file or folder\n" in err
    assert "error: : no such file or folder (an empty path)\n" in err
    assert "last.py:3: GO101 zero-last [fixed]" in out
    assert (folder / "last.py").read_text() == ZERO_FIRST


def test_a_folder_without_python_files_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(ZERO_LAST)
    (tmp_path / "empty").mkdir()
    for arguments in (["check"], ["fix"], ["fix", "--diff"], ["check", "empty"]):
        assert gradorder(*arguments, cwd=tmp_path) == (0, "", "Found no training step in 0 files.\n")


@pytest.mark.parametrize(
    ("data", "line", "complaint"),
    [
        (b"\x7fELF\x00backward\x00step", ":1", "binary file (it holds a NUL byte)"),
        (b"# backward step\nx = '\xff'\n", ":2", "byte 0xff is not valid utf-8"),
        (b"# coding: no-such\nbackward = step\n", ":1", "unknown encoding: no-such"),
        ("backward = step".encode("utf-16"), "", "UTF-16 text, which is no Python source"),
        (b"loss.backward(:\n    optimizer.step()\n", ":1", "cannot parse this file: invalid syntax"),
        (
            b"if loss.backward():\noptimizer.step()\n",
            ":2",
            "cannot parse this file: expected an indented block",
        ),
    ],
)
def test_what_cannot_be_read_as_python_is_named_with_its_line(
    folder: Path, data: bytes, line: str, complaint: str
) -> None:
    (folder / "bad.py").write_bytes(data)
    status, out, err = gradorder("fix", cwd=folder)
    assert status == 2
    assert err.startswith(f"error: bad.py{line}: ")
    assert complaint in err.splitlines()[0]
    assert "Could not do 1 path: see the errors above.\n" in err
    assert "last.py:3: GO101 zero-last [fixed]" in out
    assert (folder / "bad.py").read_bytes() == data


def test_links_in_a_circle_do_not_trap_it(folder: Path) -> None:
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.py").symlink_to("self.py")
    (folder / "dangling.py").symlink_to("nowhere.py")
    status, out, err = gradorder("check", cwd=folder)
    assert status == 2
    assert "error: self.py: symbolic links that lead round in a circle\n" in err
    assert "error: dangling.py: broken symbolic link\n" in err
    assert out.count("GO101") == 1


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(ZERO_LAST)
    (tmp_path / "link.py").symlink_to("real")
    assert gradorder("fix", "link.py", cwd=tmp_path).status == 0
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real").read_text() == ZERO_FIRST


def test_what_may_not_be_read_or_written_is_named_and_left_untouched(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_LAST)
    assert in_this_process("fix", str(tmp_path)).status == 0, "what is imported late is imported by now"
    with folder_of_nobody() as folder:
        names = ("closed.py", "fixed.py", "locked/inside.py", "readonly.py")
        (folder / "locked").mkdir()
        for name in names:
            (folder / name).write_text(ZERO_LAST)
        for path in (folder, *folder.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, 65534, 65534)
        (folder / "closed.py").chmod(0)
        (folder / "readonly.py").chmod(0o444)
        (folder / "locked").chmod(0o555)
        status, out, err = unprivileged(lambda: in_this_process("fix", str(folder)))
        (folder / "locked").chmod(0o755)
        assert status == 2
        assert f"error: {folder}/closed.py: permission denied\n" in err
        assert f"error: {folder}/readonly.py: the file is read-only\n" in err
        assert f"error: {folder}/locked/inside.py: no permission to write in the folder locked\n" in err
        assert f"{folder}/fixed.py:3: GO101 zero-last [fixed]: " in out
        assert f"{folder}/readonly.py:3: GO101 zero-last [*]: " in out
        (folder / "closed.py").chmod(0o644)
        written = [name for name in names if (folder / name).read_text() == ZERO_FIRST]
        assert written == ["fixed.py"]
        assert sorted(path.name for path in folder.rglob("*")) == sorted(
            ["locked", *(Path(one).name for one in names)]
        )


# Large and strange input


def test_a_file_of_fifty_thousand_lines_is_done(tmp_path: Path) -> None:
    tail = "".join(f"# {index}\n\n\n\nv{index} = {index}\n" for index in range(10_000))
    (tmp_path / "long.py").write_text(ZERO_LAST + tail)
    assert gradorder("fix", cwd=tmp_path).status == 0
    assert (tmp_path / "long.py").read_text() == ZERO_FIRST + tail


DEEP = {
    "parentheses": "x = " + "(" * 2000 + "1" + ")" * 2000,
    "lists": "x = " + "[" * 2000 + "1" + "]" * 2000,
    "a sum": "x = " + " + ".join(["a"] * 5000),
    "a chain of attributes": "x = a" + ".b" * 400,
    "a chain of subscripts": "x = a" + "[0]" * 5000,
    "nested calls": "x = " + "f(" * 150 + ")" * 150,
    "lambdas": "x = " + "lambda: " * 500 + "1",
    "ifs": "".join(" " * depth + "if a:\n" for depth in range(300)) + " " * 300 + "pass",
    "elifs": "if a: pass\n" + "elif b: pass\n" * 3000,
    "strings": "x = (" + "\n".join(["'a'"] * 20_000) + ")",
    "not": "x = " + "not " * 3000 + "a",
    "minus": "x = " + "-" * 3000 + "a",
}


@pytest.mark.parametrize("expression", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting_is_followed_or_named(tmp_path: Path, expression: str) -> None:
    source = ZERO_LAST + expression + "\n"
    (tmp_path / "deep.py").write_text(source)
    status, out, err = gradorder("fix", cwd=tmp_path)
    if status == 0:
        assert (tmp_path / "deep.py").read_text() == ZERO_FIRST + expression + "\n"
    else:
        assert (status, out) == (2, "")
        assert err.startswith("error: deep.py")
        assert "report" not in err.splitlines()[0]
        assert (tmp_path / "deep.py").read_text() == source


# Ended early


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"page{number:03}.py").write_text(HAZARD)
    for redirect in ("", "2>&1"):
        command = f"{sys.executable} {ROOT / 'cli.py'} check . {redirect} | head -n 1"
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False, text=True)
        assert done.stdout.startswith("page000.py:3: hazard: ")
        assert done.stdout.count("\n") == 1
        assert done.stderr == ""


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [(signal.SIGINT, 130, b""), (signal.SIGTERM, 143, b"error: terminated by SIGTERM\n")],
    ids=["control c", "request to terminate"],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_ends_it_with_its_status_and_without_a_traceback(
    tmp_path: Path, number: signal.Signals, status: int, words: bytes, jobs: str
) -> None:
    (tmp_path / "a.py").write_text(ZERO_LAST)
    slow = ZERO_LAST + "".join(f"v{index} = f({index})\n" for index in range(50_000))
    (tmp_path / "b.py").write_text(slow)
    command = [sys.executable, str(ROOT / "cli.py"), "fix", ".", "--jobs", jobs]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline().startswith(b"a.py:3: GO101 zero-last [fixed]")
        process.send_signal(number)
        # Its processes hold the other ends of the pipes: they are read to their ends when none is left.
        _, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert err == words
    assert contents(tmp_path) == {"a.py": ZERO_FIRST.encode(), "b.py": slow.encode()}


def test_a_signal_in_the_middle_of_a_future_ends_it_too(tmp_path: Path) -> None:
    slow = ZERO_LAST + "".join(f"v{index} = f({index})\n" for index in range(50_000))
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(slow)
    code = """
from codemods import api, processes
def held(place, _):
    place.future._condition.acquire()
    raise KeyboardInterrupt
processes._result = held
try:
    api.run(["."], jobs=2)
except KeyboardInterrupt:
    print("ended")
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert ran.stdout == b"ended\n", ran.stderr


# The diff is a patch


CLOTHES = {
    "plain": ZERO_LAST.encode(),
    "carriage returns": ZERO_LAST.replace("\n", "\r\n").encode(),
    "no newline at the end": ZERO_LAST.rstrip("\n").encode(),
    "no newline and carriage returns": ZERO_LAST.rstrip("\n").replace("\n", "\r\n").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + ZERO_LAST.encode(),
    "latin-1": b"# coding: latin-1\n# \xe4\xf6\xfc\n" + ZERO_LAST.encode(),
    "mixed line ends": ZERO_LAST.replace("\n", "\r\n", 2).encode() + b"x = 1\r\n",
    "a form feed": ZERO_LAST.encode() + b"\x0c\nx = 1\n",
}


@pytest.mark.parametrize(
    "tool", [["patch", "-p0", "--binary"], ["git", "apply", "-p0", "-"]], ids=["patch", "git"]
)
@pytest.mark.parametrize("data", CLOTHES.values(), ids=CLOTHES.keys())
@pytest.mark.parametrize("name", ["page.py", "a folder/page one.py"])
def test_the_diff_applied_gives_the_same_bytes_as_fix(
    tmp_path: Path, name: str, data: bytes, tool: list[str]
) -> None:
    fixed, patched = tmp_path / "fixed" / name, tmp_path / "patched" / name
    for path in (fixed, patched):
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    assert gradorder("fix", cwd=tmp_path / "fixed").status == 0
    command = [sys.executable, str(ROOT / "cli.py"), "fix", "--diff"]
    diff = subprocess.run(command, cwd=tmp_path / "patched", capture_output=True, check=False).stdout
    subprocess.run(tool, cwd=tmp_path / "patched", input=diff, capture_output=True, check=True)
    assert patched.read_bytes() == fixed.read_bytes() != data


# Choosing what is done


def test_select_and_ignore_choose_the_findings(folder: Path) -> None:
    (folder / "never.py").write_text(NEVER_CLEARED)
    before = contents(folder)
    assert "GO101" not in gradorder("check", "--select", "GO202, GO201", cwd=folder).out
    assert "GO202" not in gradorder("check", "--ignore", "GO202", cwd=folder).out
    assert gradorder("check", "--select", "GO201", cwd=folder).status == 0
    assert gradorder("fix", "--select", "GO202", cwd=folder).status == 1
    assert gradorder("fix", "--ignore", "GO101,GO202", cwd=folder).status == 0
    assert contents(folder) == before


def test_exclude_leaves_files_out_unless_they_are_named(folder: Path) -> None:
    assert gradorder("check", "--exclude", "last.py", cwd=folder).status == 0
    assert gradorder("check", "--exclude", "*.py", "--exclude", "!first.py", cwd=folder).err.startswith(
        "Found 1 "
    )
    assert gradorder("check", "--exclude", "last.py", "last.py", cwd=folder).status == 1


def test_ignored_files_and_foreign_folders_are_left_out(folder: Path) -> None:
    (folder / ".gitignore").write_text("last.py\n")
    (folder / "venv").mkdir()
    (folder / "venv" / "page.py").write_text(ZERO_LAST)
    assert gradorder("check", cwd=folder).err == "Found 1 training step in 1 file: 1 canonical.\n"


def test_strict_leaves_alone_what_needs_an_assumption(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(OUTSIDE)
    usual = gradorder("check", cwd=tmp_path)
    assert usual.status == 1
    assert "\n    assumes clean-entry and closed-world\n" in usual.out
    strict = gradorder("fix", "--strict", cwd=tmp_path)
    assert strict.status == 0
    assert "page.py:4: hazard: --strict: the proof assumes clean-entry and closed-world\n" in strict.out
    assert (tmp_path / "page.py").read_text() == OUTSIDE
    (tmp_path / "page.py").write_text(ZERO_LAST)
    assert "1 rewritten" in gradorder("fix", "--strict", cwd=tmp_path).err


def test_placement_before_backward_puts_the_call_there(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ZERO_LAST)
    assert gradorder("fix", "--placement", "before-backward", cwd=tmp_path).status == 0
    lines = (tmp_path / "page.py").read_text().splitlines()
    assert [line.strip() for line in lines[2:]] == [
        "optimizer.zero_grad()",
        "loss.backward()",
        "optimizer.step()",
    ]


AFTER_FORWARD = """\
for x in loader:
    loss = criterion(model(x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_a_zero_behind_the_forward_is_found_only_when_selected(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(AFTER_FORWARD)
    assert gradorder("check", cwd=tmp_path).status == 0
    status, out, _ = gradorder("check", "--select", "GO102", "--output-format", "concise", cwd=tmp_path)
    assert status == 1
    assert out.startswith(
        "page.py:4: GO102 zero-after-forward [*]: zero_grad() on line 3 stands behind the forward"
    )
    assert gradorder("fix", "--select", "GO102", cwd=tmp_path).status == 0
    lines = AFTER_FORWARD.splitlines(keepends=True)
    assert (tmp_path / "page.py").read_text() == "".join([lines[0], lines[2], lines[1], *lines[3:]])


def test_unsafe_fixes_are_made_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(RESIDUAL)
    status, out, err = gradorder("fix", cwd=tmp_path)
    assert status == 0
    assert out.startswith("page.py:4: hazard [unsafe fix]: ")
    assert err.endswith(
        "[unsafe fix] 1 can be repaired, which changes the training: gradorder fix --unsafe-fixes\n"
    )
    assert (tmp_path / "page.py").read_text() == RESIDUAL
    status, out, _ = gradorder("fix", "--unsafe-fixes", cwd=tmp_path)
    assert status == 0
    assert out.startswith("page.py:4: hazard [fixed]: ")
    assert (tmp_path / "page.py").read_text() == RESIDUAL.replace(ZERO_LAST, ZERO_FIRST)


def test_black_formats_the_moved_lines_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.black]\nline-length = 30\n")
    source = ZERO_LAST.replace("zero_grad()", "zero_grad( set_to_none = True )").replace("(x), y", "( x ), y")
    (tmp_path / "page.py").write_text(source)
    assert gradorder("fix", "--black", cwd=tmp_path).status == 0
    after = (tmp_path / "page.py").read_text()
    moved = "    optimizer.zero_grad(\n        set_to_none=True\n    )\n"
    assert after == ZERO_FIRST.replace("    optimizer.zero_grad()\n", moved).replace("(x), y", "( x ), y")
    assert black.format_str(moved.replace("    o", "o"), mode=black.Mode(line_length=26)).count("\n") == 3
