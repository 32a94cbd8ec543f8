"""The three runs of a verification and what they say: twice as the sources stand, once rewritten."""

from __future__ import annotations

import secrets
import signal
import tempfile
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from codemods.verify import launch
from codemods.verify.compare import Difference, What, deviation, first_difference, training
from codemods.verify.trace import processes, steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.verify.rewrites import Rewrites
    from codemods.verify.trace import Process

PATIENCE, LEAST = 10.0, 60.0
"""Where no timeout is given, a later run may take so many times as long as the first, and at least so many seconds."""

AGAIN = "as it stands, again"
MINDS = " (the first run did not: does it mind what that one wrote?)"
SPREAD = (
    "the command is not deterministic: as it stands, two runs already differ by more than the tolerance "
    "(does it go on from what an earlier run saved, or take its seed from the clock?)"
)


class Verdict(Enum):
    """What a verification came to."""

    IDENTICAL = "identical"
    WITHIN = "within-tolerance"
    DIFFERS = "differs"
    NOTHING = "nothing-to-rewrite"
    FAILED = "failed"


class Options(Struct, frozen=True):
    """How to run and compare. ``timeout``: seconds for each run."""

    command: tuple[str, ...]
    seed: int = 0
    tolerance: float = 1e-3
    timeout: float | None = None
    max_steps: int | None = None
    verbose: bool = False


class Point(Struct, frozen=True):
    """One step in a plot: its loss, if any was seen, and the most memory held so far."""

    loss: float | None
    memory: int | None


class Run(Struct, frozen=True):
    """One run in numbers. Memory and speed are those of the process that took the most, and the slowest.

    ``empty`` counts the steps at which every gradient was None.
    """

    name: str
    status: int | None
    seconds: float
    steps: int
    empty: int
    optimizers: int
    processes: int
    resident: int | None
    cuda: int | None
    steps_per_second: float | None
    points: tuple[Point, ...] = ()


class Result(Struct, frozen=True):
    """The whole of a verification. ``reason``: why it came to nothing, in a sentence; ``output``: the command's last lines.

    ``ran``: real paths of the rewritten files that the command ran. ``deviation`` and ``spread``: largest relative
    difference of the rewritten run, and of the two runs as the sources stand, where those are not the same.
    """

    verdict: Verdict
    options: Options
    rewrites: Rewrites
    reason: str = ""
    output: str = ""
    deterministic: bool | None = None
    difference: Difference | None = None
    deviation: float | None = None
    spread: float | None = None
    runs: tuple[Run, ...] = ()
    ran: frozenset[str] = field(default_factory=frozenset)

    @property
    def status(self) -> int:
        """The exit status: 0 the same, 1 different, 2 it cannot be said."""
        return {Verdict.DIFFERS: 1, Verdict.FAILED: 2}.get(self.verdict, 0)


class Watcher(Protocol):
    """Who is shown how far the runs are."""

    def begin(self, name: str, total: int | None) -> None:
        """A run starts; ``total``: the steps to expect, where that is known."""

    def advance(self, trace: Path) -> None:
        """Called now and then with the folder of the run's traces."""

    def finish(self, run: Run) -> None:
        """A run has ended."""


class _Stopped(Exception):
    """A run that leaves nothing to compare. Says why, and what the command printed."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.output = output


class _Done(Struct, frozen=True):
    run: Run
    found: list[Process]
    crash: _Stopped | None


def verify(options: Options, rewrites: Rewrites, watcher: Watcher) -> Result:
    """Run the command as the sources stand, once more, and rewritten, and compare every step."""
    if not rewrites.steps:
        return Result(Verdict.NOTHING, options, rewrites)
    with tempfile.TemporaryDirectory(prefix="gradorder-") as place:
        return _Session(options, rewrites, watcher, Path(place).resolve()).result()


class _Session:
    def __init__(self, options: Options, rewrites: Rewrites, watcher: Watcher, place: Path) -> None:
        self._options = options
        self._rewrites = rewrites
        self._watcher = watcher
        self._place = place
        self._request = launch.Request(
            options.command, options.seed, secrets.randbits(64), options.max_steps, options.verbose
        )
        self._runs: list[Run] = []

    def result(self) -> Result:
        try:
            return self._compared()
        except _Stopped as stopped:
            return self._ended(Verdict.FAILED, reason=stopped.reason, output=stopped.output)

    def _ended(self, verdict: Verdict, **named: object) -> Result:
        return Result(verdict, self._options, self._rewrites, runs=tuple(self._runs), **named)  # type: ignore[arg-type]

    def _compared(self) -> Result:
        first = self._run("as it stands", {})
        # The second run gets the same bytes from memory: what serving itself might change would show here.
        second = self._run(AGAIN, self._rewrites.before)
        ran = frozenset(path for one in second.found for path in one.served)
        if not ran:
            names = ", ".join(self._rewrites.shown.values())
            raise _Stopped(f"the command runs none of the files that would be rewritten: {names}")
        own = first_difference(first.found, second.found)
        known: dict[str, object] = {"deterministic": own is None, "ran": ran}
        if own is not None:
            spread = deviation(first.found, second.found, self._options.tolerance)
            known["spread"] = spread.largest
            if spread.first is not None:
                return self._ended(Verdict.FAILED, reason=SPREAD, difference=spread.first, **known)
        third = self._run("rewritten", self._rewrites.after, may_crash=True)
        if third.crash is not None:
            found = first_difference(second.found, third.found) if own is None else None
            if found is None or found.what in (What.STEPS, What.PROCESSES):
                found = Difference(What.STATUS, "ends well", third.crash.reason)
            return self._ended(Verdict.DIFFERS, difference=found, output=third.crash.output, **known)
        if own is None:
            found = first_difference(second.found, third.found)
            return self._ended(Verdict.DIFFERS if found else Verdict.IDENTICAL, difference=found, **known)
        apart = deviation(second.found, third.found, self._options.tolerance)
        known["deviation"] = apart.largest
        verdict = Verdict.WITHIN if apart.first is None else Verdict.DIFFERS
        return self._ended(verdict, difference=apart.first, **known)

    def _run(self, name: str, sources: Mapping[str, bytes], *, may_crash: bool = False) -> _Done:
        options = self._options
        self._watcher.begin(name, self._runs[0].steps if self._runs else options.max_steps)
        timeout = options.timeout
        if timeout is None and self._runs:
            timeout = max(PATIENCE * self._runs[0].seconds, LEAST)
        try:
            ended = launch.run(
                self._request, self._place / str(len(self._runs)), sources, self._rewrites.shown,
                timeout=timeout, tick=self._watcher.advance,
            )  # fmt: skip
        except launch.CannotStart as error:
            raise _Stopped(f"the command cannot be started: {error}") from error
        found = processes(ended.trace)
        run = _numbers(name, ended, found)
        self._runs.append(run)
        self._watcher.finish(run)
        output = "" if options.verbose else launch.tail(ended.output)
        if ended.status is None:
            raise _Stopped(f"{name}, the command hangs: no end after {timeout:g} s, {_so_far(run)}", output)
        stopped = any(one.stopped for one in found)
        crash = None
        if ended.status and not stopped:
            minds = MINDS if name == AGAIN else ""
            crash = _Stopped(
                f"{name}, the command crashes: {_how(ended.status)}, {_so_far(run)}{minds}", output
            )
            if not may_crash:
                raise crash
        if crash is None:
            _demand_steps(name, found, output)
        return _Done(run, found, crash)


def _demand_steps(name: str, found: Sequence[Process], output: str) -> None:
    if not found:
        raise _Stopped(
            f"{name}, the command starts no Python that can be recorded (python -I and -S cannot)", output
        )
    problems = [one.problem for one in found if one.problem]
    if problems:
        raise _Stopped(f"{name}, nothing can be recorded: {problems[0]}", output)
    if not any(one.torch for one in found):
        raise _Stopped(f"{name}, the command never imports torch", output)
    if not training(found):
        raise _Stopped(f"{name}, the command takes no optimizer step", output)
    if any(step.unreadable for one in training(found) for step in steps(one)):
        raise _Stopped(f"{name}, some parameters or gradients cannot be read by the recorder")


def _how(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


def _so_far(run: Run) -> str:
    return f"after {run.steps} optimizer step{'s' * (run.steps != 1)}"


def _numbers(name: str, ended: launch.Ended, found: Sequence[Process]) -> Run:
    busy = training(found)
    speeds = [one.steps_per_second for one in busy if one.steps_per_second is not None]
    return Run(
        name=name,
        status=ended.status,
        seconds=ended.seconds,
        steps=sum(one.steps for one in busy),
        empty=sum(one.empty for one in busy),
        optimizers=sum(one.optimizers for one in busy),
        processes=len(busy),
        resident=max((one.resident for one in busy if one.resident is not None), default=None),
        cuda=max((one.cuda for one in busy if one.cuda is not None), default=None),
        steps_per_second=min(speeds, default=None),
        points=tuple(
            Point(step.losses[-1] if step.losses else None, step.cuda or step.resident)
            for step in (steps(busy[0]) if busy else ())
        ),
    )
