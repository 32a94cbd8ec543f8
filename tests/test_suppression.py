"""Comments that suppress: what they leave alone, which of them are idle, and what removing those leaves behind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codemods.engine import examine
from codemods.settings import Settings
from codemods.suppressions import Leftover, complaints, marked, stripped, suppressions
from tests.test_cli import HAZARD, NEVER_CLEARED, ZERO_FIRST, ZERO_LAST, gradorder

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.findings import Outcome

USUAL = Settings()
REMOVING = Settings(remove_unused=True)


def examined(text: str, settings: Settings = USUAL) -> Outcome:
    outcome = examine("page.py", text.encode(), settings)
    assert outcome.problem is None
    return outcome


def said(text: str, settings: Settings = USUAL) -> list[str]:
    return [one.code or one.verdict.value for one in examined(text, settings).findings]


def with_comment(text: str, line: int, comment: str = "# gradorder: ignore") -> str:
    lines = text.splitlines()
    lines[line - 1] += f"  {comment}"
    return "\n".join(lines) + "\n"


# What is left alone


@pytest.mark.parametrize("line", [1, 2, 3, 4, 5])
def test_a_comment_on_any_line_of_the_loop_keeps_its_training_step(line: int) -> None:
    text = with_comment(ZERO_LAST, line)
    outcome = examined(text)
    assert (outcome.after, outcome.findings, outcome.suppressed) == (None, (), 1)


def test_a_comment_on_a_line_of_its_own_speaks_of_the_line_below() -> None:
    above = "# gradorder: ignore\n# so that the old curves can be compared\n\n" + ZERO_LAST
    inside = ZERO_LAST.replace("    loss.b", "    # gradorder: ignore\n    loss.b")
    assert said(above) == said(inside) == []


def test_a_comment_behind_the_step_keeps_nothing() -> None:
    assert said(ZERO_LAST + "print()  # gradorder: ignore\n") == ["GO101", "GO900"]


def test_a_comment_in_one_step_of_a_loop_speaks_of_that_step_alone() -> None:
    text = (
        "for x, y in loader:\n"
        "    loss_fn(g(x), y).backward()\n    opt_g.step()\n    opt_g.zero_grad()\n"
        "    loss_fn(d(x), y).backward()\n    opt_d.step()\n    opt_d.zero_grad()\n"
    )
    for line, kept in ((3, "opt_d"), (6, "opt_g")):
        findings = examined(with_comment(text, line)).findings
        assert [one.optimizers for one in findings] == [(kept,)]
    assert said(with_comment(text, 1)) == []


def test_codes_in_brackets_suppress_only_themselves() -> None:
    for comment, left in {
        "# gradorder: ignore[GO101]": [],
        "# gradorder: ignore[ GO201 , go101 ]": ["GO900"],
        "#gradorder:ignore[GO202]": ["GO900", "GO101"],
        "# noqa  # gradorder: ignore[GO101]  # and more": [],
        "# gradorder: ignore because of the old curves": [],
    }.items():
        assert sorted(said(with_comment(ZERO_LAST, 4, comment))) == sorted(left)


def test_verdicts_without_a_code_are_suppressed_by_the_bare_comment() -> None:
    assert said(HAZARD) == ["hazard"]
    assert said(with_comment(HAZARD, 4)) == []
    accumulation = ZERO_LAST.replace("    optimizer.", "    if x % 4 == 0:\n        optimizer.", 1).replace(
        "    optimizer.z", "        optimizer.z"
    )
    assert said(accumulation) == ["accumulation"]
    assert said(with_comment(accumulation, 3)) == []
    assert said(with_comment(accumulation, 3, "# gradorder: ignore[GO101]")) == ["accumulation", "GO900"]


def test_a_code_of_a_step_that_turns_out_a_hazard_still_keeps_it_from_unsafe_fixes() -> None:
    residual = "loss_fn(model(first), last).backward()\n" + ZERO_LAST
    unsafe = Settings(unsafe_fixes=True)
    assert examined(residual, unsafe).after is not None
    assert examined(with_comment(residual, 5, "# gradorder: ignore[GO101]"), unsafe).after is None


def test_ignore_file_speaks_of_every_step_wherever_it_stands() -> None:
    for text in (
        "# gradorder: ignore-file\n" + ZERO_LAST + NEVER_CLEARED,
        ZERO_LAST + "# gradorder: ignore-file",
    ):
        assert said(text) == []
    coded = "# gradorder: ignore-file[GO202]\n" + ZERO_LAST + NEVER_CLEARED
    assert "GO202" not in said(coded)
    assert "GO101" in said(coded) or "hazard" in said(coded)


def test_text_in_a_string_is_no_comment() -> None:
    text = f'"""\n# gradorder: ignore-file\n"""\n{ZERO_LAST}x = "# gradorder: ignore"\n'
    assert said(text) == ["GO101"]
    assert said(ZERO_LAST + "print(f'{x!r:# gradorder: ignore}')\n") == ["GO101"]


def test_the_proof_of_the_others_counts_a_suppressed_call_as_unmoved() -> None:
    both = ZERO_LAST + ZERO_LAST
    assert said(both) == ["GO101", "GO101"]
    assert said(with_comment(both, 10)) == ["hazard"]
    assert examined(with_comment(both, 10)).after is None


def test_a_call_that_clears_for_a_suppressed_step_as_well_is_not_moved() -> None:
    text = (
        "for x, y in loader:\n"
        "    loss_fn(model(x), y).backward()\n    opt_a.step()\n"
        "    loss_fn(model(x), y).backward()\n    opt_b.step()\n"
        "    model.zero_grad()\n"
    )
    lines = {one.line for one in examined(text).findings}
    for line in lines:
        assert examined(with_comment(text, line)).after is None


def test_a_suppressed_step_does_not_count_for_the_exit_status(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(with_comment(ZERO_LAST, 5))
    for arguments in (["check"], ["fix"], ["fix", "--diff"]):
        ended = gradorder(*arguments, cwd=tmp_path)
        assert ended == (0, "", "Found 1 training step in 1 file: 1 suppressed.\n")


# Idle comments


def test_a_comment_that_suppresses_nothing_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(with_comment(ZERO_FIRST, 4))
    status, out, err = gradorder("check", "--output-format", "concise", cwd=tmp_path)
    assert status == 1
    assert out == "page.py:4: GO900 unused-suppression: `# gradorder: ignore` suppresses nothing\n"
    assert err == (
        "Found 1 training step in 1 file: 1 canonical; 1 unused suppression.\n"
        "gradorder fix --select GO900 removes unused suppressions\n"
    )


def test_a_code_that_is_not_selected_is_not_held_against_a_comment() -> None:
    text = with_comment(ZERO_LAST, 4, "# gradorder: ignore[GO202]")
    assert said(text, Settings(codes=frozenset({"GO101", "GO900"}))) == ["GO101"]
    assert said(text, Settings(codes=frozenset({"GO101"}))) == ["GO101"]


def test_a_comment_that_names_go900_is_never_idle() -> None:
    assert said(with_comment(ZERO_FIRST, 4, "# gradorder: ignore[GO101, GO900]")) == ["canonical"]


def test_idle_comments_go_when_they_are_selected_by_name_only(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    text = with_comment(ZERO_FIRST, 4)
    page.write_text(text)
    assert gradorder("fix", cwd=tmp_path).status == 1
    assert page.read_text() == text
    assert gradorder("fix", "--select", "GO900", cwd=tmp_path).status == 0
    assert page.read_text() == ZERO_FIRST
    assert gradorder("fix", "--select", "GO900", cwd=tmp_path).status == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # gradorder: ignore\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1\t# gradorder: ignore # noqa\n", "x = 1\t# noqa\n"),
        ("x = 1  # noqa # gradorder: ignore\n", "x = 1  # noqa\n"),
        ("if x:\n    # gradorder: ignore-file\n    y = 1\n", "if x:\n    y = 1\n"),
        ("if x:\n    # gradorder: ignore  # why\n    y = 1\n", "if x:\n    # why\n    y = 1\n"),
        ("x = (\n    1,  # gradorder: ignore[GO101]\n    2\n)\n", "x = (\n    1,\n    2\n)\n"),
        ("x = 1\n\n# gradorder: ignore", "x = 1\n\n"),
        ("\x0cx = '# gradorder: ignore' # gradorder: ignore\n", "\x0cx = '# gradorder: ignore'\n"),
        ("x = 1  # gradorder: ignore  \t\ny  =  2 \n", "x = 1\ny  =  2 \n"),
    ],
)
def test_removing_a_comment_keeps_every_other_byte(before: str, after: str) -> None:
    text, mark = marked(before, [Leftover(one) for one in suppressions(before)])
    assert stripped(text, mark) == after


def test_removing_goes_with_rewriting_and_takes_only_the_idle_comments() -> None:
    idle = "    # clear\n    # gradorder: ignore[GO201]\n    optimizer.z"
    tail = "x = 1  # gradorder: ignore[GO900]\n"
    after = examined(ZERO_LAST.replace("    optimizer.z", idle) + tail, REMOVING).after
    assert after is not None
    assert after.decode() == ZERO_FIRST.replace("    optimizer.z", "    # clear\n    optimizer.z") + tail
    assert examined(after.decode(), REMOVING).after is None


def test_of_several_codes_only_the_idle_ones_go() -> None:
    text = with_comment(ZERO_LAST, 3, "# gradorder: ignore[GO201, GO101, GO999]  # why")
    after = examined(text, REMOVING).after
    assert after == with_comment(ZERO_LAST, 3, "# gradorder: ignore[GO101]  # why").encode()


@example(["\\", "# gradorder: ignore"], "\n")
@given(
    st.lists(
        st.sampled_from(
            ["x = 1", "", "# gradorder: ignore", "y = '''# gradorder: ignore", "'''", "  # gradorder: ignore[GO101]",
             "# é # gradorder: ignore-file # x", "\\", "f(", ")", "if x:", "    pass", "\x0c", "s = '#gradorder-nothing'"]
        ),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)  # fmt: skip
def test_removing_every_comment_leaves_the_same_program(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    try:
        before = ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return
    found = suppressions(text)
    new, mark = marked(text, [Leftover(one) for one in found])
    assert len(new.splitlines()) == len(text.splitlines())
    after = stripped(new, mark)
    assert ast.dump(ast.parse(after)) == before
    assert not suppressions(after)


# Complaints


def test_an_unknown_code_is_a_warning_that_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(with_comment(ZERO_LAST, 3, "# gradorder: ignore[GO1O1]"))
    status, out, err = gradorder("check", cwd=tmp_path)
    assert status == 1
    assert "GO101" in out
    assert err.startswith("warning: page.py:3: there is no code GO1O1; the nearest is GO101\n")


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("# gradorder: ingore", "`# gradorder: ingore` means nothing; do you mean ignore?"),
        ("# gradorder: ignore_file", "`# gradorder: ignore_file` means nothing; do you mean ignore-file?"),
        ("# gradorder: ignore[GO101", "the bracket of `# gradorder: ignore[GO101` is not closed"),
        ("# gradorder: ignore[]", "`# gradorder: ignore[]` names no code and suppresses nothing"),
        ("# gradorder: it moves zero_grad", None),
        ("# gradorder: ignore[GO101] # gradorder", None),
    ],
)
def test_what_looks_like_a_suppression_and_is_none_is_named(comment: str, complaint: str | None) -> None:
    assert [one.message for one in complaints(f"x = 1  {comment}\n")] == ([complaint] if complaint else [])
