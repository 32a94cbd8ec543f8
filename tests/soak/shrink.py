"""A program made smaller, as long as it stays interesting: statements dropped, compound ones replaced by their bodies."""

from __future__ import annotations

import ast
import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.syntax import suites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.soak.fate import Program


def shrunk(program: Program, interesting: Callable[[Program], bool]) -> Program:
    """The smallest interesting program that small changes lead to. Tries each change at most once a round."""
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(program):
            if interesting(smaller):
                program, changed = smaller, True
                break
    return program


def _smaller(program: Program) -> Iterator[Program]:
    """Programs with one thing less, those first that lose most."""
    for index in range(len(program.entries)):
        yield replace(program, entries=program.entries[:index] + program.entries[index + 1 :])
    tree = ast.parse(program.source)
    sites = [(node, suite) for node in ast.walk(tree) for suite in suites(node)]
    count = sum(len(suite) for _, suite in sites)
    for number in range(count):
        for unwrapped in (False, True):
            source = _without(tree, number, unwrapped=unwrapped)
            if source is not None and len(source) < len(program.source):
                yield replace(program, source=source)


def _without(tree: ast.Module, number: int, *, unwrapped: bool) -> str | None:
    """The source without its statement of that number, or with that statement's body in its place."""
    tree = copy.deepcopy(tree)
    for node in ast.walk(tree):
        for suite in suites(node):
            if number >= len(suite):
                number -= len(suite)
                continue
            inner = [one for part in suites(suite[number]) for one in part] if unwrapped else []
            if unwrapped and (not inner or isinstance(suite[number], ast.FunctionDef | ast.ClassDef)):
                return None
            suite[number : number + 1] = inner
            if not suite and not isinstance(node, ast.Module):
                suite.append(ast.Pass())
            try:
                source = ast.unparse(tree) + "\n"
                compile(source, "<smaller>", "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                return None
            return source
    return None
