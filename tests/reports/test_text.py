from __future__ import annotations

from codemods.findings import Finding, Fix, Problem, Stop, Verdict
from codemods.reports.text import closing, render
from codemods.run import Summary

SAFE = Finding(
    "a.py", 3, 5, "fit", Verdict.ZERO_LAST, ("opt",), "zero_grad() comes last", fix=Fix.SAFE, applied=True
)
ASSUMING = Finding(
    "a.py", 9, 11, "fit", Verdict.ZERO_LAST, ("opt",), "zero_grad() comes last", fix=Fix.SAFE, applied=True,
    assumes=("clean-entry", "closed-world"),
)  # fmt: skip
HAZARD = Finding(
    "a.py", 20, 22, "fit", Verdict.HAZARD, ("opt",), "gradients would still be there",
    witness=(Stop(9, "loss.backward()"), Stop(103, "opt steps")),
)  # fmt: skip
UNSAFE = Finding("b.py", 1, 2, "fit", Verdict.HAZARD, ("opt",), "old gradients reach opt", fix=Fix.UNSAFE)
REPAIRED = Finding(
    "b.py", 1, 2, "fit", Verdict.HAZARD, ("opt",), "old ones reach opt", fix=Fix.UNSAFE, applied=True
)
NEVER = Finding("b.py", 7, 8, "fit", Verdict.NEVER_CLEARED, ("opt",), "nothing clears")
FINE = Finding("c.py", 1, 3, "fit", Verdict.CANONICAL, ("opt",), "zero_grad, backward, step")
PROBLEM = Problem("d.py", 3, "unreadable")


def summary(
    *findings: Finding, scanned: int = 2, changed: int = 1, problems: tuple[Problem, ...] = ()
) -> Summary:
    return Summary(scanned, scanned, changed, findings, problems)


def test_a_finding_is_one_line_with_its_code_and_whether_it_can_be_fixed() -> None:
    assert render([SAFE], fixed=False) == "a.py:3: GO101 zero-last [*]: zero_grad() comes last\n"
    assert render([SAFE], fixed=True) == "a.py:3: GO101 zero-last [fixed]: zero_grad() comes last\n"
    assert render([NEVER], fixed=True) == "b.py:7: GO202 never-cleared: nothing clears\n"
    assert render([UNSAFE], fixed=True) == "b.py:1: hazard [unsafe fix]: old gradients reach opt\n"


def test_assumptions_stand_below_a_finding() -> None:
    assert render([ASSUMING], fixed=False).splitlines()[1:] == ["    assumes clean-entry and closed-world"]


def test_the_stops_of_a_witness_stand_below_each_other() -> None:
    assert render([HAZARD], fixed=False).splitlines()[1:] == [
        "    line   9  loss.backward()",
        "    line 103  opt steps",
    ]


def test_a_canonical_step_is_not_worth_a_line() -> None:
    assert render([FINE], fixed=False) == ""


def test_quiet_leaves_out_what_is_left_alone_but_not_what_was_repaired() -> None:
    quiet = render([SAFE, HAZARD, UNSAFE, NEVER, FINE], fixed=False, quiet=True)
    assert [line.split(": ")[0] for line in quiet.splitlines()] == ["a.py:3", "b.py:7"]
    assert render([REPAIRED], fixed=True, quiet=True) == "b.py:1: hazard [fixed]: old ones reach opt\n"


def test_the_closing_line_adds_up_to_all_training_steps() -> None:
    found = summary(SAFE, ASSUMING, HAZARD, UNSAFE, NEVER, FINE)
    assert closing(found, fixed=False, diff=False) == (
        "Found 6 training steps in 2 files: 3 to change, 2 left alone, 1 canonical.\n"
        "[*] 2 can be rewritten with a proof: gradorder fix\n"
        "[unsafe fix] 1 can be repaired, which changes the training: gradorder fix --unsafe-fixes\n"
    )
    assert closing(found, fixed=True, diff=False).startswith(
        "Found 6 training steps in 2 files: 2 rewritten, 1 to change, 2 left alone, 1 canonical.\n[unsafe fix] 1 "
    )
    assert closing(found, fixed=False, diff=True).startswith(
        "Found 6 training steps in 2 files: 2 would be rewritten, 1 to change, 2 left alone, 1 canonical.\n[unsafe"
    )


def test_a_repair_counts_as_a_rewrite() -> None:
    found = summary(REPAIRED, scanned=1)
    assert closing(found, fixed=True, diff=False) == "Found 1 training step in 1 file: 1 rewritten.\n"


def test_the_closing_line_names_what_could_not_be_done() -> None:
    found = summary(scanned=1, changed=0, problems=(PROBLEM, PROBLEM))
    assert closing(found, fixed=True, diff=False) == (
        "Found no training step in 1 file.\nCould not do 2 paths: see the errors above.\n"
    )
