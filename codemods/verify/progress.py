"""A progress bar on stderr while the runs go on, and one line for each run that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.verify.session import Run

MARK = b'\n{"step": '


class Bar:
    """Shows the steps of each run. A bar on a terminal only; the closing lines always, unless quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._progress.add_task("", start=False, visible=False)
        self._read: dict[Path, tuple[int, bytes]] = {}
        self._steps = 0

    def begin(self, name: str, total: int | None) -> None:
        """See :class:`codemods.verify.session.Watcher`."""
        self._read.clear()
        self._steps = 0
        self._progress.start()
        self._progress.reset(self._task, description=name, total=total, visible=True)

    def advance(self, trace: Path) -> None:
        """See :class:`codemods.verify.session.Watcher`."""
        for file in trace.glob("*.jsonl"):
            at, carried = self._read.get(file, (0, b""))
            with file.open("rb") as lines:
                lines.seek(at)
                data = lines.read()
            found = carried + data
            self._steps += found.count(MARK)
            self._read[file] = at + len(data), found[-len(MARK) + 1 :]
        self._progress.update(self._task, completed=self._steps)

    def finish(self, run: Run) -> None:
        """See :class:`codemods.verify.session.Watcher`."""
        self._progress.stop()
        plural = "s" * (run.steps != 1)
        self._console.print(
            f"{run.name}: {run.steps} optimizer step{plural} in {run.seconds:.1f} s", markup=False
        )

    def close(self) -> None:
        """Take the bar away, however the runs ended."""
        self._progress.stop()
