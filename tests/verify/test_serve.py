"""Sources served from memory: run in every way that Python runs a file, and never from or to a compiled one.

Each program says on the disk that it is the one of the disk; what is served says that it is served.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.verify import launch

if TYPE_CHECKING:
    from collections.abc import Mapping

SAYS = "import sys\nprint('{}', __name__)\n"


def run(
    folder: Path, served: Mapping[str, bytes | str], *command: str, wanted: int = 0, **environment: str
) -> list[str]:
    """The lines that Python prints in ``folder`` with files served, which must leave no trace of them there."""
    texts = {
        str((folder / name).resolve()): text if isinstance(text, bytes) else text.encode()
        for name, text in served.items()
    }
    before = sorted(folder.rglob("*.pyc"))
    place = folder.parent / f"{folder.name}-place"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        request = launch.Request((sys.executable, *command), seed=0, key=1)
        ended = launch.run(request, place, texts, (), timeout=60, tick=lambda _: None)
    printed = ended.output.read_text()
    assert ended.status == wanted, printed
    names = {Path(name).stem for name in served}
    new = [one for one in sorted(folder.rglob("*.pyc")) if one not in before]
    assert [one for one in new if one.name.partition(".")[0] in names] == []
    return printed.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a script, a module and a package, each from the disk."""
    here = tmp_path / "project"
    (here / "pkg").mkdir(parents=True)
    for name in ("script.py", "module.py", "pkg/__main__.py", "pkg/__init__.py", "pkg/inner.py"):
        (here / name).write_text(SAYS.format("disk"))
    return here


def test_a_script_is_run_as_the_interpreter_would_run_it(folder: Path) -> None:
    text = """\
from __future__ import annotations
import atexit, sys, threading, time
def f(a: Unknown): ...
print(__name__, __file__, __package__, __spec__, __doc__, sys.argv, sys.path[0], sys.modules["__main__"].f is f)
print(__loader__.get_filename(), __builtins__.__name__)
atexit.register(print, "at exit")
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
sys.exit(3)
"""
    (folder / "other.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "other.py", "a", "-b"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    expected = done.stdout.replace("other.py", "script.py").splitlines()
    assert run(folder, {"script.py": text}, "script.py", "a", "-b", wanted=3) == expected


def test_an_exception_shows_the_served_lines_and_no_frames_of_ours(folder: Path) -> None:
    text = "def f():\n    # a comment that is only served\n    raise ValueError('no')\nf()\n"
    (folder / "other.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "other.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    expected = done.stderr.replace("other.py", "script.py").splitlines()
    assert run(folder, {"script.py": text}, "script.py", wanted=1) == expected


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("import sys\nsys.exit('message')\n", 1),
        ("raise SystemExit\n", 0),
        ("import os\nos._exit(7)\n", 7),
    ],
)
def test_a_script_ends_as_it_would(folder: Path, text: str, status: int) -> None:
    (folder / "other.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "other.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    expected = done.stderr.replace("other.py", "script.py").splitlines()
    assert run(folder, {"script.py": text}, "script.py", wanted=status) == expected


@pytest.mark.parametrize(
    "command",
    [
        ("script.py",),
        ("./script.py",),
        ("-u", "-W", "ignore", "script.py"),
        ("-m", "script"),
        ("-c", "import runpy; runpy.run_path('script.py', run_name='__main__')"),
        ("-c", "import runpy; runpy.run_module('script', run_name='__main__')"),
        ("-m", "cProfile", "-o", os.devnull, "script.py"),
        ("-m", "trace", "--count", "-C", os.devnull, "--no-report", "script.py"),
    ],
    ids=" ".join,
)
def test_a_script_is_served_however_it_is_started(folder: Path, command: tuple[str, ...]) -> None:
    assert run(folder, {"script.py": SAYS.format("served")}, *command)[:1] == ["served __main__"]


def test_modules_and_packages_are_served_and_compiled_files_of_the_disk_are_not_used(folder: Path) -> None:
    imports = "import module, pkg, pkg.inner"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-c", imports], cwd=folder, check=True, env=environment)
    assert list(folder.rglob("module*.pyc"))
    served = dict.fromkeys(("module.py", "pkg/inner.py"), SAYS.format("served"))
    assert run(folder, served, "-c", imports) == ["served module", "disk pkg", "served pkg.inner"]
    assert run_again(folder, imports) == ["disk module", "disk pkg", "disk pkg.inner"]


def run_again(folder: Path, imports: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", imports], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("command", [("-m", "pkg"), ("pkg",)], ids=" ".join)
def test_the_main_module_of_a_package_or_folder_is_served(folder: Path, command: tuple[str, ...]) -> None:
    assert run(folder, {"pkg/__main__.py": SAYS.format("served")}, *command)[-1] == "served __main__"


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_children_of_multiprocessing_run_what_is_served(folder: Path, method: str) -> None:
    text = f"""\
import multiprocessing
def work(queue):
    queue.put(("served", __name__))
if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    queue = context.Queue()
    child = context.Process(target=work, args=(queue,))
    child.start()
    print(queue.get())
    child.join()
"""
    name = "__main__" if method == "fork" else "__mp_main__"
    (folder / "script.py").write_text("def work(queue): queue.put('disk')\n")
    assert run(folder, {"script.py": text}, "script.py") == [f"('served', '{name}')"]


def test_inspect_and_linecache_see_what_is_served(folder: Path) -> None:
    module = "\n\ndef f():\n    return 'served'\n"
    text = "import inspect, module\ndef g():\n    return 'here'\nprint(inspect.getsource(module.f), inspect.getsource(g))\n"
    printed = run(folder, {"module.py": module, "script.py": text}, "script.py")
    assert printed == ["def f():", "    return 'served'", " def g():", "    return 'here'", ""]


@pytest.mark.parametrize(
    "data",
    [
        "# -*- coding: latin-1 -*-\nprint('é')\n".encode("latin-1"),
        b"\xef\xbb\xbf" + "print('é')\r\n".encode(),
        "print('é')\rprint(1)".encode(),
    ],
    ids=["cookie", "bom", "returns"],
)
def test_sources_are_served_byte_for_byte(folder: Path, data: bytes) -> None:
    assert run(folder, {"script.py": data}, "script.py", PYTHONIOENCODING="utf-8")[0] == "é"


def test_a_file_is_known_by_its_real_path(folder: Path) -> None:
    (folder / "link").symlink_to("pkg")
    (folder / "same.py").symlink_to("script.py")
    served = dict.fromkeys(("pkg/inner.py", "script.py"), SAYS.format("served"))
    code = "import os, sys; sys.path.insert(0, 'link'); import inner, same"
    assert run(folder, served, "-c", code) == ["served inner", "served same"]


def test_pytest_rewrites_the_assertions_of_what_is_served(folder: Path) -> None:
    test = "import module\ndef test_it():\n    served = 1\n    # served\n    assert served == 2\n"
    (folder / "test_it.py").write_text("def test_it():\n    assert 1 == 3\n")
    command = (*"-m pytest -q -p no:cacheprovider -p no:xdist test_it.py".split(),)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, *command], cwd=folder, check=False, env=environment, capture_output=True)
    kept = {path: path.read_bytes() for path in folder.rglob("test_it*.pyc")}
    assert kept
    printed = run(folder, {"test_it.py": test, "module.py": "print('served')\n"}, *command, wanted=1)
    assert "E       assert 1 == 2" in printed
    assert "        # served" in printed
    assert {path: path.read_bytes() for path in folder.rglob("test_it*.pyc")} == kept


def test_the_users_own_sitecustomize_still_runs_and_the_path_is_theirs(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "print('theirs', __name__, __file__.endswith('site/sitecustomize.py'))\n"
    )
    text = "import sys\nprint('served', sys.modules['sitecustomize'].__file__, len(sys.path), sys.meta_path.__class__)\n"
    (folder / "other.py").write_text(text)
    path = str(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "other.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert run(folder, {"script.py": text}, "script.py", PYTHONPATH=path) == done.stdout.splitlines()
    assert done.stdout.startswith("theirs sitecustomize True\n")


def test_nothing_is_imported_for_a_program_that_does_not_ask_for_it(folder: Path) -> None:
    text = "import sys\nprint(sorted({'torch', 'numpy', 'random'} & set(sys.modules)))\n"
    assert run(folder, {"script.py": text}, "script.py") == ["[]"]


def test_random_numbers_and_hashes_are_seeded(folder: Path) -> None:
    text = "import random, os\nprint(random.random(), hash('a'))\n"
    once = run(folder, {"script.py": text}, "script.py")
    other = folder.parent / "other"
    other.mkdir()
    (other / "script.py").write_text("")
    assert run(other, {"script.py": text}, "script.py") == once
