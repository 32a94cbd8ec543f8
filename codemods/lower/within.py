"""What a value may be, or have in it, by the expression alone: through displays, conditions, containers and small functions.

``[model][0]``, ``model or None``, ``{"m": model}.get("m")``, ``SimpleNamespace(m=model).m``, ``next(iter([model]))`` and
``(lambda m: m)(model)`` all may be the model. What an ordinary function gives back is its own.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.syntax import CARRYING, GETTERS, arguments
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.evidence import Evidence

HANDING_BACK = frozenset("builtins collections contextlib copy functools itertools operator types".split())
"""Modules of Python's library whose functions give back what they are handed, or what holds it."""

SHAPES = (*CARRYING, ast.Await, ast.GeneratorExp, ast.IfExp, ast.ListComp, ast.SetComp)


def within(evidence: Evidence, value: ast.expr) -> Iterator[ast.expr]:
    """The value itself, and every expression in it whose value it may be or hold. Names are not followed."""
    pending = [value]
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one, ast.Call):
            pending.extend(_of_call(evidence, one))
        elif isinstance(one, ast.Attribute):
            pending.extend([one.value] if evidence.scopes.path(one) is None else [])
        elif isinstance(one, ast.Subscript):
            pending.extend([one.value] if evidence.scopes.path(one) is None else [])
        elif isinstance(one, SHAPES):
            test = one.test if isinstance(one, ast.IfExp) else None
            pending.extend(each for each in children(one) if isinstance(each, ast.expr) and each is not test)


def _of_call(evidence: Evidence, call: ast.Call) -> Iterator[ast.expr]:
    """What a call may give back of what stands in it."""
    full = evidence.imported(call.func)
    if full is not None:
        if full.partition(".")[0] in HANDING_BACK:
            yield from arguments(call)
    elif isinstance(call.func, ast.Lambda):
        yield call.func.body
        yield from arguments(call)
    elif isinstance(call.func, ast.Attribute):
        if call.func.attr in GETTERS:
            yield call.func.value
    elif not isinstance(call.func, ast.Name):
        yield from (one for one in children(call) if isinstance(one, ast.expr))
    elif evidence.hands_back(call):
        yield from arguments(call)
