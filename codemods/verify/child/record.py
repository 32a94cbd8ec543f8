"""Records every optimizer step of the process that it runs in, through torch's global optimizer hooks.

Runs in the user's own interpreter, from Python 3.8 and torch 2.0 on. It imports neither torch nor numpy: it waits until
the program does. It draws no random numbers of the program, builds no graph, and changes no tensor.

A trace is one file of JSON lines for each process: `start`, then `torch`, `served`, `optimizer`, `step` and `end` as
they happen. A process that is forked and steps writes a file of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import sys
import time
import weakref
from typing import Any, Callable

LOSSES = 32
"""How many losses of one step are kept."""

SEARCHES = 25
"""How often the live objects of a process are searched for modules that name parameters."""

Hook = Callable[[Any, Any, Any], None]


class Recorder:
    """What one process has recorded so far, and the file that it goes to."""

    def __init__(self, folder: str, *, max_steps: int | None, digests: Callable[[Any], Any]) -> None:
        self._folder = folder
        self._max_steps = max_steps
        self._make_digests = digests
        self._find: Callable[[str], str | None] = lambda path: None
        self._torch: Any = None
        self._digests: Any = None
        self._known: dict[int, tuple[Any, int, int]] = {}
        self._open: dict[int, dict[str, Any]] = {}
        self._losses: list[Any] = []
        self._names: dict[int, str] = {}
        self._searches = 0
        self._files: dict[str, str | None] = {}
        self.steps = 0
        self._own = 0.0
        self._pid = 0
        self._file: Any = None
        self._write({})
        atexit.register(self._end)

    def served(self, path: str) -> None:
        """A file of those that are served is about to run."""
        self._write({"served": path})

    def look_for(self, find: Callable[[str], str | None]) -> None:
        """Where a step is said to be called: in a file that ``find`` knows, if any is on the stack."""
        self._find = find

    def attach(self, module: Any) -> None:
        """Hook into ``torch.optim.optimizer``, just imported."""
        hooks = [getattr(module, f"register_optimizer_step_{when}_hook", None) for when in ("pre", "post")]
        if hooks[0] is None or hooks[1] is None:
            self._write({"problem": "its torch has no global optimizer hooks, which came with torch 2.0"})
            return
        hooks[0](self._guarded(self._before))
        hooks[1](self._guarded(self._after))

    def watch(self, torch: Any) -> None:
        """Take ``torch``, completely imported, and watch ``backward`` for losses."""
        self._torch = torch
        self._digests = self._make_digests(torch)
        self._write({"torch": str(torch.__version__)})
        backward = torch.autograd.backward

        @functools.wraps(backward)
        def watched(tensors: Any, *rest: Any, **named: Any) -> Any:
            with contextlib.suppress(Exception):  # what is no tensor is backward's to complain of
                self._see(tensors)
            return backward(tensors, *rest, **named)

        torch.autograd.backward = watched

    def _guarded(self, hook: Hook) -> Hook:
        """The same hook, whose own failure is written down and never reaches the program."""

        def guarded(optimizer: Any, arguments: Any, named: Any) -> None:
            try:
                hook(optimizer, arguments, named)
            except Exception as error:
                self._write({"problem": f"the recorder failed at step {self.steps + 1}: {error!r}"})

        # Where a step is compiled, its hooks are not.
        guarded._torchdynamo_disable = True  # type: ignore[attr-defined]
        return guarded

    # What the hooks do

    def _see(self, tensors: Any) -> None:
        started = time.perf_counter()
        for tensor in [tensors] if isinstance(tensors, self._torch.Tensor) else list(tensors):
            if tensor.numel() == 1 and tensor.is_floating_point() and len(self._losses) < LOSSES:
                detached = tensor.detach()
                # Looking at a number on an accelerator would wait for it here; the step waits anyway.
                self._losses.append(detached.item() if detached.device.type == "cpu" else detached.clone())
        self._own += time.perf_counter() - started

    def _before(self, optimizer: Any, arguments: Any, named: Any) -> None:
        if self._digests is None:
            return
        if self._torch.cuda.is_initialized() and self._torch.cuda.is_current_stream_capturing():
            self._write(
                {"problem": "it captures its steps in a CUDA graph, which calls no hooks when it is replayed"}
            )
            return
        started = time.perf_counter()
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        digests, norms = self._digests([one.grad for one in parameters], norm=True)
        self._open[id(optimizer)] = {
            "optimizer": self._number(optimizer, parameters),
            "gradients": digests,
            "gradient_norms": norms,
            "losses": [one if isinstance(one, (int, float)) else one.item() for one in self._losses],
        }
        self._losses = []
        self._own += time.perf_counter() - started

    def _after(self, optimizer: Any, arguments: Any, named: Any) -> None:
        row = self._open.pop(id(optimizer), None)
        if row is None or self._digests is None:
            return
        started = time.perf_counter()
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        row["parameters"], _ = self._digests(parameters, norm=False)
        row["file"], row["line"] = self._caller()
        row["resident"], row["cuda"] = resident_peak(), self._cuda_peak()
        self.steps += 1
        now = time.perf_counter()
        self._own += now - started
        row["at"], row["own"] = time.time(), self._own
        self._write({"step": self.steps, **row})
        self._own += time.perf_counter() - now
        if self._max_steps is not None and self.steps >= self._max_steps:
            self._stop()

    def _number(self, optimizer: Any, parameters: list[Any]) -> int:
        """Optimizers count from 0 in the order of their first steps; one that got more parameters is told again."""
        known = self._known.get(id(optimizer))
        if known is not None and known[0]() is optimizer:
            number = known[1]
            if known[2] == len(parameters):
                return number
        else:
            number = 1 + max((one[1] for one in self._known.values()), default=-1)
        self._known[id(optimizer)] = (weakref.ref(optimizer), number, len(parameters))
        names = self._named(parameters)
        kind = type(optimizer).__name__
        self._write({"optimizer": number, "kind": kind, "names": names, **self._who()})
        return number

    def _named(self, parameters: list[Any]) -> list[str | None]:
        if any(id(one) not in self._names for one in parameters) and self._searches < SEARCHES:
            self._searches += 1
            self._search()
        return [self._names.get(id(one)) for one in parameters]

    def _search(self) -> None:
        """Name parameters as the smallest module that stands in no other module does."""
        import gc  # noqa: PLC0415

        kind = self._torch.nn.Module
        # `isinstance` would ask objects for their `__class__`, and a lazy one might answer with an import.
        modules = [one for one in gc.get_objects() if issubclass(type(one), kind) and "_modules" in vars(one)]
        inner = {id(child) for one in modules for child in one._modules.values()}
        roots = [one for one in modules if id(one) not in inner]
        sized = sorted(
            ((len(list(root.parameters())), at, root) for at, root in enumerate(roots)),
            key=lambda one: one[:2],
        )
        for _, _, root in sized:
            for name, parameter in root.named_parameters():
                self._names.setdefault(id(parameter), f"{type(root).__name__}.{name}")

    def _caller(self) -> tuple[str | None, int | None]:
        """File and line of the nearest call in a served file, else of the nearest outside torch."""
        frame = sys._getframe(3)
        nearest: tuple[str | None, int | None] = (None, None)
        torch = os.path.join(os.path.dirname(self._torch.__file__), "")
        while frame is not None:
            path = frame.f_code.co_filename
            if path not in self._files:
                self._files[path] = self._find(path)
            if self._files[path] is not None:
                return self._files[path], frame.f_lineno
            if nearest[0] is None and not path.startswith((torch, "<")):
                nearest = path, frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment]
        return nearest

    def _who(self) -> dict[str, Any]:
        """What tells this process from others of the command, the same in each run."""
        distributed = getattr(self._torch, "distributed", None)
        rank = os.environ.get("RANK", "")
        if distributed is not None and distributed.is_available() and distributed.is_initialized():
            rank = str(distributed.get_rank())
        processes = sys.modules.get("multiprocessing.process")
        name = None if processes is None else processes.current_process().name
        return {"rank": int(rank) if rank.isdigit() else None, "name": name or "MainProcess"}

    def _cuda_peak(self) -> int | None:
        cuda = self._torch.cuda
        if not cuda.is_initialized():
            return None
        return int(sum(cuda.max_memory_allocated(one) for one in range(cuda.device_count())))

    # The file

    def _write(self, row: dict[str, Any]) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            path = os.path.join(self._folder, f"{self._pid}-{time.time_ns()}.jsonl")
            self._file = open(path, "ab", buffering=0)  # noqa: SIM115
            argv = list(getattr(sys, "argv", []))
            start = {"start": time.time(), "pid": self._pid, "argv": argv, "python": sys.version.split()[0]}
            self._file.write(json.dumps(start).encode() + b"\n")
            if self._torch is not None:
                self._file.write(json.dumps({"torch": str(self._torch.__version__)}).encode() + b"\n")
        if row:
            self._file.write(json.dumps(row).encode() + b"\n")

    def _end(self) -> None:
        if self._pid == os.getpid():
            cuda = None if self._torch is None else self._cuda_peak()
            self._write({"end": time.time(), "resident": resident_peak(), "cuda": cuda})

    def _stop(self) -> None:
        """End the process here and now: nothing that comes after the steps is to run."""
        self._write({"stopped": self.steps})
        self._end()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                continue
        os._exit(0)


def resident_peak() -> int | None:
    """The most memory that this process has held, in bytes; None where the system does not say."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)
