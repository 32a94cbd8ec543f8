"""Which variable a name means, which is for Python's own symbol tables to say, and which path an expression is."""

from __future__ import annotations

import ast
import symtable
from textwrap import dedent, indent

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from codemods.events import Path
from codemods.lower.scopes import scopes_of

# Against Python's symbol tables

NAMES = st.sampled_from("abc")


@st.composite
def nests(draw: st.DrawFn) -> str:
    """A module of nested functions, classes and lambdas that bind, declare and use a handful of names."""
    return _scope(draw, depth=3, declares=False)


def _scope(draw: st.DrawFn, depth: int, *, declares: bool = True) -> str:
    text = f"global {draw(NAMES)}\n" if declares and draw(st.booleans()) else ""
    return text + "".join(_statement(draw, depth) for _ in range(draw(st.integers(1, 3))))


def _statement(draw: st.DrawFn, depth: int) -> str:
    one, two = draw(NAMES), draw(NAMES)
    simple = [
        one,
        f"{one} = {two}",
        f"{one} += {two}",
        f"({one} := {two})",
        f"del {one}",
        f"import {one}",
        f"import m.{one} as {two}",
        f"for {one} in {two}: pass",
        f"with {one} as (x, {two}): pass",
        f"lambda {one}, *{two}: [{one}, {two}, c]" if one != two else f"lambda {one}={two}: {one}",
    ]
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(simple)) + "\n"
    heads = (f"def {one}({two}, x={one}):", f"class {one}({two}):", "async def f():", "def f(*a, b):")
    return f"{draw(st.sampled_from(heads))}\n{indent(_scope(draw, depth - 1), '    ')}"


def owner(table: symtable.SymbolTable, name: str, parents: dict[int, symtable.SymbolTable]) -> int:
    """The line of the function or class that binds a name for code of a table; 0 for the module."""
    symbol = table.lookup(name)
    if symbol.is_global() or table.get_type() == "module":
        return 0
    while symbol.is_free() or (table.get_type() == "class" and not symbol.is_local()):
        table = parents[table.get_id()]
        while table.get_type() == "class" or name not in table.get_identifiers():
            table = parents[table.get_id()]
        symbol = table.lookup(name)
    return table.get_lineno()


def tables(text: str) -> tuple[dict[int, symtable.SymbolTable], dict[int, symtable.SymbolTable]]:
    """The tables by the line of their definition, and the parent of each."""
    found: dict[int, symtable.SymbolTable] = {}
    parents: dict[int, symtable.SymbolTable] = {}
    pending = [symtable.symtable(text, "module", "exec")]
    while pending:
        table = pending.pop()
        found[table.get_lineno()] = table
        for child in table.get_children():
            parents[child.get_id()] = table
            pending.append(child)
    return found, parents


def uses(node: ast.AST, line: int) -> list[tuple[ast.Name, int]]:
    """Every name with the line of the scope that evaluates it."""
    if isinstance(node, ast.Name):
        return [(node, line)]
    inside: list[ast.AST] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = list(node.body)
    elif isinstance(node, ast.Lambda):
        inside = [node.body]
    found: list[tuple[ast.Name, int]] = []
    for child in ast.iter_child_nodes(node):
        found += uses(child, node.lineno if child in inside else line)  # type: ignore[attr-defined]
    return found


@given(nests())
def test_a_name_means_the_variable_that_python_says_it_means(text: str) -> None:
    try:
        by_line, parents = tables(text)
    except SyntaxError:
        reject()
    tree = ast.parse(text)
    scopes = scopes_of(tree)
    lines = {scope.name: getattr(node, "lineno", 0) for node, scope in scopes.inner.items()}
    for name, line in uses(tree, 0):
        path = scopes.variable(name.id, scopes.of_node[name])
        if not path.scope.startswith("class "):
            found = lines[path.scope or "<module>"]
            assert found == owner(
                by_line[line], name.id, parents
            ), f"{name.id} on line {name.lineno} of\n{text}"


def test_a_nonlocal_name_is_the_variable_of_the_function_around() -> None:
    text = """
        def outer():
            opt = None
            def inner():
                nonlocal opt
                opt = 1
    """
    assert {one.scope for one in paths_of(text, "opt") if one} == {"outer"}


# Paths


def paths_of(text: str, source: str) -> list[Path | None]:
    """What every expression that is written like ``source`` denotes."""
    tree = ast.parse(dedent(text))
    scopes = scopes_of(tree)
    return [
        scopes.path(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and ast.unparse(node) == source
    ]


def path_of(text: str, source: str) -> Path | None:
    (found,) = paths_of(text, source)
    return found


def test_a_path_is_a_root_and_what_is_looked_up_on_it() -> None:
    assert path_of("trainer.opts['g'].inner", "trainer.opts['g'].inner") == Path(
        "", "trainer", (".opts", "['g']", ".inner")
    )


def test_the_text_of_a_path_is_what_was_written() -> None:
    for source in ("opt", "trainer.opt", "opts[0]", "opts[-1].inner", "opts['g']", "self.opts[self.i]"):
        found = path_of(source, source)
        assert found
        assert found.text == source


def test_the_variables_of_a_subscript_belong_to_the_path() -> None:
    found = path_of("def f(i):\n    opts[i][j]", "opts[i][j]")
    assert found
    assert set(found.indices) == {Path("f", "i"), Path("", "j")}


@pytest.mark.parametrize("source", ["make()", "opts[i + 1]", "opts[f(x)]", "(a or b)", "make().opt", "-opt"])
def test_what_is_computed_has_no_path(source: str) -> None:
    assert set(paths_of(source, ast.unparse(ast.parse(source, mode="eval")))) == {None}


def test_a_property_is_computed() -> None:
    text = """
        class Trainer:
            @property
            def opt(self):
                return self.opts[0]
            def fit(self):
                self.opt
    """
    assert path_of(text, "self.opt") is None


FAMILY = """
    class Base:
        def one(self):
            self.first
        @staticmethod
        def three(self):
            self.third
        @classmethod
        def four(cls):
            cls.fourth
    class Derived(Base):
        def two(this):
            this.second
            def inner():
                this.inner
    class Other:
        def one(self):
            self.other
"""


def test_self_is_one_object_for_all_methods_of_a_class_and_those_derived_from_it() -> None:
    first, second = path_of(FAMILY, "self.first"), path_of(FAMILY, "this.second")
    assert first
    assert second
    assert first.variable == second.variable
    assert first.scope.startswith("class ")


def test_self_of_another_class_is_another_object() -> None:
    first, other = path_of(FAMILY, "self.first"), path_of(FAMILY, "self.other")
    assert first
    assert other
    assert first.variable != other.variable


def test_a_function_inside_a_method_sees_its_self() -> None:
    second, inner = path_of(FAMILY, "this.second"), path_of(FAMILY, "this.inner")
    assert second
    assert inner
    assert second.variable == inner.variable


def test_static_methods_and_class_methods_have_no_self() -> None:
    assert path_of(FAMILY, "self.third") == Path("Base.three", "self", (".third",))
    assert path_of(FAMILY, "cls.fourth") == Path("Base.four", "cls", (".fourth",))


def test_functions_of_one_name_have_scopes_of_their_own() -> None:
    text = "def f(a):\n    a\ndef f(a):\n    a\n"
    first, second = paths_of(text, "a")
    assert first != second


# What a new value changes


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("opt", "opt", True),
        ("trainer.opt", "trainer", True),
        ("trainer.opt", "trainer.opt", True),
        ("trainer.opt.inner", "trainer.opt", True),
        ("other.opt", "trainer.opt", True),  # both may be names of one object
        ("opts[i]", "i", True),
        ("opts[i]", "opts", True),
        ("opts[0]", "opts[1]", True),
        ("opt", "other", False),
        ("trainer.opt", "trainer.model", False),
        ("opts[i]", "j", False),
        ("opt", "trainer.opt", False),
    ],
)
def test_a_path_depends_on_its_root_its_indices_and_attributes_of_its_names(
    source: str, target: str, expected: bool
) -> None:
    path, changed = path_of(source, source), path_of(target, target)
    assert path
    assert changed
    assert path.depends_on(changed) is expected
