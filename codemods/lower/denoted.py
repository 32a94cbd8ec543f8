"""Which objects of a file a value may be, by the paths in it: what it is made of, and what is given back of that.

What is compared, computed by an operator, or used as an index is none of them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.evidence import LOOKED_UP
from codemods.syntax import FUNCTIONS, arguments, callee_name, makes_container
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

LOOKING = (
    "argparse.",
    "builtins.",
    "collections.",
    "contextlib.",
    "functools.",
    "itertools.",
    "operator.",
    "types.",
)
"""Libraries whose functions give back what they are handed, what is in it, or what they make of it."""

COMPUTED = (ast.BinOp, ast.Compare, ast.Constant, ast.JoinedStr, ast.UnaryOp)
GIVEN_BACK = (ast.Return, ast.Yield, ast.YieldFrom)


def denoted(evidence: Evidence, value: ast.AST) -> Iterator[Path]:
    """The paths whose objects, or parts of them, a value may be or have at hand, functions of the file followed.

    What is compared, computed by an operator, or used as an index is none of them.
    """
    seen: set[str] = set()
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, COMPUTED):
            continue
        if isinstance(one, ast.Call):
            pending += _through(evidence, one, seen)
            continue
        path = evidence.scopes.path(one) if isinstance(one, LOOKED_UP) else None
        if path is None:
            pending += [one.value] if isinstance(one, ast.Subscript) else children(one)
        elif path.rest or not evidence.named(path.root):
            yield path


def _through(evidence: Evidence, call: ast.Call, seen: set[str]) -> Iterator[ast.expr]:
    """The expressions of which a call may give something back. ``seen``: functions of the file that were asked."""
    full, name = evidence.imported(call.func) or "", callee_name(call)
    known = full.startswith(LOOKING)
    yield from (one for one in arguments(call) if known or _may_be_filled(evidence, one))
    if full:
        return
    if isinstance(call.func, ast.Attribute):
        yield call.func.value
    elif not isinstance(call.func, ast.Name):
        yield call.func
    elif name not in seen:
        seen.add(name)
        bound = evidence.bindings.get(evidence.scopes.variable(name, evidence.scopes.of_node[call]), ())
        yield from (one.body for one in bound if isinstance(one, ast.Lambda))
        names = [name, *(one.id for one in bound if isinstance(one, ast.Name))]
        for function in (each for one in names for each in evidence.named(one)):
            for one in walk(function) if isinstance(function, FUNCTIONS) else ():
                if isinstance(one, GIVEN_BACK) and one.value is not None:
                    yield one.value


def _may_be_filled(evidence: Evidence, value: ast.expr) -> bool:
    """Whether what a function is handed, and may give back, is anything that the file could put something into."""
    path = evidence.scopes.path(value)
    if path is None:
        return True
    values = [*evidence.bindings.get(path, ()), *evidence.handed.get(path, ())]
    return any(
        makes_container(one)
        or (
            isinstance(one, ast.Call)
            and (callee_name(one) in evidence.scopes.families or _is_new(evidence, one))
        )
        for one in values
    )


def _is_new(evidence: Evidence, call: ast.Call) -> bool:
    return (evidence.imported(call.func) or "").startswith(LOOKING)
