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
            assert found == owner(by_line[line], name.id, parents), f"{name.id} on line {name.lineno} of\n{text}"
