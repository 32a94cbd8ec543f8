from __future__ import annotations

import ast
import random
import re
import sysconfig
import tokenize
from pathlib import Path
from textwrap import dedent

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.moves import Move, Position
from codemods.rewrite import RewriteFailed, concrete, rewrite
from codemods.rewrite.page import Page

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def at(text: str, marker: str) -> Position:
    """The position of the only occurrence of ``marker``."""
    assert text.count(marker) == 1, f"{marker!r} must occur once"
    before = LINE.findall(text[: text.index(marker)] + "x")
    return Position(len(before), len(before[-1]) - 1)


def move(text: str, statement: str, before: str) -> Move:
    return Move(at(text, statement), at(text, before))


def rewritten(text: str, *moves: tuple[str, str]) -> str:
    return rewrite(text, [move(text, *pair) for pair in moves])


def blacked(text: str) -> str:
    return black.format_str(text, mode=black.Mode())


# The text before, the text after, and the moves as pairs of markers: the start of the statement, that of its target.
# These are stable under black; ``VERBATIM`` are not.
STABLE: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "the last statement of a loop goes to its top": (
        """
        for x in loader:
            loss = f(x)
            loss.backward()
            opt.step()
            opt.zero_grad()
        """,
        """
        for x in loader:
            opt.zero_grad()
            loss = f(x)
            loss.backward()
            opt.step()
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "a whole loop goes with the comments in it": (
        """
        for x in loader:
            loss.backward()
            opt.step()

            # above
            for p in ps:  # behind
                # inside

                p.grad = None

                # at its end
            # footer
        done()
        """,
        """
        for x in loader:
            # above
            for p in ps:  # behind
                # inside

                p.grad = None

                # at its end
            loss.backward()
            opt.step()

            # footer
        done()
        """,
        [("for p in", "loss.b")],
    ),
    "a whole branch goes above an import": (
        """
        def step():
            import os

            loss.backward()
            if w.grad is not None:
                w.grad.zero_()

            return os
        """,
        """
        def step():
            if w.grad is not None:
                w.grad.zero_()
            import os

            loss.backward()

            return os
        """,
        [("if w", "import")],
    ),
    "its comments go with it": (
        """
        for x in loader:
            # forward
            loss = f(x)
            loss.backward()
            opt.step()

            # first line
            # second line
            opt.zero_grad(set_to_none=True)  # behind
            # footer
        done()
        """,
        """
        for x in loader:
            # first line
            # second line
            opt.zero_grad(set_to_none=True)  # behind
            # forward
            loss = f(x)
            loss.backward()
            opt.step()

            # footer
        done()
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "a comment above a blank line stays, in the footer": (
        """
        for x in loader:
            loss = f(x)
            opt.step()

            # about the loop

            opt.zero_grad()
        done()
        """,
        """
        for x in loader:
            opt.zero_grad()
            loss = f(x)
            opt.step()

            # about the loop
        done()
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "a comment above a blank line stays, above what follows": (
        """
        for x in loader:
            loss = f(x)
            # about the loop

            # own
            opt.zero_grad()
            log(loss)
        """,
        """
        for x in loader:
            # own
            opt.zero_grad()
            loss = f(x)
            # about the loop

            log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "the comment that ends an inner block stays in it": (
        """
        for x in loader:
            loss = f(x)
            if loss:
                log(loss)
                # of the inner block
            # own
            opt.zero_grad()
            log(loss)
        """,
        """
        for x in loader:
            # own
            opt.zero_grad()
            loss = f(x)
            if loss:
                log(loss)
                # of the inner block
            log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "a comment that governs lines stays": (
        """
        for x in loader:
            # fmt: off
            loss = f( x )
            # fmt: on
            opt.zero_grad()
            log(loss)
        """,
        """
        for x in loader:
            # fmt: off
            opt.zero_grad()
            loss = f( x )
            # fmt: on
            log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "its blank line stays above what follows": (
        """
        def f():
            loss = g()

            opt.zero_grad()
            log(loss)
        """,
        """
        def f():
            opt.zero_grad()
            loss = g()

            log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "its blank line goes when what follows has one": (
        """
        def f():
            loss = g()

            opt.zero_grad()

            # c
            log(loss)
        """,
        """
        def f():
            opt.zero_grad()
            loss = g()

            # c
            log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "its blank line goes when it was last": (
        """
        def f():
            loss = g()

            opt.zero_grad()


        f()
        """,
        """
        def f():
            opt.zero_grad()
            loss = g()


        f()
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "the longer run of blank lines stays": (
        """
        loss = g()


        opt.zero_grad()

        log(loss)
        """,
        """
        opt.zero_grad()
        loss = g()


        log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "an import wants one blank line below": (
        """
        loss = g()
        import a

        opt.zero_grad()


        log(loss)
        """,
        """
        opt.zero_grad()
        loss = g()
        import a

        log(loss)
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "a docstring keeps its blank line": (
        '''
        def f():
            """Train."""

            # forward
            loss = g()
            opt.zero_grad()
        ''',
        '''
        def f():
            """Train."""

            opt.zero_grad()
            # forward
            loss = g()
        ''',
        [("opt.zero_grad", "loss =")],
    ),
    "a docstring without a blank line gets none": (
        '''
        def f():
            """Train."""
            loss = g()
            opt.zero_grad()
        ''',
        '''
        def f():
            """Train."""
            opt.zero_grad()
            loss = g()
        ''',
        [("opt.zero_grad", "loss =")],
    ),
    "imports keep their blank line": (
        """
        def f():
            import a

            loss = g()
            opt.zero_grad()
        """,
        """
        def f():
            import a

            opt.zero_grad()
            loss = g()
        """,
        [("opt.zero_grad", "loss =")],
    ),
    "between two imports it gets a blank line": (
        """
        def f():
            import a
            import b

            opt.zero_grad()
        """,
        """
        def f():
            import a

            opt.zero_grad()
            import b
        """,
        [("opt.zero_grad", "import b")],
    ),
    "a nested function gets a blank line above": (
        """
        for x in loader:

            @cached
            def closure():
                return f(x)

            opt.step(closure)
            opt.zero_grad()
        """,
        """
        for x in loader:

            opt.zero_grad()

            @cached
            def closure():
                return f(x)

            opt.step(closure)
        """,
        [("opt.zero_grad", "def closure")],
    ),
    "a nested function with a comment gets a blank line above both": (
        """
        for x in loader:
            # why
            def closure():
                return f(x)

            opt.step(closure)
            opt.zero_grad()
        """,
        """
        for x in loader:
            opt.zero_grad()

            # why
            def closure():
                return f(x)

            opt.step(closure)
        """,
        [("opt.zero_grad", "def closure")],
    ),
    "a class at module level gets two": (
        """
        a()


        class A:
            pass


        opt.zero_grad()
        """,
        """
        a()


        opt.zero_grad()


        class A:
            pass
        """,
        [("opt.zero_grad", "class A")],
    ),
    "a compound statement is a target like any other": (
        """
        def f():
            if x:
                a()
            else:
                b()
            # why
            opt.zero_grad()
            return 1
        """,
        """
        def f():
            # why
            opt.zero_grad()
            if x:
                a()
            else:
                b()
            return 1
        """,
        [("opt.zero_grad", "if x")],
    ),
    "a statement on several lines goes as it is": (
        """
        async def f():
            a()
            await opt.zero_grad(
                # inside
                set_to_none=True,
            )  # behind
        """,
        """
        async def f():
            await opt.zero_grad(
                # inside
                set_to_none=True,
            )  # behind
            a()
        """,
        [("await opt.zero_grad", "a()")],
    ),
    "two moves with one target keep their order": (
        """
        for x in loader:
            a()
            b()
            # of d
            opt_d.zero_grad()

            opt_g.zero_grad()  # of g
            c()
        """,
        """
        for x in loader:
            # of d
            opt_d.zero_grad()
            opt_g.zero_grad()  # of g
            a()
            b()

            c()
        """,
        [("opt_g.zero_grad", "a()"), ("opt_d.zero_grad", "a()")],
    ),
    "moves in nested suites happen together": (
        """
        for x in loader:
            a()
            for y in x:
                b()
                inner.zero_grad()
            outer.zero_grad()
        else:
            c()
            last.zero_grad()
        """,
        """
        for x in loader:
            outer.zero_grad()
            a()
            for y in x:
                inner.zero_grad()
                b()
        else:
            last.zero_grad()
            c()
        """,
        [("outer.zero_grad", "a()"), ("inner.zero_grad", "b()"), ("last.zero_grad", "c()")],
    ),
    "a target that moves stands for its place": (
        """
        for x in loader:
            a()

            # of d
            opt_d.zero_grad()
            b()
            opt_g.zero_grad()
        """,
        """
        for x in loader:
            # of d
            opt_d.zero_grad()
            a()

            opt_g.zero_grad()
            b()
        """,
        [("opt_g.zero_grad", "opt_d.zero_grad"), ("opt_d.zero_grad", "a()")],
    ),
    "a form feed stays": (
        "a()\n\x0c\nopt.zero_grad()\n\nb()\n",
        "opt.zero_grad()\na()\n\x0c\nb()\n",
        [("opt.zero_grad", "a()")],
    ),
    "a comment at the top of the file stays there": (
        "# -*- coding: utf-8 -*-\na()\nopt.zero_grad()\n",
        "# -*- coding: utf-8 -*-\nopt.zero_grad()\na()\n",
        [("opt.zero_grad", "a()")],
    ),
}

VERBATIM: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "the first of a line": (
        "for x in l:\n    b()\n    # stays\n    z(); a() ; c()  # stays\n",
        "for x in l:\n    z()\n    b()\n    # stays\n    a() ; c()  # stays\n",
        [("z()", "b()")],
    ),
    "the middle of a line": (
        "for x in l:\n    b()\n    a() ;z();  c();\n",
        "for x in l:\n    z()\n    b()\n    a() ;c();\n",
        [("z()", "b()")],
    ),
    "the last of a line": (
        "for x in l:\n    b()\n    a() ; z()  # stays\n",
        "for x in l:\n    z()\n    b()\n    a()  # stays\n",
        [("z()", "b()")],
    ),
    "the last of a line with a semicolon behind": (
        "for x in l:\n    b()\n    a(); z() ;\n",
        "for x in l:\n    z()\n    b()\n    a() ;\n",
        [("z()", "b()")],
    ),
    "a line of which all moves to one place moves as it is": (
        "for x in l:\n    b()\n    # c\n    y() ;z();  # d\n",
        "for x in l:\n    # c\n    y() ;z();  # d\n    b()\n",
        [("z()", "b()"), ("y()", "b()")],
    ),
    "a line of which all moves to two places shares out its comments": (
        "for x in l:\n    a()\n    b()\n    # c\n    y() ;z();  # d\n",
        "for x in l:\n    # c\n    y()\n    a()\n    z();  # d\n    b()\n",
        [("z()", "b()"), ("y()", "a()")],
    ),
    "before the middle of a line": (
        "for x in l:\n    a(); b() ; c()  # d\n    # above\n    z()  # behind\n",
        "for x in l:\n    # above\n    # behind\n    a(); z(); b() ; c()  # d\n",
        [("z()", "b()")],
    ),
    "before the first of its own line": (
        "for x in l:\n    # stays\n    a(); z()  # stays\n",
        "for x in l:\n    z()\n    # stays\n    a()  # stays\n",
        [("z()", "a()")],
    ),
    "before another of its own line": (
        "for x in l:\n    a(); b();z()  # stays\n",
        "for x in l:\n    a(); z(); b()  # stays\n",
        [("z()", "b()")],
    ),
    "in a one-line suite": (
        "for x in l: a();b(); z()  # stays\n",
        "for x in l: z(); a();b()  # stays\n",
        [("z()", "a()")],
    ),
    "in a one-line suite with a continuation": (
        "for x in l: \\\n  a(); \\\n  b(); z();\n",
        "for x in l: \\\n  z(); a(); \\\n  b();\n",
        [("z()", "a()")],
    ),
    "two of a one-line suite": (
        "if x: y(); a(); b(); z()\n",
        "if x: y(); z(); a(); b()\n",
        [("z()", "a()")],
    ),
    "a chain on one line": (
        "if x: a(); y(); z()\n",
        "if x: y(); a(); z()\n",
        [("z()", "y()"), ("y()", "a()")],
    ),
    "a call continued by a backslash": (
        "if x:\n    a()\n    opt \\\n  .zero_grad( )\n    b = 1 + \\\n       2\n",
        "if x:\n    opt \\\n  .zero_grad( )\n    a()\n    b = 1 + \\\n       2\n",
        [("opt ", "a()")],
    ),
    "parentheses around the statement": (
        "if x:\n    a()\n    (opt\n .zero_grad())\n",
        "if x:\n    (opt\n .zero_grad())\n    a()\n",
        [("(opt", "a()")],
    ),
    "blank lines with white space, odd comments and a wide character": (
        "if x:\n   a('é'); y()\n  \t\n# low\n       # high\n   é = 'é'; z()\n \n   c()\n",
        "if x:\n   z()\n   a('é'); y()\n  \t\n# low\n       # high\n   é = 'é'\n \n   c()\n",
        [("z()", "a(")],
    ),
    "a form feed in front of a statement": (
        "if x:\n\x0c    a()\n  \x0c    b()\n\x0c    c(); z()\n",
        "if x:\n    z()\n\x0c    a()\n  \x0c    b()\n\x0c    c()\n",
        [("z()", "a()")],
    ),
    "a form feed in the blank lines above and below": (
        "def f():\n    a()\n\x0c\n    z()\n\n    b()\n\n    y()\n \x0c\n    c()\n    \x0c\n    x()\n",
        "def f():\n    z()\n    y()\n    x()\n    a()\n\x0c\n    b()\n \x0c\n    c()\n    \x0c\n",
        [("z()", "a()"), ("y()", "a()"), ("x()", "a()")],
    ),
    "a string with lines that look like code": (
        'if x:\n    a("""\n    # c\n""")\n    z("""\n\n    # d\n    """)\n    b()\n',
        'if x:\n    z("""\n\n    # d\n    """)\n    a("""\n    # c\n""")\n    b()\n',
        [("z(", "a(")],
    ),
}

TABLE = {
    name: (dedent(before).lstrip("\n"), dedent(after).lstrip("\n"), moves)
    for name, (before, after, moves) in {**STABLE, **VERBATIM}.items()
}


def moves_of(text: str, pairs: list[tuple[str, str]]) -> list[Move]:
    return [move(text, *pair) for pair in pairs]


@pytest.mark.parametrize("name", TABLE)
def test_moves_the_statement_and_nothing_else(name: str) -> None:
    before, after, pairs = TABLE[name]
    assert rewritten(before, *pairs) == after


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.parametrize("name", TABLE)
def test_keeps_other_line_ends(name: str, newline: str) -> None:
    before, after, pairs = TABLE[name]
    assert rewritten(before.replace("\n", newline), *pairs) == after.replace("\n", newline)


@pytest.mark.parametrize("name", [name for name in STABLE if "fmt" not in STABLE[name][0]])
def test_keeps_tabs(name: str) -> None:
    before, after, pairs = TABLE[name]
    assert rewritten(before.replace("    ", "\t"), *pairs) == after.replace("    ", "\t")


@pytest.mark.parametrize("name", TABLE)
def test_keeps_a_missing_newline_at_the_end(name: str) -> None:
    before, after, pairs = TABLE[name]
    assert rewritten(before.removesuffix("\n"), *pairs) == after.removesuffix("\n")


@pytest.mark.parametrize("name", STABLE)
def test_what_black_leaves_alone_it_leaves_alone_afterwards(name: str) -> None:
    before, after, _ = TABLE[name]
    assert blacked(before) == before
    assert blacked(after) == after


@pytest.mark.parametrize("name", TABLE)
def test_one_move_at_a_time_gives_a_text_that_parses(name: str) -> None:
    before, _, pairs = TABLE[name]
    for pair in pairs:
        ast.parse(rewritten(before, pair))


def test_without_moves_the_text_is_the_same_object() -> None:
    text = "not python\r at all \x0c"
    assert rewrite(text, []) is text


def test_mixed_line_ends_stay_with_their_lines() -> None:
    before = "for x in l:\r\n    a()\r    # c\n    b()\r\n\n    # d\r    z()\r\n    c()\n"
    after = "for x in l:\r\n    # d\r    z()\r\n    a()\r    # c\n    b()\r\n\n    c()\n"
    assert rewritten(before, ("z()", "a()")) == after


def test_a_lone_carriage_return_may_come_to_stand_before_an_empty_line() -> None:
    before = "for x in l:\n    a()\n    b()\r    z()\n\nc()\n"
    assert rewritten(before, ("z()", "a()")) == "for x in l:\n    z()\n    a()\n    b()\r\nc()\n"


def test_a_moved_last_line_without_a_newline_takes_that_of_the_line_before() -> None:
    before = "for x in l:\n    a()\n    b()\r\n    z()"
    assert rewritten(before, ("z()", "a()")) == "for x in l:\n    z()\r\n    a()\n    b()"


def test_a_newline_inside_a_string_is_not_touched() -> None:
    before = 'for x in l:\n    a("""\r\r\n""")\r\n    z("""\r\x0c\n""")\n    b()\n'
    assert (
        rewritten(before, ("z(", "a("))
        == 'for x in l:\n    z("""\r\x0c\n""")\n    a("""\r\r\n""")\r\n    b()\n'
    )


@pytest.mark.parametrize(
    ("text", "statement", "before", "reason"),
    [
        ("a()\nz()\n", "()\nz", "a()", "no statement starts at line 1, column 1"),
        ("a()\nz()\n", "z()", "()\nz", "no statement starts at line 1, column 1"),
        ("if x:\n    a()\nz()\n", "z()", "a()", "not in the same suite"),
        ("if x: a()\nelif y: b()\nz()\n", "z()", "if y", "no statement starts"),
        ("a()\nz = 1\n", "z", "a()", "none that can clear gradients"),
        ("z()\na()\n", "z()", "a()", "does not stand behind"),
        ("a(\nz()\n", "z()", "a(", "cannot parse this file"),
        ("a: int\n(a): int\nz()\n\x0c", "z()", "a: int\n(", "libcst can't parse"),
        ("a()\n\\\nz()\n", "z()", "a()", "does not keep the lines"),
        ("a('\ud800')\nz()\n", "z()", "a(", "surrogate"),
        ("x = " + " and ".join("a" * 20_000) + "\nz()\n\x0c", "z()", "x =", "nested too deeply"),
        ("x = " + "-" * 5000 + "1\nz()\n", "z()", "x =", "nested too deeply"),
    ],
)
def test_refuses_with_a_reason(text: str, statement: str, before: str, reason: str) -> None:
    with pytest.raises(RewriteFailed, match=reason) as caught:
        rewritten(text, (statement, before))
    assert caught.value.reason == str(caught.value)


def test_refuses_two_targets_for_one_statement() -> None:
    with pytest.raises(RewriteFailed, match="two targets"):
        rewritten("a()\nb()\nz()\n", ("z()", "a()"), ("z()", "b()"))


def test_the_check_notices_a_result_that_lost_something_or_does_not_parse() -> None:
    text = "a()\nz()\n"
    from codemods import rewrite as package
    from codemods.rewrite.page import Edit

    page = Page.of(text)
    for edit, reason in [
        (Edit(0, 0, "    "), "does not parse"),
        (Edit(0, 4), "characters"),
        (Edit(0, 0, "b()\n"), "characters"),
        (Edit(2, 2, "\n"), "a line"),
    ]:
        with pytest.raises(RewriteFailed, match=reason):
            package._check(page, [edit], text[: edit.start] + edit.text + text[edit.end :])


def test_overlapping_edits_are_refused() -> None:
    from codemods.rewrite.page import Edit, apply

    with pytest.raises(RewriteFailed, match="overlap at line 2"):
        apply(Page.of("a()\nb()\nc()\n"), [Edit(0, 6), Edit(5, 8)])


def stdlib() -> list[Path]:
    """A sample of the standard library that is the same in every run."""
    root = Path(sysconfig.get_path("stdlib"))
    return random.Random(2).sample(sorted(root.glob("*.py")) + sorted(root.glob("[a-e]*/*.py")), 60)


def round_trips(text: str) -> bool:
    """Whether libcst can parse the text and keeps its lines, so that it can be asked where statements are."""
    try:
        concrete.parse(Page.of(text))
    except RewriteFailed:
        return False
    return True


def test_white_space_that_libcst_loses_elsewhere_is_kept() -> None:
    text = "try:\n    a()\n    z()\nexcept OSError :\n    b()\n"
    assert round_trips(text)
    assert rewritten(text, ("z()", "a()")) == "try:\n    z()\n    a()\nexcept OSError :\n    b()\n"


@pytest.mark.parametrize("path", stdlib(), ids=lambda path: path.name)
def test_the_standard_library_round_trips(path: Path) -> None:
    with tokenize.open(path) as file:
        text = file.read()
    if re.search(r"^\s*\\$", text, re.MULTILINE):
        pytest.skip("libcst loses a line that holds nothing but a continuation")
    for newline in ("\n", "\r\n", "\r"):
        assert round_trips(text.replace("\n", newline))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\x0c",
        "a()",
        "a()\r",
        "\x0ca()\r\n\n\rb()",
        "# c",
        "if x:\n\ta()\n\t# c",
        "if x:\n a()\n  ",
        "'é\x0b\x85\u2028'",
    ],
)
def test_odd_texts_round_trip(text: str) -> None:
    assert round_trips(text)


@pytest.mark.parametrize("text", ["a(", "\x00", "a()\n\\\nb()\n", "\ud800"])
def test_what_libcst_can_not_hold_does_not_round_trip(text: str) -> None:
    assert not round_trips(text)


@st.composite
def suites(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """The lines of a suite at no indentation. Every statement is a call of its own ``@``, to be numbered."""
    lines: list[str] = []
    for number in range(draw(st.integers(2, 5))):
        if number or draw(st.booleans()):
            lines += draw(
                st.sampled_from([[], [], [], [""], ["", ""], ["# @", ""], ["", "# @", "", "# @"], ["  "]])
            )
        lines += draw(st.sampled_from([[], [], ["# @"], ["# @", "# @"]]))
        kinds = ["call", "call", "call", "assign", "line", "long", "import"]
        kind = draw(st.sampled_from(kinds + ["if", "for", "def", "with", "one"] * (depth < 2)))
        behind = draw(st.sampled_from(["", "", "  # @"]))
        if kind == "call":
            lines.append("@()" + behind)
        elif kind == "assign":
            lines.append("a = @" + behind)
        elif kind == "import":
            lines.append("import @" + behind)
        elif kind == "line":
            lines.append(draw(st.sampled_from(["@(); @()", "@() ;@(); @() ;", "a = @; @()"])) + behind)
        elif kind == "long":
            lines += ["@(", "    # @", "    @,", ")" + behind]
        elif kind == "one":
            lines.append("if @: @(); @(); @()" + behind)
        else:
            header = {"if": "if @:", "for": "for a in @:", "def": "def @():", "with": "with @:"}[kind]
            inner = draw(suites(depth=depth + 1))
            if draw(st.booleans()):
                inner += draw(st.sampled_from([["# @"], ["", "# @"]]))
            lines += ["@decorated"] if kind == "def" and draw(st.booleans()) else []
            lines += [header + behind, *("    " + line if line.strip() else line for line in inner)]
            if kind == "if" and draw(st.booleans()):
                lines += [
                    "else:",
                    *("    " + line if line.strip() else line for line in draw(suites(depth=2))),
                ]
    return lines


@st.composite
def modules(draw: st.DrawFn) -> str:
    text = "\n".join(draw(suites())) + "\n"
    parts = text.replace("@decorated", "\0").split("@")
    numbered = "".join(part + f"n{number:03}" for number, part in enumerate(parts[:-1])) + parts[-1]
    return numbered.replace("\0", "@decorated")


def bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    fields = [getattr(node, name, None) for node in ast.walk(tree) for name in ("body", "orelse")]
    return [field for field in fields if isinstance(field, list) and field]


def candidates(text: str) -> list[Move]:
    """Every possible move, of any call to any statement before it in its suite."""
    return [
        Move(place(suite[source]), place(suite[target]))
        for suite in bodies(ast.parse(text))
        for source in range(len(suite))
        if isinstance(suite[source], ast.Expr)
        for target in range(source)
    ]


def place(node: ast.stmt) -> Position:
    return Position(node.lineno, node.col_offset)


def moved_tree(text: str, moves: list[Move]) -> str:
    """What the tree must be: worked out on the tree itself."""
    tree = ast.parse(text)
    for suite in bodies(tree):
        taken = {move.statement: move.before for move in moves}
        order: list[ast.stmt] = []
        for node in suite:
            order += [other for other in suite if taken.get(place(other)) == place(node)]
            order += [node] if place(node) not in taken else []
        suite[:] = order
    return ast.dump(tree)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[Move]]:
    text = draw(modules().filter(candidates))
    moves = draw(
        st.lists(
            st.sampled_from(candidates(text)), min_size=1, max_size=3, unique_by=lambda move: move.statement
        )
    )
    return text, moves


@settings(max_examples=300, deadline=None)
@given(cases(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_the_tree_is_the_old_one_with_the_statements_at_their_new_place(
    case: tuple[str, list[Move]], newline: str, ended: bool
) -> None:
    text, moves = case
    text = text if ended else text.removesuffix("\n")
    result = rewrite(text.replace("\n", newline), moves)
    assert result == rewrite(text, moves).replace("\n", newline)
    assert ast.dump(ast.parse(result)) == moved_tree(text, moves)
    assert result.endswith(newline) == ended
    assert sorted(re.findall(r"n\d+", result)) == sorted(re.findall(r"n\d+", text))


@settings(max_examples=300, deadline=None)
@given(cases())
def test_lines_that_do_not_move_keep_their_bytes_and_their_order(case: tuple[str, list[Move]]) -> None:
    text, moves = case
    lines = text.splitlines()
    involved = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and any(place(node) == one.statement for one in moves)
    ]
    own = {line for node in involved for line in lines[node.lineno - 1 : node.end_lineno]}
    # What moves next to others on one line leaves its comment above.
    own |= {line.partition("  #")[0] for line in own}
    own |= {line for line in lines for one in moves if line == lines[one.before.line - 1] and ";" in line}
    # Comments move or stay, and are counted in the other test.
    kept = [line for line in lines if line.strip() and line not in own and not line.lstrip().startswith("#")]
    after = rewrite(text, moves).splitlines()
    assert [line for line in after if line in set(kept)] == kept


@settings(max_examples=400, deadline=None)
@given(modules(), st.data())
def test_a_module_that_black_leaves_alone_stays_one(text: str, data: st.DataObject) -> None:
    stable = blacked(blacked(text))
    choices = [one for one in candidates(stable) if not ends_after_definition(stable, one)]
    if not choices or blacked(stable) != stable:
        return
    moves = data.draw(
        st.lists(st.sampled_from(choices), min_size=1, max_size=2, unique_by=lambda one: one.statement)
    )
    result = rewrite(stable, moves)
    assert blacked(result) == result


def ends_after_definition(text: str, one: Move) -> bool:
    """Whether the move leaves a suite that ends in a definition: black asks for blank lines outside it then."""
    for suite in bodies(ast.parse(text)):
        if one.statement in [place(node) for node in suite]:
            rest = [node for node in suite if not isinstance(node, ast.Expr)]
            last = rest[-1] if rest else None
            while last is not None:
                if isinstance(last, ast.FunctionDef):
                    return True
                inner = getattr(last, "orelse", None) or getattr(last, "body", None)
                last = inner[-1] if isinstance(inner, list) and inner else None
    return False
