"""Assignments and single statements, spelt another way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.spellings.in_suites import same
from tests.spellings.spell import Spelling, compound, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft

Suite = list[ast.stmt]


def _assigned(
    template: str, *, names: bool = True, attributes: bool = True
) -> Callable[[Draft, ast.stmt], object]:
    """``T = V`` by the template; A is the attribute as text and O what it is set on."""

    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            return None
        target = node.targets[0]
        parts: dict[str, ast.expr | list[ast.stmt] | str] = {
            "T": target,
            "V": node.value,
            "FRESH": draft.fresh(),
        }
        if isinstance(target, ast.Attribute) and attributes:
            parts |= {"O": target.value, "A": ast.Constant(target.attr)}
        elif isinstance(target, ast.Name) and names:
            parts |= {"A": ast.Constant(target.id)}
        else:
            return None
        return statements(template, **parts)

    return change


def _with_global(template: str) -> Callable[[Draft, ast.stmt], object]:
    """Names of the module only: the template says how."""
    inner = _assigned(template, attributes=False)

    def change(draft: Draft, node: ast.stmt) -> object:
        return (
            inner(draft, node)
            if any(node is not None and same(node, one) for one in draft.tree.body)
            else None
        )

    return change


def _simple(template: str) -> Callable[[Draft, ast.stmt], object]:
    """A simple statement, within something: the template's BODY."""

    def change(_: Draft, node: ast.stmt) -> object:
        if compound(node) or isinstance(
            node,
            ast.Break | ast.Continue | ast.Return | ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom,
        ):
            return None
        return statements(template, BODY=[node])

    return change


def _call(template: str) -> Callable[[Draft, ast.stmt], object]:
    """A statement that is a method call: F what is called, O its object, C the call."""

    def change(draft: Draft, node: ast.stmt) -> object:
        value = node.value if isinstance(node, ast.Expr | ast.Assign) else None
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return None
        if ast.unparse(value.func).startswith("super()"):
            return None
        fresh = draft.fresh()
        if "O" in template.split("=")[1]:
            first = statements(template, FRESH=fresh, O=value.func.value)
            value.func.value = ast.Name(fresh)
        else:
            first = statements(template, FRESH=fresh, F=value.func)
            value.func = ast.Name(fresh)
        return [*first, node]

    return change


def _called(template: str) -> Callable[[Draft, ast.stmt], object]:
    """A statement that is a call and nothing else, as a whole."""

    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            return None
        if ast.unparse(node.value).startswith("super"):
            return None
        return statements(template, C=node.value, FRESH=draft.fresh())

    return change


def _returned(template: str) -> Callable[[Draft, ast.stmt], object]:
    def change(draft: Draft, node: ast.stmt) -> object:
        if not isinstance(node, ast.Return) or node.value is None:
            return None
        return statements(template, V=node.value, FRESH=draft.fresh())

    return change


SPELLINGS = (
    Spelling("assigned by walrus", "statement", _assigned("(T := V)", attributes=False)),
    Spelling("assigned in a tuple", "statement", _assigned("T, FRESH = V, 0")),
    Spelling("assigned in a list", "statement", _assigned("[T] = [V]")),
    Spelling("assigned by star", "statement", _assigned("T, *FRESH = [V, 0]")),
    Spelling("assigned from a star", "statement", _assigned("FRESH = [V]\nT, = FRESH")),
    Spelling("assigned twice", "statement", _assigned("FRESH = T = V")),
    Spelling("assigned on", "statement", _assigned("FRESH = V\nT = FRESH")),
    Spelling("assigned with a note", "statement", _assigned("T: object = V")),
    Spelling("assigned by a loop", "statement", _assigned("for T in [V]:\n    pass")),
    Spelling("assigned by a with", "statement", _assigned("with contextlib.nullcontext(V) as T:\n    pass"), ("import contextlib",)),
    Spelling("assigned by a match", "statement", _assigned("match V:\n    case FRESH:\n        T = FRESH")),
    Spelling("assigned by setattr", "statement", _assigned("setattr(O, A, V)", names=False)),
    Spelling("assigned by __setattr__", "statement", _assigned("O.__setattr__(A, V)", names=False)),
    Spelling("assigned by object", "statement", _assigned("object.__setattr__(O, A, V)", names=False)),
    Spelling("assigned in __dict__", "statement", _assigned("O.__dict__[A] = V", names=False)),
    Spelling("assigned in vars", "statement", _assigned("vars(O)[A] = V", names=False)),
    Spelling("assigned by update", "statement", _assigned("O.__dict__.update({A: V})", names=False)),
    Spelling("assigned to the type", "statement", _assigned("setattr(type(O), A, V)", names=False)),
    Spelling("assigned in globals", "statement", _with_global("globals()[A] = V")),
    Spelling("assigned by globals update", "statement", _with_global("globals().update({A: V})")),
    Spelling("assigned by exec", "statement", _with_global("FRESH = V\nexec(A + ' = ' + 'FRESH'.replace('FRESH', 'FRESH'))")),
    Spelling("assigned by an if", "statement", _assigned("if True:\n    T = V\nelse:\n    T = None")),
    Spelling("assigned after None", "statement", _assigned("T = None\nT = V")),
    Spelling("assigned in a try", "statement", _assigned("try:\n    T = V\nexcept ValueError:\n    T = None")),
    Spelling("assigned by a condition", "statement", _assigned("T = V if True else None")),
    Spelling("assigned by or", "statement", _assigned("T = None or V")),
    Spelling("assigned from a list", "statement", _assigned("T = [V][0]")),
    Spelling("assigned from a lambda", "statement", _assigned("T = (lambda: V)()")),
    Spelling("assigned from a function", "statement", _assigned("def FRESH(x):\n    return x\nT = FRESH(V)")),
    Spelling("assigned from a namespace", "statement", _assigned("T = types.SimpleNamespace(a=V).a"), ("import types",)),
    Spelling("assigned from a map", "statement", _assigned("T = dict(a=V)['a']")),
    Spelling("simple in a try", "statement", _simple("try:\n    BODY\nfinally:\n    pass")),
    Spelling("simple in try, handled", "statement", _simple("try:\n    BODY\nexcept KeyError:\n    raise")),
    Spelling("simple in a with", "statement", _simple("with contextlib.nullcontext():\n    BODY"), ("import contextlib",)),
    Spelling("simple in suppress", "statement", _simple("with contextlib.suppress(KeyError):\n    BODY"), ("import contextlib",)),
    Spelling("simple in a loop", "statement", _simple("for _ in range(1):\n    BODY")),
    Spelling("simple in a while", "statement", _simple("while True:\n    BODY\n    break")),
    Spelling("simple under if", "statement", _simple("if True:\n    BODY")),
    Spelling("simple under a flag", "statement", _simple("if flag():\n    BODY"), ("def flag():\n    return True",)),
    Spelling("simple under else", "statement", _simple("if not 1:\n    pass\nelse:\n    BODY")),
    Spelling("simple under a match", "statement", _simple("match 0:\n    case _:\n        BODY")),
    Spelling("simple in finally", "statement", _simple("try:\n    pass\nfinally:\n    BODY")),
    Spelling("simple in a handler", "statement", _simple("try:\n    raise KeyError\nexcept KeyError:\n    BODY")),
    Spelling("simple after a loop", "statement", _simple("for _ in ():\n    pass\nelse:\n    BODY")),
    Spelling("simple in try else", "statement", _simple("try:\n    pass\nexcept KeyError:\n    pass\nelse:\n    BODY")),
    Spelling("bound method first", "statement", _call("FRESH = F")),
    Spelling("receiver first", "statement", _call("FRESH = O")),
    Spelling("receiver first from a list", "statement", _call("FRESH, = [O]")),
    Spelling("call behind and", "statement", _called("True and C")),
    Spelling("call in a condition", "statement", _called("C if True else None")),
    Spelling("call in an if test", "statement", _called("if C:\n    pass")),
    Spelling("call assigned", "statement", _called("FRESH = C")),
    Spelling("call assigned away", "statement", _called("_ = C")),
    Spelling("statement in a lambda", "statement", _called("FRESH = lambda: C\nFRESH()")),
    Spelling("call in a def", "statement", _called("def FRESH():\n    C\nFRESH()")),
    Spelling("call in a def with a default", "statement", _called("def FRESH(n=0):\n    return C\nFRESH()")),
    Spelling("call in a tuple", "statement", _called("C, 0")),
    Spelling("call in an assert", "statement", _called("assert C is not FRESH, 0".replace("FRESH", "...")),),
    Spelling("statement in a generator", "statement", _called("FRESH = (C for _ in (0,))\nfor _ in FRESH:\n    pass")),
    Spelling("call in a thread", "statement", _called("FRESH = threading.Thread(target=lambda: C)\nFRESH.start()\nFRESH.join()"), ("import threading",)),
    Spelling("call on exit", "statement", _called("with contextlib.ExitStack() as FRESH:\n    FRESH.callback(lambda: C)"), ("import contextlib",)),
    Spelling("call in a property", "statement", _called("class FRESH:\n    @property\n    def p(self):\n        return C\nFRESH().p")),
    Spelling("call in a class body", "statement", _called("class FRESH:\n    C")),
    Spelling("call in a constructor", "statement", _called("class FRESH:\n    def __init__(self):\n        C\nFRESH()")),
    Spelling("call in a context", "statement", _called("class FRESH:\n    def __enter__(self):\n        C\n    def __exit__(self, *a):\n        pass\nwith FRESH():\n    pass")),
    Spelling("call in an f-string", "statement", _called("f'{(lambda: C)()}'")),
    Spelling("call in a default", "statement", _called("def FRESH(x=C):\n    pass")),
    Spelling("call in a decorator", "statement", _called("@(lambda f: (C, f)[1])\ndef FRESH():\n    pass")),
    Spelling("returned on", "statement", _returned("FRESH = V\nreturn FRESH")),
    Spelling("returned by a condition", "statement", _returned("return V if True else None")),
    Spelling("returned in a try", "statement", _returned("try:\n    return V\nfinally:\n    pass")),
)  # fmt: skip
