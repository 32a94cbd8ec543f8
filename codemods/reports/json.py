"""The JSON report: a public contract, described in the README."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.clock import Timings
    from codemods.findings import Finding, Problem, Stop
    from codemods.run import Summary


def render(summary: Summary, *, fixed: bool) -> str:
    """The whole run as one JSON document, the same bytes for the same input. ``fixed``: files were rewritten."""
    changed = summary.changed if fixed else 0
    document = {
        "version": 1,
        "files": {"scanned": summary.scanned, "parsed": summary.parsed, "changed": changed},
        "steps": [_step(one, fixed=fixed) for one in summary.findings],
        "errors": [_problem(one) for one in summary.problems],
        **({} if summary.timings is None else {"timings": _timings(summary.timings)}),
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _step(one: Finding, *, fixed: bool) -> dict[str, object]:
    return {
        "path": one.path,
        "cell": one.cell,
        "line": one.line,
        "end_line": one.end_line,
        "function": one.function,
        "verdict": one.verdict.value,
        "code": one.code,
        "fix": one.fix.value if one.fix else None,
        "applied": one.applied and fixed,
        "optimizers": list(one.optimizers),
        "reason": one.reason,
        "assumes": list(one.assumes),
        "witness": [_stop(one) for one in one.witness],
    }


def _stop(one: Stop) -> dict[str, object]:
    cell = {} if one.cell is None else {"cell": one.cell}
    return {**cell, "line": one.line, "text": one.text}


def _timings(one: Timings) -> dict[str, object]:
    stages = {stage: round(seconds, 6) for stage, seconds in one.stages.items()}
    return {"elapsed": round(one.elapsed, 6), "processes": one.processes, "stages": stages}


def _problem(one: Problem) -> dict[str, object]:
    cell = {} if one.cell is None else {"cell": one.cell}
    return {"path": one.path, **cell, "line": one.line, "message": one.message}
