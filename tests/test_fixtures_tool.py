"""Every fixture page goes through the tool: verdicts, output, proof, and the same for every way to spell a page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import black
import pytest

from codemods.engine import examine
from codemods.lower import lower
from codemods.proof.align import NotTheSameProgram, pair, same_but_for_zeros
from codemods.proof.lockstep import prove
from codemods.proof.witness import Differs, Same, SameIf, Unsure
from codemods.settings import Settings
from codemods.syntax import parse
from tests.fixture_format import FIXTURES, Fixture, load_fixtures

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.findings import Outcome
    from codemods.proof.witness import Proof

PAGES = load_fixtures()
ROOT = FIXTURES.parent

DEFAULT = Settings()


def pages(*groups: str) -> pytest.MarkDecorator:
    """Every page of some groups, of all without any."""
    chosen = [one for one in PAGES if not groups or one.group in groups]
    return pytest.mark.parametrize("page", chosen, ids=lambda page: page.name)


every_page, every_move, every_repair, every_refusal = (
    pages(),
    pages("moves"),
    pages("repairs"),
    pages("refusals"),
)


def options(page: Fixture, *, unsafe: bool = False) -> Settings:
    """What the tool is asked for."""
    codes = DEFAULT.codes if page.select is None else frozenset({page.select})
    return Settings(codes=codes, unsafe_fixes=unsafe)


def examined(text: str | bytes, options: Settings = DEFAULT) -> Outcome:
    outcome = examine("page.py", text.encode() if isinstance(text, str) else text, options)
    assert outcome.problem is None
    return outcome


def said(outcome: Outcome) -> list[tuple[str, str | None, str | None]]:
    """Verdict, code and fix of every training step."""
    return [(one.verdict.value, one.code, one.fix.value if one.fix else None) for one in outcome.findings]


def wanted(page: Fixture) -> list[tuple[str, str | None, str | None]]:
    return [(one.verdict, one.code, one.fix) for one in page.expect]


def result(page: Fixture, *, unsafe: bool = False) -> str:
    """What the file holds once the tool has run."""
    made = page.group == "moves" or (page.group == "repairs" and unsafe)
    return page.other if made and page.other else page.before


def output(outcome: Outcome) -> bytes:
    return outcome.before if outcome.after is None else outcome.after


def proof(before: str, after: str) -> Proof:
    program = lower(parse(before))
    return prove(program, pair(program, lower(parse(after))))


# What the tool says and does


@every_page
def test_every_training_step_gets_its_verdict(page: Fixture) -> None:
    assert said(examined(page.before, options(page))) == wanted(page)


@every_page
def test_moves_are_carried_out_byte_for_byte_and_nothing_else_is_touched(page: Fixture) -> None:
    outcome = examined(page.before, options(page))
    assert output(outcome).decode() == result(page)
    assert (outcome.after is not None) == (page.group == "moves")


@every_repair
def test_repairs_are_made_when_unsafe_fixes_are_wanted_and_then_all_is_in_order(page: Fixture) -> None:
    outcome = examined(page.before, options(page, unsafe=True))
    assert output(outcome).decode() == page.other
    assert all(one.applied == (one.fix is not None) for one in outcome.findings)
    assert said(outcome) == wanted(page)
    again = examined(output(outcome), options(page, unsafe=True))
    assert again.after is None
    assert all(one.fix is None and one.code is None for one in again.findings)


@every_page
def test_unsafe_fixes_change_repairs_alone(page: Fixture) -> None:
    outcome = examined(page.before, options(page, unsafe=True))
    assert output(outcome).decode() == result(page, unsafe=True)


@every_page
def test_a_second_pass_changes_nothing(page: Fixture) -> None:
    assert examined(result(page), options(page)).after is None


@every_page
def test_every_finding_has_a_reason_and_lines_of_the_file(page: Fixture) -> None:
    lines = page.before.count("\n")
    for one in examined(page.before, options(page)).findings:
        assert one.reason.strip()
        assert "\n" not in one.reason
        assert 1 <= one.line <= one.end_line <= lines
        assert all(1 <= stop.line <= lines and "\n" not in stop.text for stop in one.witness)


@every_page
def test_what_black_leaves_alone_it_leaves_alone_afterwards(page: Fixture) -> None:
    for unsafe in (False, True):
        after = output(examined(page.before, options(page, unsafe=unsafe))).decode()
        if page.black:
            assert black.format_str(after, mode=black.Mode(line_length=110)) == after


# What the proof says

NO_PROOF = "replaced"
"""The topic of files of which nothing is proved: zero_grad, step or backward mean something else in them."""
NO_MOVE = "placement"
"""The topic of rewrites that the proof is never asked about: names and None would not be what they are elsewhere."""


@every_page
def test_a_program_is_proved_equal_to_itself(page: Fixture) -> None:
    for version in filter(None, (page.before, page.other)):
        wanted_answer = Unsure if page.topic == NO_PROOF else Same | SameIf
        assert isinstance(proof(version, version), wanted_answer)


@every_move
def test_a_move_is_proved(page: Fixture) -> None:
    assert page.other
    assert isinstance(proof(page.before, page.other), Same | SameIf)


@every_repair
def test_a_repair_is_told_from_a_move(page: Fixture) -> None:
    assert page.other
    assert isinstance(proof(page.before, page.other), Differs)


@every_refusal
def test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference(page: Fixture) -> None:
    assert page.other
    if page.topic == NO_PROOF:
        assert isinstance(proof(page.before, page.other), Unsure)
        return
    if page.topic == NO_MOVE:
        assert all(", but " in one.reason for one in examined(page.before).findings)
        return
    if not same_but_for_zeros(parse(page.before), parse(page.other)):
        with pytest.raises(NotTheSameProgram):
            proof(page.before, page.other)
        return
    try:
        answer = proof(page.before, page.other)
    except NotTheSameProgram:
        # What looks like a clearing by hand turned out to be more, or less.
        assert page.topic == "by-hand"
        return
    assert isinstance(answer, Differs)
    assert answer.path
    assert all(1 <= stop.line <= page.before.count("\n") for stop in answer.path)


# The same page in other clothes


def with_carriage_returns(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def with_tabs(text: str) -> bytes:
    return re.sub(
        "^(?:    )+", lambda match: "\t" * (len(match.group()) // 4), text, flags=re.MULTILINE
    ).encode()


def with_byte_order_mark(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.encode()


def without_last_newline(text: str) -> bytes:
    return text.rstrip("\n").encode()


def in_a_function(text: str) -> bytes:
    return ("def wrapper():\n" + textwrap.indent(text, "    ") + "\n\nwrapper()\n").encode()


VARIANTS = [with_carriage_returns, with_tabs, with_byte_order_mark, without_last_newline, in_a_function]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
@every_page
def test_a_page_in_other_clothes_gets_the_same_outcome(
    page: Fixture, variant: Callable[[str], bytes]
) -> None:
    settings = options(page, unsafe=page.group == "repairs")
    outcome = examined(variant(page.before), settings)
    expected = result(page, unsafe=True)
    if variant is in_a_function and page.name == "moves/torch/warm_up_step_before_the_loop.py":
        # The suite of a function is a training step's own: zero_grad goes above everything in it.
        expected = 'optimizer.zero_grad()\nprint("warming up")\n' + expected.split("\n", 2)[2]
    assert said(outcome) == wanted(page)
    assert output(outcome) == variant(expected)
    assert examined(output(outcome), settings).after is None


# The same whatever the circumstances


def test_outcomes_do_not_depend_on_the_order_of_the_files() -> None:
    forwards = [examined(page.before) for page in PAGES]
    backwards = [examined(page.before) for page in reversed(PAGES)]
    assert forwards == backwards[::-1]


def as_json(seed: int, paths: list[str]) -> bytes:
    """What ``gradorder check`` prints of the fixtures' folder in a fresh interpreter with this hash seed."""
    command = [sys.executable, str(ROOT / "cli.py"), "check", "--output-format", "json", *paths]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert run.returncode == 1, run.stderr.decode()
    return run.stdout


def test_the_report_does_not_depend_on_the_hash_seed_or_on_the_order_of_paths() -> None:
    names = [f"fixtures/{page.name}" for page in PAGES]
    folders = sorted({f"fixtures/{page.group}" for page in PAGES})
    reports = [
        as_json(0, folders),
        as_json(1, names[::-1]),
        as_json(2, [*names[1::2], *names[::2], *folders]),
    ]
    assert reports[0] == reports[1] == reports[2]
