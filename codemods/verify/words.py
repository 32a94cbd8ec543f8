"""What a verification came to, for people and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codemods.verify.compare import What
from codemods.verify.session import Verdict

if TYPE_CHECKING:
    from codemods.verify.compare import Difference
    from codemods.verify.rewrites import Rewrite
    from codemods.verify.session import Result, Run


def text(result: Result) -> str:
    """The result in a few lines; the first one says it all."""
    lines = [_headline(result)]
    if result.difference is not None:
        lines += _difference(result, result.difference)
    if result.deterministic is False and result.deviation is not None:
        lines.append(
            f"  the command is not deterministic: two runs as it stands differ by up to {result.spread:.2g},"
            f" the rewritten one by {result.deviation:.2g}. This compares, it proves nothing"
        )
    if result.runs and result.runs[-1].empty:
        run = result.runs[-1]
        lines.append(
            f"  no gradients  at {run.empty} of {run.steps} steps: nothing there tells the versions apart"
        )
    if len(result.runs) == 3 and result.verdict is not Verdict.FAILED:
        lines += _facts(result.runs[1], result.runs[2])
        lines += _files(result)
    return "\n".join(lines) + "\n"


def _headline(result: Result) -> str:
    match result.verdict:
        case Verdict.NOTHING:
            return "nothing to rewrite, so nothing was run"
        case Verdict.IDENTICAL:
            return f"identical ({_count(result.runs[-1])})"
        case Verdict.WITHIN:
            return (
                f"within the tolerance of {result.options.tolerance:g} ({_count(result.runs[-1])}); no proof"
            )
        case Verdict.FAILED:
            return f"no result: {result.reason}"
        case Verdict.DIFFERS:
            assert result.difference is not None, "what differs is known"
            at = result.difference
            where = "" if at.step is None else f" at step {at.step}"
            process = f" of process {at.process + 1}" if at.step and result.runs[-1].processes > 1 else ""
            return f"differs{where}{process}: {_what(at)}"


def _what(at: Difference) -> str:
    others = "" if at.count < 2 else f" and {at.count - 1} other{'s' * (at.count > 2)}"
    match at.what:
        case What.GRADIENT:
            return f"{at.optimizer} sees another gradient of {at.parameter}{others}"
        case What.NONE:
            return f"{at.optimizer} sees {at.before} as the gradient of {at.parameter}{others}, rewritten {at.after}"
        case What.PARAMETER:
            return f"{at.optimizer} leaves another {at.parameter}{others}"
        case What.LOSS:
            return f"another loss before {at.optimizer} steps"
        case What.STATUS:
            return at.after
        case _:
            return f"{at.before} as it stands, {at.after} rewritten"


def _difference(result: Result, at: Difference) -> list[str]:
    lines = []
    if at.what in (What.GRADIENT, What.PARAMETER, What.LOSS):
        names = ("once", "again") if result.verdict is Verdict.FAILED else ("as it stands", "rewritten")
        lines += [f"  {name:<13} {seen}" for name, seen in zip(names, (at.before, at.after), strict=True)]
    if at.file is not None:
        lines.append(f"  stepped at    {result.rewrites.shown.get(at.file, at.file)}:{at.line}")
    rewrite = result.rewrites.nearest(at.file, at.line)
    if rewrite is not None and result.verdict is Verdict.DIFFERS:
        lines += [f"  moved         {rewrite.path}:{line}: {source}" for line, source in rewrite.zeros]
    return lines


def _count(run: Run) -> str:
    words = (
        f"{run.steps} step{'s' * (run.steps != 1)}, {run.optimizers} optimizer{'s' * (run.optimizers != 1)}"
    )
    return words if run.processes == 1 else f"{words}, {run.processes} processes"


def _facts(before: Run, after: Run) -> list[str]:
    rows = [
        ("peak memory", _bytes(before.resident), _bytes(after.resident)),
        ("CUDA memory", _bytes(before.cuda), _bytes(after.cuda)),
        ("steps/second", _speed(before), _speed(after)),
    ]
    return [
        f"  {name:<13} {one} as it stands, {other} rewritten" for name, one, other in rows if one and other
    ]


def _files(result: Result) -> list[str]:
    shown = result.rewrites.shown
    lines = []
    for path in sorted(shown):
        count = sum(1 for one in result.rewrites.steps if one.path == shown[path])
        state = "rewritten" if path in result.ran else "not run"
        lines.append(f"  {state:<13} {shown[path]} ({count} training step{'s' * (count != 1)})")
    return lines


def _bytes(amount: int | None) -> str | None:
    return None if amount is None else f"{amount / 2**20:,.0f} MiB"


def _speed(run: Run) -> str | None:
    speed = run.steps_per_second
    return None if speed is None else f"{speed:,.0f}" if speed >= 100 else f"{speed:.3g}"


def document(result: Result) -> str:
    """The result as one JSON document."""
    at = result.difference
    whole: dict[str, Any] = {
        "version": 1,
        "verdict": result.verdict.value,
        "reason": result.reason,
        "command": list(result.options.command),
        "seed": result.options.seed,
        "deterministic": result.deterministic,
        "tolerance": result.options.tolerance if result.deterministic is False else None,
        "spread": _finite(result.spread),
        "deviation": _finite(result.deviation),
        "steps": result.runs[-1].steps if result.runs else 0,
        "optimizers": result.runs[-1].optimizers if result.runs else 0,
        "processes": result.runs[-1].processes if result.runs else 0,
        "difference": None if at is None else _difference_row(result, at),
        "rewrites": [_rewrite(one, result) for one in result.rewrites.steps],
        "runs": [_run(one) for one in result.runs],
        "output": result.output,
    }
    return json.dumps(whole, indent=2) + "\n"


def _finite(value: float | None) -> float | str | None:
    """Infinity is no JSON: it becomes a word."""
    return value if value is None or value != float("inf") else "infinite"


def _difference_row(result: Result, at: Difference) -> dict[str, Any]:
    rewrite = result.rewrites.nearest(at.file, at.line)
    return {
        "what": at.what.value,
        "process": at.process,
        "step": at.step,
        "optimizer": at.optimizer,
        "parameter": at.parameter,
        "parameters": at.count,
        "before": at.before,
        "after": at.after,
        "path": None if at.file is None else result.rewrites.shown.get(at.file, at.file),
        "line": at.line,
        "rewrite": None if rewrite is None else _rewrite(rewrite, result),
    }


def _rewrite(one: Rewrite, result: Result) -> dict[str, Any]:
    real = {name: path for path, name in result.rewrites.shown.items()}
    return {
        "path": one.path,
        "line": one.line,
        "end_line": one.end_line,
        "moved": [{"line": line, "text": source} for line, source in one.zeros],
        "ran": real[one.path] in result.ran,
    }


def _run(one: Run) -> dict[str, Any]:
    return {
        "version": one.name,
        "status": one.status,
        "seconds": round(one.seconds, 3),
        "steps": one.steps,
        "steps_without_gradients": one.empty,
        "optimizers": one.optimizers,
        "processes": one.processes,
        "resident_peak": one.resident,
        "cuda_peak": one.cuda,
        "steps_per_second": one.steps_per_second,
    }
