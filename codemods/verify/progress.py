"""A progress bar on stderr while the runs go on, and one line for each run that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.verify.session import Run

MARK = b'\n{"step": '


class Counted(ProgressColumn):
    """How many steps there were, and of how many where that is known."""

    def render(self, task: Task) -> Text:
        """For one line of the bar."""
        done = f"{int(task.completed):,}"
        plural = "s" * (task.completed != 1 or task.total is not None)
        return Text(
            f"{done} step{plural}" if task.total is None else f"{done}/{int(task.total):,} step{plural}"
        )


class Bar:
    """Shows the steps of each run. A bar on a terminal only; the closing lines always, unless quiet.

    Where the end is not known, the bar has no length: it moves to and fro, and the steps are counted.
    """

    def __init__(self, *, quiet: bool, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            Counted(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._read: dict[Path, tuple[int, bytes]] = {}
        self._steps = 0

    def begin(self, name: str, total: int | None) -> None:
        """See :class:`codemods.verify.session.Watcher`."""
        self._read.clear()
        self._steps = 0
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        # A task of its own: to reset one to no total leaves it the total that it had.
        self._task = self._progress.add_task(name, total=total)
        self._progress.start()

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
        total = self._progress.tasks[0].total
        if total is not None and self._steps > total:
            # More than was expected, of several processes for one: nobody knows how many more.
            self._progress.tasks[0].total = None

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
