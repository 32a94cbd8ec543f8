"""Ways out of an iteration that may mean "not training": above them, a receiver could still be None.

A call that moves above ``if not training: continue`` runs where it did not run before. That is harmless for an
optimizer, and an ``AttributeError`` for the None that stands for one when nobody trains.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.syntax import FUNCTIONS, bound_names, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.events import Path
    from codemods.ir.nodes import Program

LOOPS = (ast.For, ast.AsyncFor, ast.While)
Test = ast.expr | None


def may_be_none(program: Program, receiver: Path, subject: ast.AST) -> bool:
    """Whether the file itself says that a receiver can be None: sets it so, compares it, or tests for it."""
    if receiver in program.certain:
        return False
    words = {one.id for one in walk(subject) if isinstance(one, ast.Name)} - {"self"}
    words |= {one.lstrip(".") for one in receiver.rest}
    words |= {one.attr for one in walk(subject) if isinstance(one, ast.Attribute)}
    return bool(words & program.nullable) or receiver.root in program.nullable


def guard_of(
    program: Program, receiver: Path, subject: ast.AST, parent: ast.AST
) -> Callable[[ast.stmt], bool]:
    """The question whether what the moved statement is about must stay below a statement of its suite, for the receiver's sake.

    Never for a receiver that certainly is something; for one that may be None below every way out; for one that
    comes from outside (a parameter, an attribute) below those that this iteration's own results do not decide.
    """
    if receiver in program.certain:
        return lambda _: False
    if may_be_none(program, receiver, subject):
        return lambda one: any(True for _ in _exits(one, (), in_loop=False))
    handed = any(receiver.variable in one.variables for one in program.functions.values())
    if not handed:
        return lambda _: False
    computed = _computed(parent)
    return lambda one: any(
        not _decided_here(tests, computed) for tests in _exits(one, (), in_loop=False, asserts=False)
    )


def _computed(parent: ast.AST) -> set[str]:
    """Names that an iteration computes by calls from what it was given: a loss, a prediction."""
    if not isinstance(parent, LOOPS):
        return set()
    given = None if isinstance(parent, ast.While) else set(_bound_by(parent.target))
    found: set[str] = set()
    for _ in range(2):
        for statement in parent.body:
            for node in walk(statement):
                if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                    continue
                names = {one.id for one in walk(node.value) if isinstance(one, ast.Name)}
                calls = any(isinstance(one, ast.Call) for one in walk(node.value))
                if calls and (given is None or names & (given | found)):
                    found.update(bound_names(node))
    return found


def _bound_by(target: ast.expr) -> Iterator[str]:
    return (one.id for one in walk(target) if isinstance(one, ast.Name))


def _exits(
    node: ast.AST, tests: tuple[Test, ...], *, in_loop: bool, asserts: bool = True
) -> Iterator[tuple[Test, ...]]:
    """For each way out of the iteration inside a statement, the tests it stands under (None: an exception)."""
    if isinstance(node, ast.Return | ast.Raise) or (
        isinstance(node, ast.Break | ast.Continue) and not in_loop
    ):
        yield tests
        return
    if isinstance(node, ast.Assert):
        if asserts:
            yield (*tests, node.test)
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and callee_name(node.value) in LEAVING:
        yield tests
        return
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return
    inner = in_loop or isinstance(node, LOOPS)
    if isinstance(node, LOOPS):
        for inside in node.body:
            yield from _exits(inside, tests, in_loop=True, asserts=asserts)
        for behind in node.orelse:
            yield from _exits(behind, tests, in_loop=in_loop, asserts=asserts)
        return
    for child in children(node):
        if isinstance(node, ast.If) and isinstance(child, ast.stmt):
            yield from _exits(child, (*tests, node.test), in_loop=inner, asserts=asserts)
        elif isinstance(child, ast.ExceptHandler):
            yield from _exits(child, (*tests, None), in_loop=inner, asserts=asserts)
        elif isinstance(child, ast.stmt | ast.match_case):
            yield from _exits(child, tests, in_loop=inner, asserts=asserts)


LEAVING = frozenset({"exit", "_exit", "quit", "abort", "fail", "skip"})


def _decided_here(tests: tuple[Test, ...], computed: set[str]) -> bool:
    """Whether some test on the way decides by this iteration's results, and by nothing else."""
    return any(test is not None and all(_mentions(atom, computed) for atom in _atoms(test)) for test in tests)


def _atoms(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _atoms(value)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _atoms(test.operand)
    else:
        yield test


def _mentions(atom: ast.expr, names: set[str]) -> bool:
    return any(isinstance(one, ast.Name) and one.id in names for one in walk(atom))
