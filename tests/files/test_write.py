from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codemods.files import load
from codemods.files import write as module
from codemods.files.write import ChangedOnDisk, NotWritten, write
from tests.files import NOBODY, folder_of_nobody, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = b"old\r\n\xe9" * 50_000
NEW = b"\xef\xbb\xbfnew\n" * 70_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_bytes(OLD)
    return path


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def why_not_written(path: Path, before: bytes = OLD) -> str:
    with pytest.raises(NotWritten) as caught:
        write(path, before, NEW)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_file_holds_exactly_the_new_bytes_and_nothing_is_left_beside_it(file: Path) -> None:
    write(file, OLD, NEW)
    assert file.read_bytes() == NEW
    assert names(file.parent) == ["train.py"]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o660, 0o4755, 0o200 | 0o444])
def test_mode_bits_are_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    write(file, OLD, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_mode_bits_do_not_depend_on_the_umask(file: Path) -> None:
    file.chmod(0o666)
    umask = os.umask(0o077)
    try:
        write(file, OLD, NEW)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666


def test_owner_and_group_are_kept_where_the_system_permits() -> None:
    with folder_of_nobody() as folder:
        path = folder / "a.py"
        path.write_bytes(OLD)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        before = path.stat()
        write(path, OLD, NEW)
        after = path.stat()
        assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_where_the_owner_cannot_be_kept_the_set_user_id_bit_is_not_handed_to_another() -> None:
    with folder_of_nobody() as folder:
        path = folder / "a.py"
        path.write_bytes(OLD)  # root's, where the tests run as root
        path.chmod(0o6777)
        unprivileged(lambda: write(path, OLD, NEW))
        after = path.stat()
        assert path.read_bytes() == NEW
        assert after.st_mode & 0o777 == 0o777
        assert stat.S_IMODE(after.st_mode) == (0o777 if os.geteuid() == 0 else 0o6777)


def test_a_symbolic_link_stays_one_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.py"
    target.write_bytes(OLD)
    (tmp_path / "link.py").symlink_to("middle.py")
    (tmp_path / "middle.py").symlink_to("real/a.py")
    write(tmp_path / "link.py", OLD, NEW)
    assert (tmp_path / "link.py").readlink() == Path("middle.py")
    assert not target.is_symlink()
    assert target.read_bytes() == NEW
    assert names(tmp_path) == ["link.py", "middle.py", "real"]


def test_a_relative_path_is_written_in_the_current_folder(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    write(Path("train.py"), OLD, NEW)
    assert file.read_bytes() == NEW


def test_another_hard_link_keeps_the_old_content(file: Path) -> None:
    os.link(file, file.with_name("other.py"))
    write(file, OLD, NEW)
    assert file.read_bytes() == NEW
    assert file.with_name("other.py").read_bytes() == OLD


def test_a_file_name_of_the_greatest_length_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 252 + ".py")
    path.write_bytes(OLD)
    write(path, OLD, NEW)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("now", [b"", OLD + b"x", NEW, b"OLD" + OLD[3:]])
def test_a_file_changed_on_disk_is_not_overwritten(file: Path, now: bytes) -> None:
    file.write_bytes(now)
    with pytest.raises(ChangedOnDisk, match="changed on disk since it was read"):
        write(file, OLD, NEW)
    assert file.read_bytes() == now
    assert names(file.parent) == ["train.py"]


def test_a_change_while_the_new_content_is_written_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def slow_sync(descriptor: int) -> None:
        sync(descriptor)
        file.write_bytes(b"edited meanwhile")

    monkeypatch.setattr(os, "fsync", slow_sync)
    with pytest.raises(ChangedOnDisk):
        write(file, OLD, NEW)
    assert file.read_bytes() == b"edited meanwhile"


def test_a_file_removed_since_it_was_read_is_not_made_again(file: Path) -> None:
    file.unlink()
    with pytest.raises(ChangedOnDisk, match="removed since it was read"):
        write(file, OLD, NEW)
    assert names(file.parent) == []


def test_a_file_replaced_by_a_folder_or_a_circle_of_links_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "circle.py").symlink_to("circle.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert why_not_written(tmp_path) == "not a regular file"
    assert why_not_written(tmp_path / "pipe.py") == "not a regular file"
    assert why_not_written(tmp_path / "circle.py") == "symbolic links that lead round in a circle"


def test_a_read_only_file_is_not_replaced_not_even_by_root(file: Path) -> None:
    file.chmod(0o444)
    assert why_not_written(file) == "the file is read-only"
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["train.py"]


def test_a_file_that_only_its_owner_may_write_is_not_replaced_by_another_user() -> None:
    with folder_of_nobody() as folder:
        path = folder / "a.py"
        path.write_bytes(OLD)
        path.chmod(0o644 if os.geteuid() == 0 else 0o444)
        assert unprivileged(lambda: why_not_written(path)) == "the file is read-only"
        assert path.read_bytes() == OLD


def test_in_a_read_only_folder_nothing_is_written_and_the_folder_is_named() -> None:
    with folder_of_nobody() as folder:
        inner = folder / "inner"
        inner.mkdir()
        path = inner / "a.py"
        path.write_bytes(OLD)
        path.chmod(0o666)
        inner.chmod(0o555)
        try:
            message = unprivileged(lambda: why_not_written(path))
        finally:
            inner.chmod(0o755)
        assert message == "no permission to write in the folder inner"
        assert path.read_bytes() == OLD
        assert names(inner) == ["a.py"]


def test_a_full_disk_leaves_the_old_file_and_no_other(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert why_not_written(file) == "no space left on device"
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["train.py"]


def at_line(number: int, act: Callable[[], None]) -> Callable[[Any, str, Any], Any]:
    """A trace function that acts at the `number`th line that `write` and what it calls in its own modules run."""
    ours = {module.__file__, load.__file__}
    seen = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal seen
        if frame.f_code.co_filename not in ours:
            return None
        if event == "line":
            seen += 1
            if seen == number:
                act()
        return trace

    return trace


def test_an_interrupt_at_any_line_leaves_one_whole_file_and_no_temporary_one(file: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    outcomes = set()
    previous = sys.gettrace()
    for number in range(1, 1000):
        file.write_bytes(OLD)
        sys.settrace(at_line(number, interrupt))
        try:
            write(file, OLD, NEW)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(previous)
        assert names(file.parent) == ["train.py"], number
        outcomes.add(file.read_bytes())
    else:
        pytest.fail("write never came to its end")
    assert outcomes == {OLD, NEW}


def test_a_kill_at_any_line_leaves_the_old_file_or_the_new_one(file: Path) -> None:
    outcomes = []
    for number in range(1, 1000):
        file.write_bytes(OLD)
        child = os.fork()
        if child == 0:
            sys.settrace(at_line(number, lambda: os.kill(os.getpid(), signal.SIGKILL)))
            write(file, OLD, NEW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        outcomes.append(file.read_bytes())
        if os.WIFEXITED(status):
            break
    assert set(outcomes) == {OLD, NEW}
    assert outcomes.index(NEW) > 20
    assert OLD not in outcomes[outcomes.index(NEW) :]
    leftovers = [name for name in names(file.parent) if name != "train.py"]
    assert leftovers
    assert all(name.startswith(".gradorder-") and name.endswith(".tmp") for name in leftovers)


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from codemods.files.write import write
path, one, two = Path(sys.argv[1]), b"1" * 3_000_000, b"2" * 2_000_000
print("ready", flush=True)
while True:
    write(path, one, two)
    write(path, two, one)
"""


def test_a_kill_at_a_random_moment_never_leaves_a_partial_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    one, two = b"1" * 3_000_000, b"2" * 2_000_000
    pauses = random.Random(0)
    for _ in range(15):
        path.write_bytes(one)
        root = Path(module.__file__).parents[2]
        arguments = [sys.executable, "-c", WRITE_FOR_EVER, str(path)]
        with subprocess.Popen(arguments, cwd=root, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(pauses.uniform(0, 0.04))
            child.kill()
        assert child.returncode == -signal.SIGKILL
        assert path.read_bytes() in (one, two)
