"""Runs the user's command with the recorder in every Python that it starts, and ends it when it must end."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.ending import Terminated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CHILD = Path(__file__).resolve().parent / "child"
GRACE = 5.0
"""Seconds between asking a command to end and ending it."""
ROUNDS = 8
"""How often to look for what is left: a process may start another one while it is being ended."""
QUIET = 2
"""So many looks one after the other must find nothing."""
TICK = 0.1


class CannotStart(Exception):
    """The command cannot be started: there is no such program, say."""


class Request(Struct, frozen=True):
    """What to run and how. ``key``: of the digests; the same for runs that are to be compared."""

    command: tuple[str, ...]
    seed: int
    key: int
    max_steps: int | None = None
    verbose: bool = False


class Ended(Struct, frozen=True):
    """How a run ended. ``status`` is None when it did not end by itself in time; negative: by that signal."""

    status: int | None
    seconds: float
    trace: Path
    output: Path


def run(
    request: Request,
    folder: Path,
    sources: Mapping[str, bytes],
    known: Iterable[str],
    *,
    timeout: float | None,
    tick: Callable[[Path], None],
) -> Ended:
    """Run the command once, with ``sources`` in the place of the files of those paths. Nothing is written outside
    ``folder`` but by the command itself.

    ``tick`` is called now and then with the folder of the traces. When anything is raised meanwhile, Ctrl-C and
    :class:`~codemods.ending.Terminated` among it, the command and all its processes are ended first. Raises
    :class:`CannotStart`.
    """
    trace = folder / "trace"
    trace.mkdir(parents=True)
    _lay_out(folder, request, trace, sources, known)
    output = folder / "output"
    started = time.monotonic()
    process = None
    with output.open("wb") as file:
        try:
            process = _start(request, folder, None if request.verbose else file.fileno())
            status = _wait(process, started, timeout, lambda: tick(trace))
        finally:
            _end(process, folder)
    return Ended(status, time.monotonic() - started, trace, output)


def _lay_out(
    folder: Path, request: Request, trace: Path, sources: Mapping[str, bytes], known: Iterable[str]
) -> None:
    """Write what stands on the path of every Python of the command."""
    shutil.copyfile(CHILD / "start.py", folder / "sitecustomize.py")
    for name in ("serve", "digest", "record"):
        shutil.copyfile(CHILD / f"{name}.py", folder / f"{name}.py")
    plan = {
        "trace": str(trace),
        "sources": {path: base64.b64encode(data).decode() for path, data in sources.items()},
        "known": sorted(known),
        "seed": request.seed,
        "key": request.key,
        "max_steps": request.max_steps,
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")


def _start(request: Request, folder: Path, output: int | None) -> subprocess.Popen[bytes]:
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": str(request.seed),
        "CUBLAS_WORKSPACE_CONFIG": os.environ.get("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
    }
    try:
        return subprocess.Popen(
            request.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            # Results go to stdout, and nothing else does.
            stdout=2 if output is None else output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotStart(f"{request.command[0]}: {(reason or str(error)).lower()}") from error


def _wait(
    process: subprocess.Popen[bytes], started: float, timeout: float | None, tick: Callable[[], None]
) -> int | None:
    while timeout is None or time.monotonic() - started < timeout:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(TICK)
        tick()
    return None


def _end(process: subprocess.Popen[bytes] | None, folder: Path) -> None:
    """Leave no process of the command behind: first a request, then force."""
    if process is not None:
        # Whoever asks a second time does not want to wait.
        with suppress(KeyboardInterrupt, Terminated):
            _ask(process)
        _signal(process, signal.SIGKILL)
        process.wait()
    quiet = 0
    for _ in range(ROUNDS):
        left = _left(folder)
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        # A process that is just being started shows no environment yet: nothing found once is not nothing there.
        quiet = 0 if left else quiet + 1
        if quiet == QUIET:
            break
        time.sleep(TICK)


def _ask(process: subprocess.Popen[bytes]) -> None:
    """Ask a command that still runs, and all processes of its group, to end, and give them time to."""
    if process.poll() is not None:
        return
    patience = time.monotonic() + GRACE
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    while time.monotonic() < patience and _signal(process, 0):
        time.sleep(TICK)


def _signal(process: subprocess.Popen[bytes], number: int) -> bool:
    """Send a signal to the whole group of the command; whether anything is left of it. 0 only asks that."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.terminate()
        else:
            return False
    except ProcessLookupError:
        return False
    except PermissionError:
        # A group of zombies only, or of another user: neither can be ended.
        return False
    return True


def _left(folder: Path) -> list[int]:
    """Processes of the command outside its own group, where the system shows what environment they started in."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if os.fsencode(folder) in environment.read_bytes():
                found.append(int(environment.parent.name))
    return found


def tail(output: Path, lines: int = 20) -> str:
    """The last lines that the command printed."""
    size = output.stat().st_size
    with output.open("rb") as file:
        file.seek(max(size - 16_384, 0))
        text = file.read().decode("utf-8", "backslashreplace")
    return "\n".join(text.splitlines()[-lines:])


def sequence(command: Sequence[str]) -> str:
    """The command as a person would type it."""
    import shlex  # noqa: PLC0415

    return shlex.join(command)
