"""The lowering against Python itself: whatever a program does when it runs is a path of its control-flow graph.

And against the meaning of Python's statements as the language reference has it: the graph has no other paths.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.ir.check import check
from codemods.ir.show import show
from codemods.lower import lower
from codemods.syntax import parse
from tests.lower import FAILS, RETURNS, Paths, Token, plain_programs, programs, run

if TYPE_CHECKING:
    from collections.abc import Iterable

choices = st.lists(st.lists(st.integers(0, 9), max_size=30), min_size=3, max_size=6)


@settings(max_examples=300, deadline=None)
@given(programs(), choices, st.booleans())
def test_what_python_does_is_a_path_of_the_lowered_program(
    text: str, runs: list[list[int]], calm: bool
) -> None:
    program = lower(parse(text))
    check(program)
    for one in runs:
        tokens = run(text, one, calm=calm)
        assert not Paths(program).rejected(tokens), f"{tokens}\n{text}\n{show(program)}"


# The meaning of statements: every word of events that they can run, and how they end

LONGEST = 4
Word = tuple[int, ...]
Ending = str
Meaning = set[tuple[Word, Ending]]
NEXT, CUT = "next", "cut"
SILENT: Meaning = {((), NEXT)}


def then(first: Meaning, second: Meaning, on: Ending = NEXT) -> Meaning:
    """``second`` runs wherever ``first`` ends in ``on``."""
    found = {(word, ending) for word, ending in first if ending != on}
    for start, ending in first:
        if ending == on:
            for word, last in second:
                whole = start + word
                found.add((whole[:LONGEST], CUT) if len(whole) >= LONGEST else (whole, last))
    return found


def whatever_happens(first: Meaning, cleanup: Meaning) -> Meaning:
    """``cleanup`` runs after ``first`` however that ends, which then goes on unless ``cleanup`` says otherwise."""
    found = {(word, ending) for word, ending in first if ending == CUT}
    for on in {ending for _, ending in first} - {CUT}:
        own = {(word, ending) for word, ending in first if ending == on}
        found |= {(word, on if last == NEXT else last) for word, last in then(own, cleanup, on)}
    return found


def of_suite(suite: Iterable[ast.stmt]) -> Meaning:
    found = SILENT
    for one in suite:
        found = then(found, of_statement(one))
    return found


def of_loop(body: Meaning, orelse: Meaning, *, endless: bool) -> Meaning:
    rounds: Meaning = set()
    grown = set(SILENT)
    while grown != rounds:
        rounds = grown
        again = {(word, NEXT if last == "continue" else last) for word, last in then(rounds, body)}
        grown = rounds | again
    left = {(word, ending) for word, ending in rounds if ending not in (NEXT, "break")}
    broken = {(word, NEXT) for word, ending in rounds if ending == "break"}
    finished = set() if endless else {(word, ending) for word, ending in rounds if ending == NEXT}
    return left | broken | then(finished, orelse)


def of_try(node: ast.Try) -> Meaning:
    body = of_suite(node.body)
    raising = {(word, ending) for word, ending in body if ending == FAILS}
    found = then(body - raising, of_suite(node.orelse))
    for handler in node.handlers:
        found |= then(raising, of_suite(handler.body), on=FAILS)
    names = [ast.unparse(one.type) if one.type else "BaseException" for one in node.handlers]
    if "BaseException" not in names:
        found |= raising
    return whatever_happens(found, of_suite(node.finalbody))


def of_with(node: ast.With) -> Meaning:
    found = of_suite(node.body)
    if all(ast.unparse(one.context_expr) == "nullcontext()" for one in node.items):
        return found
    return found | {(word, NEXT) for word, ending in found if ending == FAILS}


def of_statement(node: ast.stmt) -> Meaning:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return {((int(name.partition("_")[2]),), NEXT)}
        case ast.Return(value=None):
            return {((), RETURNS)}
        case ast.Return(value=value) if value is not None:
            return then(of_statement(ast.Expr(value)), {((), RETURNS)})
        case ast.Raise():
            return {((), FAILS)}
        case ast.Assert():
            return {((), NEXT), ((), FAILS)}
        case ast.Break() | ast.Continue():
            return {((), type(node).__name__.lower())}
        case ast.If():
            return of_suite(node.body) | of_suite(node.orelse)
        case ast.While():
            endless = isinstance(node.test, ast.Constant)
            return of_loop(of_suite(node.body), of_suite(node.orelse), endless=endless)
        case ast.For():
            return of_loop(of_suite(node.body), of_suite(node.orelse), endless=False)
        case ast.Try():
            return of_try(node)
        case ast.With():
            return of_with(node)
        case ast.ClassDef():
            return of_suite(node.body)
        case ast.Match():
            found = set(SILENT)
            return found.union(*(of_suite(one.body) for one in node.cases))
    return SILENT


@settings(max_examples=300, deadline=None)
@given(plain_programs())
def test_the_lowered_program_has_the_paths_of_its_statements_and_no_others(text: str) -> None:
    program = lower(parse(text))
    main = parse(text).body[0]
    assert isinstance(main, ast.FunctionDef)
    wanted: set[tuple[Token, ...]] = set()
    for word, ending in of_suite(main.body):
        wanted.add(word if ending == CUT else (*word, RETURNS if ending == NEXT else ending))
    found = Paths(program).words(LONGEST)
    assert found == wanted, f"{found ^ wanted}\n{text}\n{show(program)}"
