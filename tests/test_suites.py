"""Where statements and their comments are: what is found from the tree of ``ast`` and the text is what libcst finds."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.moves import Position
from codemods.rewrite import RewriteFailed, concrete
from codemods.rewrite.page import Page
from codemods.rewrite.suites import NotPlain, Suite, find_suites
from codemods.syntax import Unparsable, parse, suites
from codemods.trees import walk
from tests.test_rewrite import modules, rewritten, round_trips, stdlib

if TYPE_CHECKING:
    import ast
    import random
    from pathlib import Path

INDENTS = ("", " ", "  ", "    ", "     ", "        ", "\t", "   \t")

ZERO_LAST = """import torch

model = torch.nn.Linear(2, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    model(torch.ones(2)).sum().backward()
    opt.step()
    opt.zero_grad()  # tidy up
"""


def positions(text: str) -> list[Position]:
    """The first statement of every suite, those of ``elif`` too."""
    lines = Page.of(text).lines
    firsts = [body[0] for owner in walk(parse(text)) for body in suites(owner)]
    return [
        Position(one.lineno, len(lines[one.lineno - 1].encode()[: one.col_offset].decode())) for one in firsts
    ]


def first_of(suite: Suite) -> Position:
    return suite.rows[0].smalls[0].position


def found_in(page: Page, tree: ast.Module, wanted: set[Position]) -> list[Suite]:
    try:
        return find_suites(page, tree, wanted)
    except NotPlain:
        return []


def found_alike(text: str) -> tuple[int, int]:
    """How many suites were found, each as libcst finds it, and how many are left to it."""
    page, tree, wanted = Page.of(text), parse(text), {*positions(text)}
    theirs = {first_of(one): one for one in concrete.find_suites(page, wanted)}
    found = found_in(page, tree, wanted) or [one for each in theirs for one in found_in(page, tree, {each})]
    assert {first_of(one): one for one in found} == {first_of(one): theirs[first_of(one)] for one in found}
    return len(found), len(theirs) - len(found)


def dishevelled(text: str, chance: random.Random) -> str:
    """A text with comments, blank lines and semicolons where nobody puts them."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(lines) + 1)
        kind = chance.choice(["comment", "comment", "blank", "blank", "behind", "joined"])
        if kind == "comment":
            lines.insert(at, chance.choice(INDENTS) + "# c" + chance.choice(["\n", "\n", "\r\n", " \\\n"]))
        elif kind == "blank":
            lines.insert(at, chance.choice(INDENTS) + "\n")
        elif kind == "behind" and at < len(lines):
            lines[at] = lines[at].rstrip("\n") + chance.choice([" ;", "; ", "  # x", " ; # y"]) + "\n"
        elif kind == "joined" and at + 1 < len(lines):
            glue = chance.choice(["; ", ";", " ; \\\n  ", " "])
            lines[at : at + 2] = [lines[at].rstrip("\n") + glue + lines[at + 1].lstrip()]
    return "".join(lines).rstrip("\n") + chance.choice(["\n", "\n", "", "\n  \n"])


@pytest.mark.parametrize("path", stdlib(), ids=lambda path: path.name)
def test_the_suites_of_the_standard_library_are_those_of_libcst(path: Path) -> None:
    text = path.read_bytes().decode()
    if not round_trips(text):
        assert find_suites(Page.of(text), parse(text), positions(text))
        return
    found, left = found_alike(text)
    assert "\f" in text or left * 20 <= found


@settings(max_examples=300, deadline=None)
@given(modules(), st.randoms(use_true_random=False))
def test_comments_and_blank_lines_belong_to_the_suites_that_libcst_gives_them_to(
    text: str, chance: random.Random
) -> None:
    changed = dishevelled(text, chance)
    try:
        found_alike(changed)
    except (Unparsable, RewriteFailed):
        found_alike(text)


@pytest.mark.parametrize(
    ("text", "statement", "before", "after"),
    [
        pytest.param(
            "(a): int = 1\nb()\nz()\n",
            "z()",
            "b()",
            "(a): int = 1\nz()\nb()\n",
            id="what libcst cannot read",
        ),
        pytest.param(
            "def f():\n    if a:\n        b()\n    elif c:\n        d()\n    # e\n    z()\n",
            "z()",
            "if a",
            "def f():\n    # e\n    z()\n    if a:\n        b()\n    elif c:\n        d()\n",
            id="a comment behind an elif",
        ),
        pytest.param(
            "def f():\n    if a:\n        b()\n        # e\n    z()\n",
            "z()",
            "if a",
            "def f():\n    z()\n    if a:\n        b()\n        # e\n",
            id="a comment as deep as the suite above",
        ),
        pytest.param(
            "é = 'ü'; a(); z()  # ß\n",
            "z()",
            "a()",
            "é = 'ü'; z(); a()  # ß\n",
            id="columns in bytes",
        ),
        pytest.param("a()\nz(); \\\nb()\n", "z()", "a()", "z()\na()\nb()\n", id="a line that is continued"),
        pytest.param("a()\n\x0cz()\n", "z()", "a()", "\x0cz()\na()\n", id="a form feed"),
    ],
)
def test_statements_take_their_own_comments_along(text: str, statement: str, before: str, after: str) -> None:
    assert rewritten(text, (statement, before)) == after


@pytest.mark.parametrize(("odd", "asked"), [("", False), ("\f", True)])
def test_a_plain_file_is_rewritten_without_waiting_for_libcst(
    tmp_path: Path, odd: str, *, asked: bool
) -> None:
    path = tmp_path / "train.py"
    path.write_text(ZERO_LAST + odd)
    code = "import sys, cli\ntry: cli.main()\nfinally: print('libcst' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "fix", str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith(f"{asked}\n"), done.stdout + done.stderr
    assert "    opt.zero_grad()  # tidy up\n    model(" in path.read_text()
