from __future__ import annotations

import json

from codemods.findings import Finding, Fix, Problem, Stop, Verdict
from codemods.reports.json import render
from codemods.run import Summary

FINDING = Finding(
    "nätte.py", 3, 5, "Trainer.fit", Verdict.ZERO_LAST, ("self.opt", "self.opt2"), "why", fix=Fix.SAFE, applied=True,
    assumes=("clean-entry",), witness=(Stop(4, "there"),),
)  # fmt: skip
SUMMARY = Summary(
    5, 4, 1, (FINDING,), (Problem("b.py", None, "unreadable"), Problem("c.py", 2, "unparsable"))
)


def test_the_document_is_the_one_that_the_readme_promises() -> None:
    assert json.loads(render(SUMMARY, fixed=True)) == {
        "version": 1,
        "files": {"scanned": 5, "parsed": 4, "changed": 1},
        "steps": [
            {
                "path": "nätte.py",
                "cell": None,
                "line": 3,
                "end_line": 5,
                "function": "Trainer.fit",
                "verdict": "zero-last",
                "code": "GO101",
                "fix": "safe",
                "applied": True,
                "optimizers": ["self.opt", "self.opt2"],
                "reason": "why",
                "assumes": ["clean-entry"],
                "witness": [{"line": 4, "text": "there"}],
            }
        ],
        "errors": [
            {"path": "b.py", "line": None, "message": "unreadable"},
            {"path": "c.py", "line": 2, "message": "unparsable"},
        ],
    }


def test_nothing_counts_as_done_where_nothing_was_written() -> None:
    document = json.loads(render(SUMMARY, fixed=False))
    assert document["files"]["changed"] == 0
    assert document["steps"][0]["applied"] is False


def test_the_document_is_plain_ascii_and_ends_with_a_newline() -> None:
    text = render(SUMMARY, fixed=False)
    assert text.isascii()
    assert text.endswith("}\n")


def test_a_name_that_is_no_unicode_does_not_stop_the_report() -> None:
    summary = Summary(1, 1, 0, (), (Problem("a\udcff.py", None, "unreadable"),))
    assert json.loads(render(summary, fixed=False))["errors"][0]["path"] == "a\udcff.py"
