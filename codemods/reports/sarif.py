"""SARIF 2.1.0: findings with fixes, and the witnesses of hazards as code flows.

The names are those of the OASIS standard. A finding is a result of kind ``fail``; a hazard, which nobody is asked to
change, is one of kind ``informational``. All rewrites of a file hold together, so every result of a file
that is rewritten carries the same fix: the whole of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from codemods.findings import Finding, Problem, Verdict
from codemods.reports.gitlab import fingerprint
from codemods.reports.text import headline
from codemods.rules import rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.edits import Replacement
    from codemods.run import Summary

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Json = dict[str, object]


def render(summary: Summary, *, fixed: bool, version: str = "") -> str:
    """The run as one SARIF log. ``fixed``: files were rewritten, and what was rewritten is no result."""
    seen: dict[str, int] = {}
    shown = [
        one
        for one in summary.findings
        if (one.code or one.verdict is Verdict.HAZARD) and not (fixed and one.applied)
    ]
    driver: Json = {"name": "gradorder", "rules": [_rule(one) for one in sorted({_id(one) for one in shown})]}
    if version:
        driver["version"] = version
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not summary.problems,
                "toolExecutionNotifications": [_notification(one) for one in summary.problems],
            }
        ],
        "results": [_result(one, summary, seen, fixed=fixed) for one in shown],
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"
    )


def _id(one: Finding) -> str:
    return one.code or one.verdict.value


def _rule(name: str) -> Json:
    found = rule(name)
    return {
        "id": name,
        "name": found.title,
        "shortDescription": {"text": found.summary},
        "fullDescription": {"text": found.section("What it does")},
        "help": {"text": found.text, "markdown": found.markdown},
    }


def _result(one: Finding, summary: Summary, seen: dict[str, int], *, fixed: bool) -> Json:
    result: Json = {
        "ruleId": _id(one),
        "kind": "fail" if one.code else "informational",
        "level": "warning" if one.code else "none",
        "message": {"text": headline(one, fixed=False)},
        "locations": [_location(one.path, one.line, one.end_line, one.function, one.cell)],
        "partialFingerprints": {"gradorder/v1": fingerprint(one, seen)},
    }
    if one.witness:
        steps = [
            {"location": _location(one.path, stop.line, None, None, stop.cell, stop.text)}
            for stop in one.witness
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    edits = summary.edits.get(one.path, ())
    if edits and one.fix and one.applied and not fixed:
        result["fixes"] = [_fix(one.path, edits)]
    if one.assumes:
        result["properties"] = {"assumes": list(one.assumes)}
    return result


def _location(
    path: str, line: int, end: int | None, function: str | None, cell: int | None, text: str = ""
) -> Json:
    region: Json = {"startLine": line}
    if end is not None:
        region["endLine"] = end
    physical: Json = {"artifactLocation": _artifact(path)}
    if cell is None:  # a line of a cell is no line of the file
        physical["region"] = region
    found: Json = {"physicalLocation": physical}
    names = [name for name in (None if cell is None else f"cell {cell}, line {line}", function) if name]
    if names:
        found["logicalLocations"] = [{"fullyQualifiedName": name} for name in names]
    if text:
        found["message"] = {"text": text}
    return found


def _artifact(path: str) -> Json:
    return {"uri": quote(path.encode("utf-8", "surrogateescape").replace(b"\\", b"/"))}


def _fix(path: str, edits: Sequence[Replacement]) -> Json:
    changes = [
        {
            "deletedRegion": {
                "startLine": one.line,
                "startColumn": 1,
                "endLine": one.end_line,
                "endColumn": one.end_column,
            },
            "insertedContent": {"text": one.text},
        }
        for one in edits
    ]
    return {
        "description": {"text": "All rewrites of this file, which hold together"},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": changes}],
    }


def _notification(one: Problem) -> Json:
    physical: Json = {"artifactLocation": _artifact(one.path)}
    if one.line is not None and one.cell is None:
        physical["region"] = {"startLine": one.line}
    location: Json = {"physicalLocation": physical}
    if one.cell is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": f"cell {one.cell}, line {one.line}"}]
    return {"level": "error", "message": {"text": one.message}, "locations": [location]}
