"""Serves source files from memory to the Python process that runs them, instead of what stands on the disk.

Runs in the user's own interpreter, from Python 3.8 on, with the standard library alone. A served file is run from the
given bytes, whether it is imported, run as a script, with ``-m``, by ``runpy``, again in a child of multiprocessing, or
by pytest. No ``.pyc`` is read or written for it. Tracebacks and ``inspect`` show the served lines.
"""

from __future__ import annotations

import io
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

Ran = Callable[[str], None]


class Sources:
    """What is served: the bytes of files by their real paths. ``ran`` is told once of each file that is compiled."""

    def __init__(self, texts: Mapping[str, bytes], ran: Ran) -> None:
        self._texts = texts
        self._names = {os.path.basename(path) for path in texts}
        self._ran = ran
        self._told: set[str] = set()
        self._real: dict[str, str] = {}

    def find(self, path: Any) -> str | None:
        """The real path of a served file, None for any other path."""
        if not isinstance(path, str):
            return None
        # Most paths of a program are neither named like a served file nor a link that may be.
        if os.path.basename(path) not in self._names and not os.path.islink(path):
            return None
        real = self._real.get(path)
        if real is None:
            real = os.path.realpath(path)
            if os.path.isabs(path):  # the others mean another file after a change of folder
                self._real[path] = real
        return real if real in self._texts else None

    def take(self, path: Any) -> bytes | None:
        """The bytes to serve for a path, None where the disk has the say."""
        real = self.find(path)
        if real is None:
            return None
        _remember_lines(path, self._texts[real])
        return self._texts[real]

    def tell(self, path: Any) -> None:
        """Say that a served file is about to be run."""
        real = self.find(path)
        if real is not None and real not in self._told:
            self._told.add(real)
            self._ran(real)


def install(sources: Sources) -> None:
    """Serve from now on, in this process and in those that it forks."""
    _serve_imports(sources)
    _serve_opened_code(sources)
    _serve_main(sources)
    # The interpreter's own hook shows lines of the file on the disk.
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _show


def _show(kind: Any, error: BaseException, trace: Any) -> None:
    """Print an uncaught exception with the lines that were served."""
    import traceback  # noqa: PLC0415 - only for a program that fails

    traceback.print_exception(kind, error, trace)


def _serve_imports(sources: Sources) -> None:
    stats, data, code = (
        SourceFileLoader.path_stats,
        SourceFileLoader.get_data,
        SourceFileLoader.source_to_code,
    )

    def path_stats(self: SourceFileLoader, path: str) -> Any:
        if sources.find(path) is not None:
            # Without a time of change the import system neither looks for a .pyc nor writes one.
            raise OSError("served from memory")
        return stats(self, path)

    def get_data(self: SourceFileLoader, path: str) -> bytes:
        served = sources.take(path)
        return data(self, path) if served is None else served

    def source_to_code(self: SourceFileLoader, data: Any, path: Any, **options: Any) -> Any:
        sources.tell(path)
        return code(self, data, path, **options)

    SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]
    SourceFileLoader.get_data = get_data  # type: ignore[method-assign, assignment]
    SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign, assignment]


def _serve_opened_code(sources: Sources) -> None:
    """What runpy, and with it multiprocessing, opens in order to run it; profilers and debuggers as well."""
    opened = io.open_code

    def open_code(path: str) -> Any:
        served = sources.take(path)
        if served is None:
            return opened(path)
        sources.tell(path)
        return io.BytesIO(served)

    io.open_code = open_code


def _serve_main(sources: Sources) -> None:
    """The script of ``python script.py``, which the interpreter reads by itself.

    Just before it does, with everything set up for the script, it raises an audit event. The script is run there, and
    the exit that follows keeps the interpreter from running the file.
    """

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "cpython.run_file":
            served = sources.take(arguments[0])
            if served is not None:
                sources.tell(arguments[0])
                _run(arguments[0], served)

    audit.__cantrace__ = True  # type: ignore[attr-defined]
    sys.addaudithook(audit)


def _run(path: str, data: bytes) -> None:
    """Run a file as ``__main__`` and raise SystemExit, as the interpreter would have ended."""
    main = sys.modules["__main__"].__dict__
    main.update(__file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path))
    try:
        exec(compile(data, path, "exec", 0, dont_inherit=True), main)
    except SystemExit:
        raise
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        raise SystemExit(130 if isinstance(error, KeyboardInterrupt) else 1) from None
    raise SystemExit(0)


def serve_pytest(sources: Sources, module: Any) -> None:
    """Serve to pytest's rewriting of assertions, which reads files and keeps compiled ones by itself.

    ``module`` is ``_pytest.assertion.rewrite``, just imported.
    """
    rewrite, read, write = module._rewrite_test, module._read_pyc, module._write_pyc

    class Served(type(Path())):  # type: ignore[misc]
        """A path that reads as what is served for it."""

        def read_bytes(self) -> bytes:
            return sources.take(str(self)) or b""

    def _rewrite_test(path: Any, *rest: Any) -> Any:
        if sources.find(str(path)) is None:
            return rewrite(path, *rest)
        sources.tell(str(path))
        return rewrite(Served(str(path)), *rest)

    def _read_pyc(source: Any, *rest: Any, **named: Any) -> Any:
        return read(source, *rest, **named) if sources.find(str(source)) is None else None

    def _write_pyc(state: Any, code: Any, *rest: Any) -> Any:
        return write(state, code, *rest) if sources.find(code.co_filename) is None else False

    module._rewrite_test, module._read_pyc, module._write_pyc = _rewrite_test, _read_pyc, _write_pyc


def _remember_lines(path: str, data: bytes) -> None:
    """Let tracebacks, ``inspect`` and all who ask ``linecache`` see the served lines."""
    import linecache  # noqa: PLC0415 - only a process that runs a served file needs them
    import tokenize  # noqa: PLC0415

    if path in linecache.cache:
        return
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        lines = _ended(io.TextIOWrapper(io.BytesIO(data), encoding))
    except (SyntaxError, UnicodeError):
        return
    # Entries without a time of change are never compared with the disk.
    linecache.cache[path] = (len(data), None, lines, path)


def _ended(text: Iterator[str]) -> list[str]:
    lines = list(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return lines
