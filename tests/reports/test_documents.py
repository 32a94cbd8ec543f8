"""The formats that machines read: each is valid by its own rules, and says of a finding what there is to say."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from codemods.edits import LINE, Replacement, replacements
from codemods.findings import Finding, Fix, Outcome, Problem, Stop, Verdict
from codemods.reports import document
from codemods.run import Summary, summed
from codemods.settings import Settings
from codemods.work import examined
from tests.fixture_format import load_fixtures

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sarif-2.1.0.schema.json").read_text())
PAGES = [one for one in load_fixtures() if one.group in ("moves", "refusals")][::4]

ODD = Finding(
    "a folder/nätte,100%:\udcff.py", 3, 5, "Trainer.fit", Verdict.ZERO_LAST, ("self.opt",),
    "100% of it: a, b\nand \x0c < & \" ' more", fix=Fix.SAFE, applied=True, assumes=("clean-entry",),
)  # fmt: skip
HAZARD = Finding(
    "b.py", 7, 9, "fit", Verdict.HAZARD, ("opt",), "still there", witness=(Stop(2, "here"), Stop(8, "there"))
)
CELL = Finding("c.ipynb", 2, 4, "fit", Verdict.NEVER_CLEARED, ("opt",), "nothing clears", cell=3)
FINE = Finding("d.py", 1, 3, "fit", Verdict.CANONICAL, ("opt",), "zero_grad, backward, step")
PROBLEMS = (Problem("e.py", None, "unreadable"), Problem("f.py", 2, "unparsable"))
EDITS = {ODD.path: (Replacement(3, 3, 1, "x\n"), Replacement(5, 6, 1, ""))}
SUMMARY = Summary(6, 5, 1, (ODD, HAZARD, CELL, FINE), PROBLEMS, EDITS)
EMPTY = Summary(0, 0, 0, (), ())

DOCUMENTS = ("json", "sarif", "github", "gitlab", "junit")


def run_over_fixtures() -> Summary:
    found = [examined(one.name, one.before.encode(), Settings()) for one in PAGES]
    return summed(found, with_edits=True)


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("summary", [SUMMARY, EMPTY, run_over_fixtures()], ids=["odd", "empty", "fixtures"])
def test_sarif_is_valid_by_its_published_schema(summary: Summary, fixed: bool) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(document("sarif", summary, fixed=fixed)))


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = json.loads(document("sarif", SUMMARY, fixed=False))
    log["runs"][0]["results"][0]["level"] = "loud"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_a_fix_of_sarif_carried_out_gives_the_rewritten_file() -> None:
    carried_out = 0
    for page in PAGES:
        outcome = examined("a.py", page.before.encode(), Settings())
        results = json.loads(document("sarif", summed([outcome], with_edits=True), fixed=False))["runs"][0][
            "results"
        ]
        for result in results:
            for fix in result.get("fixes", ()):
                assert outcome.after is not None
                changes = fix["artifactChanges"][0]["replacements"]
                assert apply(page.before, changes) == outcome.after.decode()
                carried_out += 1
    assert carried_out > 5


def apply(text: str, changes: list[dict[str, dict[str, int]]]) -> str:
    lines = LINE.findall(text)
    starts = [sum(len(line) for line in lines[:number]) for number in range(len(lines) + 1)]
    for change in reversed(changes):
        region = change["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + str(change["insertedContent"]["text"]) + text[end:]
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc", "c\na\nb\n"),
        ("a\nb", "b"),
        ("a", "a\nb"),
        ("a\r\nb\r", "b\ra\r\n"),
        ("", "a"),
        ("a\n", ""),
    ],
)
def test_replacements_hold_at_the_end_of_a_text_without_a_newline(before: str, after: str) -> None:
    changes = [
        {
            "deletedRegion": {"startLine": one.line, "startColumn": 1, "endLine": one.end_line, "endColumn": one.end_column},
            "insertedContent": {"text": one.text},
        }
        for one in replacements(before, after)
    ]  # fmt: skip
    assert apply(before, changes) == after  # type: ignore[arg-type]


def test_sarif_shows_a_witness_as_a_code_flow() -> None:
    results = json.loads(document("sarif", SUMMARY, fixed=False))["runs"][0]["results"]
    hazard = next(one for one in results if one["ruleId"] == "hazard")
    steps = hazard["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [2, 8]
    assert [step["location"]["message"]["text"] for step in steps] == ["here", "there"]
    assert hazard["level"] == "none"


def test_what_was_rewritten_is_no_result_any_more() -> None:
    for name in ("sarif", "github", "gitlab"):
        assert "GO101" in document(name, SUMMARY, fixed=False)
        assert "GO101" not in document(name, SUMMARY, fixed=True)
    passed = ElementTree.fromstring(document("junit", SUMMARY, fixed=True))
    assert passed.get("failures") == "1"


def test_a_github_annotation_is_one_line_whatever_its_text_holds() -> None:
    lines = document("github", SUMMARY, fixed=False).removesuffix("\n").split("\n")
    assert lines[0].startswith("::error title=gradorder (GO101),file=a folder/nätte%2C100%25%3A")
    assert ",line=3,endLine=5::" in lines[0]
    assert "%0A" in lines[0]
    assert [line.partition(" ")[0] for line in lines] == [
        "::error",
        "::notice",
        "::error",
        "::error",
        "::error",
    ]
    assert "line=" not in lines[2].partition("::error")[2].partition("::")[0]


def test_gitlab_fingerprints_differ_and_do_not_depend_on_lines() -> None:
    twice = Summary(1, 1, 0, (HAZARD, HAZARD), ())
    first, second = json.loads(document("gitlab", twice, fixed=False))
    assert first["fingerprint"] != second["fingerprint"]
    moved = Finding("b.py", 70, 90, "fit", Verdict.HAZARD, ("opt",), "still there")
    (third,) = json.loads(document("gitlab", Summary(1, 1, 0, (moved,), ()), fixed=False))
    assert third["fingerprint"] == first["fingerprint"]
    assert third["location"] == {"path": "b.py", "lines": {"begin": 70, "end": 90}}


def test_a_junit_report_counts_steps_failures_and_errors() -> None:
    root = ElementTree.fromstring(document("junit", SUMMARY, fixed=False))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("6", "2", "2")
    assert [suite.get("name") for suite in root] == [
        "a folder/nätte,100%:\ufffd.py", "b.py", "c.ipynb", "d.py", "e.py", "f.py",
    ]  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_the_same_for_the_same_run_and_ends_with_a_newline(name: str) -> None:
    assert document(name, run_over_fixtures(), fixed=False) == document(
        name, run_over_fixtures(), fixed=False
    )
    assert document(name, SUMMARY, fixed=False).endswith("\n")


def test_an_outcome_without_a_rewrite_has_no_edits() -> None:
    assert summed([Outcome("a.py", b"x\n")], with_edits=True).edits == {}
