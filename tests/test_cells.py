"""Magics and shell lines: masked by Python that means the same, and put back byte for byte."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.cells import masked
from codemods.magics import Magic, NotRestored, magic_of


def python(text: str) -> list[str]:
    """The lines of a masked cell without the tags; it parses, line for line."""
    found = masked(text)
    ast.parse(found.text)
    assert len(found.text.splitlines()) == len(text.splitlines())
    assert found.restored(found.text) == text
    return [line.partition("  # masked")[0] for line in found.text.splitlines()]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("%matplotlib inline", "get_ipython().run_line_magic('matplotlib', 'inline')"),
        ("%run train.py", "get_ipython().run_line_magic('run', 'train.py')"),
        ("    %who", "    get_ipython().run_line_magic('who', '')"),
        ("!ls -l 'a b'", "get_ipython().system(\"ls -l 'a b'\")"),
        ("!!ls", "get_ipython().getoutput('ls')"),
        ("files = !ls *.py", "files = get_ipython().getoutput('ls *.py')"),
        ("a.b['c'] = !ls", "a.b['c'] = get_ipython().getoutput('ls')"),
        ("t = %timeit -o f(x)", "t = get_ipython().run_line_magic('timeit', '-o f(x)')"),
        ("t=%pwd", "t= get_ipython().run_line_magic('pwd', '')"),
        ("model?", "get_ipython().run_line_magic('pinfo', 'model')"),
        ("nn.Linear??", "get_ipython().run_line_magic('pinfo', 'nn.Linear')"),
        ("?model", "get_ipython().run_line_magic('pinfo', 'model')"),
        ("%time train(model)", "if 1: train(model)"),
        ("%time  x = 1; y = 2 # why", "if 1:  x = 1; y = 2 # why"),
        ("%time for x in y: f(x)", "get_ipython().run_line_magic('time', 'for x in y: f(x)')"),
        ("%time -q f(x)", "get_ipython().run_line_magic('time', '-q f(x)')"),
        ("x = 5 % 3", "x = 5 % 3"),
        ("print('100%!?')", "print('100%!?')"),
        ("x != y", "x != y"),
        ("plot(x);", "plot(x);"),
    ],
)
def test_a_line_is_what_ipython_makes_of_it(line: str, code: str) -> None:
    indented = line.startswith(" ")
    head, lines = ("if x:\n", ["if x:", code]) if indented else ("", [code])
    assert python(head + line) == lines
    assert python(f"{head}{line}\n!ls\n") == [*lines, "get_ipython().system('ls')"]


def test_lines_within_brackets_and_strings_are_no_magics() -> None:
    text = "x = (a\n % b)\ny = '''\n%run x\n!ls\n'''\nz = [\n  1 # it's !\n % 2]\nw = 'it\\'s \\\n%run'\n%pwd"
    assert python(text)[:-1] == text.splitlines()[:-1]
    assert python(text)[-1] == "get_ipython().run_line_magic('pwd', '')"


def test_a_backslash_joins_the_lines_of_a_magic() -> None:
    lines = python("!pip install \\\n  torch \\\n  numpy\nx = 1")
    assert lines == ["get_ipython().system('pip install   torch   numpy'", "", ")", "x = 1"]


def test_a_cell_in_another_language_is_one_call() -> None:
    lines = python("\n%%bash -e\nfor x in *; do\n  echo $x\ndone\n")
    assert lines[1] == "get_ipython().run_cell_magic('bash', '-e', 'for x in *; do\\n  echo $x\\ndone\\n'"
    assert lines[-1] == ")"
    assert python("%%html") == ["get_ipython().run_cell_magic('html', '', '')"]


def test_a_timed_cell_is_its_code() -> None:
    assert python("%%time\n\n%pwd\nx = 1") == [
        "pass",
        "",
        "get_ipython().run_line_magic('pwd', '')",
        "x = 1",
    ]
    assert python("%%capture out --no-stderr\nx = 1") == ["out = get_ipython().getoutput('')", "x = 1"]
    assert python("%%time --no-raise-error\nx = 1")[0].startswith("get_ipython().run_cell_magic('time'")
    assert python("%%timeit\nx = 1")[0].startswith("get_ipython().run_cell_magic('timeit'")


def test_masks_are_found_again_wherever_other_lines_went() -> None:
    found = masked("%pwd\nx = 1\n!ls # masked 0\ny = 2")
    lines = found.text.split("\n")
    moved = "\n".join([lines[1], lines[0], lines[3], lines[2]])
    assert found.restored(moved) == "x = 1\n%pwd\ny = 2\n!ls # masked 0"


@pytest.mark.parametrize("order", [[1, 0], [0], [0, 0, 1], []])
def test_masks_that_are_lost_doubled_or_swapped_are_an_error(order: list[int]) -> None:
    found = masked("%pwd\n!ls")
    lines = found.text.splitlines()
    with pytest.raises(NotRestored):
        found.restored("\n".join(lines[number] for number in order))


PIECES = """%run a\n|!ls|x = |?|'|\"\"\"|#|\\\n|(|)|{|}|\n|  |f(x)|if a:\n|%%time\n|%%bash\n|%time |=|!|%|\r\n|é|\f|\r|y""".split(
    "|"
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(TEXT)
def test_whatever_stands_in_a_cell_comes_back(text: str) -> None:
    found = masked(text)
    assert found.restored(found.text) == text
    assert found.text.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("source", "quiet", "binds"),
    [
        ("get_ipython().run_line_magic('matplotlib', 'inline')", True, False),
        ("get_ipython().magic('matplotlib inline')", True, False),
        ("get_ipython().magic('%run x.py')", False, True),
        ("get_ipython().system('ls')", True, False),
        ("get_ipython().system('echo {train(model)}')", False, True),
        ("get_ipython().system('echo {name} $x')", True, False),
        ("get_ipython().getoutput('ls')", True, False),
        ("get_ipython().run_line_magic('run', 'x.py')", False, True),
        ("get_ipython().run_line_magic('timeit', 'f()')", False, False),
        ("get_ipython().run_line_magic('nobody_knows', '')", False, True),
        ("get_ipython().run_line_magic(name, '')", False, True),
        ("get_ipython().run_line_magic('store', 'x')", True, False),
        ("get_ipython().run_line_magic('store', '-r x')", False, True),
        ("get_ipython().run_cell_magic('bash', '', 'ls')", True, False),
        ("get_ipython().run_cell_magic('time', '', 'f()')", False, False),
    ],
)
def test_what_a_magic_may_do(source: str, quiet: bool, binds: bool) -> None:
    found = magic_of(ast.parse(source).body[0].value)  # type: ignore[attr-defined]
    assert found is not None
    assert (found.quiet, found.binds) == (quiet, binds)


@pytest.mark.parametrize("source", ["get_ipython()", "shell.system('ls')", "get_ipython().kernel", "f()()"])
def test_what_is_no_magic(source: str) -> None:
    assert magic_of(ast.parse(source).body[0].value) is None  # type: ignore[attr-defined]


def test_a_magic_is_named_as_a_person_wrote_it() -> None:
    assert Magic("run", "train.py").text == "%run train.py"
    assert Magic("timeit", "", "x").text == "%%timeit"
    assert Magic("!", "ls").text == "!ls"
    assert len(Magic("run", "x" * 200).text) == 50
