"""The rules: every code and verdict has a page, and what is generated from the pages is up to date."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.findings import CODES, Verdict
from codemods.reports import rule_pages
from codemods.rules import SECTIONS, NoSuchRule, Rule, rule, rules

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_page_under_its_code(verdict: Verdict) -> None:
    assert rule(verdict.value).code == CODES.get(verdict)


@pytest.mark.parametrize("one", rules(), ids=lambda one: one.name)
def test_a_page_has_its_sections_and_its_example_is_python(one: Rule) -> None:
    wanted = SECTIONS if one.code else (*SECTIONS[:3], "What to do")
    assert tuple(part.partition("\n")[0] for part in one.markdown.split("\n## ")[1:]) == wanted
    assert all(one.section(heading) for heading in wanted)
    assert one.action
    for heading in ("Example", "Use instead"):
        code = one.section(heading).removeprefix("```python\n").removesuffix("```")
        ast.parse(code)


def test_a_rule_is_found_by_its_code_or_its_verdict_in_any_case() -> None:
    assert rule("go101") == rule("zero-last") == rule("GO101")
    with pytest.raises(NoSuchRule):
        rule("GO999")


def test_an_unknown_code_names_the_nearest() -> None:
    with pytest.raises(rule_pages.NoSuchRule, match="Do you mean GO101"):
        rule_pages.page("GO1O1")


def test_the_documentation_is_as_generated() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "documentation.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
