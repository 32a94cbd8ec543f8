"""Suites, loops and branches, spelt another way."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from tests.spellings.spell import Spelling, bound, clears, own_nodes, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft

Suite = list[ast.stmt]


def same(one: ast.stmt, other: ast.stmt) -> bool:
    return one.lineno == getattr(other, "lineno", 0) and one.col_offset == getattr(other, "col_offset", -1)


def _suite(template: str, *, loops: bool = True) -> Callable[[Draft, Suite], object]:
    """A suite within something: the template's BODY."""

    def change(draft: Draft, suite: Suite) -> object:
        if not loops and any(_leaves(one) for one in suite):
            return None
        if any(isinstance(one, ast.Global | ast.Nonlocal | ast.ImportFrom) for one in suite):
            return None
        return statements(template, BODY=suite, FRESH=draft.fresh())

    return change


def _leaves(node: ast.stmt) -> bool:
    """Whether a statement may break out of the loop around it, or go on with it."""
    if isinstance(node, ast.Break | ast.Continue):
        return True
    if isinstance(node, ast.For | ast.While):
        return any(_leaves(one) for one in node.orelse)
    return any(
        isinstance(one, ast.stmt) and _leaves(one)
        for one in _parts(node)
        if not isinstance(node, ast.FunctionDef)
    )


def _parts(node: ast.stmt) -> list[ast.stmt]:
    found: list[ast.AST] = []
    for name in ("body", "orelse", "finalbody"):
        found += getattr(node, name, [])
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        found += part.body
    return [one for one in found if isinstance(one, ast.stmt)]


def _all_but_clearing(template: str) -> Callable[[Draft, Suite], object]:
    """What stands before the first statement that clears, within something."""

    def change(draft: Draft, suite: Suite) -> object:
        end = next((i for i, one in enumerate(suite) if clears(one)), 0)
        start = next(
            (i for i, one in enumerate(suite) if not isinstance(one, ast.Import | ast.ImportFrom)), 0
        )
        inner = suite[start:end]
        if not inner or any(_leaves(one) or isinstance(one, ast.Global | ast.Nonlocal) for one in inner):
            return None
        if any(isinstance(one, ast.FunctionDef | ast.ClassDef) for one in inner):
            return None
        return [*suite[:start], *statements(template, BODY=inner, FRESH=draft.fresh()), *suite[end:]]

    return change


def _to_function(header: str, call: str, *, declare: bool = True) -> Callable[[Draft, Suite], object]:
    """A loop's body, or a suite, as a function that is called there."""

    def change(draft: Draft, suite: Suite) -> object:
        if any(_leaves(one) for one in suite) or any(
            isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.Global | ast.Nonlocal)
            or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
            for one in suite
            for node in (one, *own_nodes(one))
        ):
            return None
        top = suite and any(same(suite[0], one) for one in draft.tree.body)
        names = set().union(*[bound(one) | _itself(one) for one in suite])
        if top and any(isinstance(one, ast.ImportFrom | ast.FunctionDef | ast.ClassDef) for one in suite):
            return None
        scope = "global" if _at_module_level(draft.tree, suite) else "nonlocal"
        first: Suite = []
        if names and declare:
            made = ast.Global(sorted(names)) if scope == "global" else ast.Nonlocal(sorted(names))
            first = [made]
        fresh = draft.fresh()
        return statements(header + "\n" + call, BODY=[*first, *suite], FRESH=fresh)

    return change


def _itself(node: ast.stmt) -> set[str]:
    return bound(ast.Module([node], []))


def _at_module_level(tree: ast.Module, suite: Suite) -> bool:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(same(suite[0], one) for one in ast.walk(function) if isinstance(one, ast.stmt)):
                return False
    return True


def _loop_by_next(draft: Draft, node: ast.stmt) -> object:
    if not isinstance(node, ast.For) or node.orelse:
        return None
    return statements(
        "FRESH = iter(I)\nwhile True:\n    try:\n        T = next(FRESH)\n    except StopIteration:\n        break\n    BODY",
        I=node.iter,
        T=node.target,
        BODY=node.body,
        FRESH=draft.fresh(),
    )


def _loop(template: str) -> Callable[[Draft, ast.stmt], object]:
    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.For) or node.orelse:
            return None
        return statements(template, I=node.iter, T=node.target, BODY=node.body, FRESH=draft.fresh())

    return change


def _loop_as_comprehension(_: Draft, node: ast.stmt) -> object:
    if (
        not isinstance(node, ast.For)
        or node.orelse
        or len(node.body) != 1
        or not isinstance(node.body[0], ast.Expr)
    ):
        return None
    return ast.Expr(ast.ListComp(node.body[0].value, [ast.comprehension(node.target, node.iter, [], 0)]))


def _loop_as_any(_: Draft, node: ast.stmt) -> object:
    made = _loop_as_comprehension(_, node)
    if not isinstance(made, ast.Expr) or not isinstance(made.value, ast.ListComp):
        return None
    return ast.Expr(ast.Call(ast.Name("list"), [ast.GeneratorExp(made.value.elt, made.value.generators)], []))


def _comprehension_as_loop(_: Draft, node: ast.stmt) -> object:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.ListComp):
        return None
    body: ast.stmt = ast.Expr(node.value.elt)
    for one in reversed(node.value.generators):
        for test in reversed(one.ifs):
            body = ast.If(test, [body], [])
        body = ast.For(one.target, one.iter, [body], [])
    return body


def _if(template: str) -> Callable[[Draft, ast.stmt], object]:
    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.If):
            return None
        if "while" in template and any(_leaves(one) for one in (*node.body, *node.orelse)):
            return None
        other: Suite = node.orelse or [ast.Pass()]
        return statements(template, TEST=node.test, BODY=node.body, OTHER=other, FRESH=draft.fresh())

    return change


def _guards_nested(_: Draft, suite: Suite) -> object:
    """``if c: continue`` (or return) and the rest, as the rest under ``if not c``."""
    for index, one in enumerate(suite[:-1]):
        if isinstance(one, ast.If) and not one.orelse and len(one.body) == 1:
            if isinstance(one.body[0], ast.Continue):
                inner = copy.deepcopy(suite[index + 1 :])
                return [*suite[:index], ast.If(ast.UnaryOp(ast.Not(), one.test), inner, [])]
    return None


def _with(template: str) -> Callable[[Draft, ast.stmt], object]:
    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.With) or len(node.items) != 1 or node.items[0].optional_vars is not None:
            return None
        return statements(template, M=node.items[0].context_expr, BODY=node.body, FRESH=draft.fresh())

    return change


ENTERED = "FRESH = M\nFRESH.__enter__()\ntry:\n    BODY\nfinally:\n    FRESH.__exit__(None, None, None)"


SPELLINGS = (
    Spelling("suite in a try", "suite", _suite("try:\n    BODY\nfinally:\n    pass")),
    Spelling("suite in a with", "suite", _suite("with contextlib.nullcontext():\n    BODY"), ("import contextlib",)),
    Spelling("suite in a loop", "suite", _suite("for _ in range(1):\n    BODY", loops=False)),
    Spelling("suite in a while", "suite", _suite("while True:\n    BODY\n    break", loops=False)),
    Spelling("suite under if", "suite", _suite("if True:\n    BODY")),
    Spelling("suite under a match", "suite", _suite("match 0:\n    case _:\n        BODY")),
    Spelling("start in a try", "suite", _all_but_clearing("try:\n    BODY\nfinally:\n    pass")),
    Spelling("start in a with", "suite", _all_but_clearing("with contextlib.nullcontext():\n    BODY"), ("import contextlib",)),
    Spelling("start in a loop", "suite", _all_but_clearing("for _ in range(1):\n    BODY")),
    Spelling("start in a while", "suite", _all_but_clearing("while True:\n    BODY\n    break")),
    Spelling("start under if", "suite", _all_but_clearing("if True:\n    BODY")),
    Spelling("start under a match", "suite", _all_but_clearing("match 0:\n    case _:\n        BODY")),
    Spelling("suite as a function", "suite", _to_function("def FRESH():\n    BODY", "FRESH()")),
    Spelling("suite as a function, run by map", "suite", _to_function("def FRESH(_):\n    BODY", "list(map(FRESH, [0]))")),
    Spelling("suite as a function of locals", "suite", _to_function("def FRESH():\n    BODY", "FRESH()", declare=False)),
    Spelling("suite as a generator", "suite", _to_function("def FRESH():\n    BODY\n    yield", "for _ in FRESH():\n    pass")),
    Spelling("suite as a partial", "suite", _to_function("def FRESH():\n    BODY", "functools.partial(FRESH)()"), ("import functools",)),
    Spelling("suite as a decorated function", "suite", _to_function("@same\ndef FRESH():\n    BODY", "FRESH()"), ("def same(f):\n    return f",)),
    Spelling("suite in a dict of functions", "suite", _to_function("def FRESH():\n    BODY", "{'a': FRESH}['a']()")),
    Spelling("suite as a coroutine", "suite", _to_function("async def FRESH():\n    BODY", "asyncio.run(FRESH())"), ("import asyncio",)),
    Spelling("suite run where it is defined", "suite", _to_function("@(lambda f: f())\ndef FRESH():\n    BODY", "pass")),
    Spelling("loop by next", "statement", _loop_by_next),
    Spelling("loop by enumerate", "statement", _loop("for FRESH, T in enumerate(I):\n    BODY")),
    Spelling("loop over a list", "statement", _loop("for T in list(I):\n    BODY")),
    Spelling("loop over a named list", "statement", _loop("FRESH = list(I)\nfor T in FRESH:\n    BODY")),
    Spelling("loop unpacked inside", "statement", _loop("for FRESH in I:\n    T = FRESH\n    BODY")),
    Spelling("loop over a generator", "statement", _loop("for T in (x for x in I):\n    BODY")),
    Spelling("loop with else", "statement", _loop("for T in I:\n    BODY\nelse:\n    pass")),
    Spelling("loop over a zip", "statement", _loop("for FRESH, T in zip(range(99), I):\n    BODY")),
    Spelling("loop over a chain", "statement", _loop("for T in itertools.chain(I, []):\n    BODY"), ("import itertools",)),
    Spelling("loop as comprehension", "statement", _loop_as_comprehension),
    Spelling("loop as generator", "statement", _loop_as_any),
    Spelling("comprehension as loop", "statement", _comprehension_as_loop),
    Spelling("if turned around", "statement", _if("if not TEST:\n    OTHER\nelse:\n    BODY")),
    Spelling("if by a flag", "statement", _if("FRESH = bool(TEST)\nif FRESH:\n    BODY\nelse:\n    OTHER")),
    Spelling("if as match", "statement", _if("match bool(TEST):\n    case True:\n        BODY\n    case _:\n        OTHER")),
    Spelling("guards nested", "suite", _guards_nested),
    Spelling("context entered by hand", "statement", _with(ENTERED)),
    Spelling("context in a name", "statement", _with("FRESH = M\nwith FRESH:\n    BODY")),
    Spelling("context on a stack", "statement", _with("with contextlib.ExitStack() as FRESH:\n    FRESH.enter_context(M)\n    BODY"), ("import contextlib",)),
)  # fmt: skip
