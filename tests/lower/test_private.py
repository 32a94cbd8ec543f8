"""Private names are spelled out as Python does it."""

from __future__ import annotations

import ast
import types

import pytest

from codemods.engine import examine
from codemods.lower.private import has_private_names, spelled_out
from codemods.lower.scopes import scopes_of
from codemods.settings import Settings
from codemods.syntax import parse

BODIES = [
    "self.__a = self.__b__ = self._c",
    "__a = self.__a.__b",
    "global __g\n        __g = 1",
    "import __m\n        import x as __y",
    "def __inner(__p, *, __k=1): return __p + __k\n        __inner(__p=1)",
    "for __i in [self.__x for __j in y]: del self.__x",
    "class __Deep(__Base):\n            def f(self): self.__z",
]


def names(code: types.CodeType) -> set[str]:
    """Every name in a piece of compiled code and in the code inside it."""
    found = {*code.co_names, *code.co_varnames, *code.co_cellvars, *code.co_freevars}
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            found |= names(one)
    return found


@pytest.mark.parametrize("owner", ["A", "_A", "__", "A_b__c"])
@pytest.mark.parametrize("body", BODIES)
def test_names_are_those_of_the_compiled_program(owner: str, body: str) -> None:
    tree = parse(f"class {owner}:\n    def f(self, y):\n        {body}\n")
    full, written = spelled_out(tree)
    # Names in full are private no more: compiled where they stand, they stay as they are.
    assert names(compile(full, "<tree>", "exec")) == names(compile(tree, "<tree>", "exec"))
    assert written or owner == "__"


def test_the_tree_itself_stays_as_it_is() -> None:
    tree = parse("class A:\n    def f(self): self.__x = 1\n")
    before = ast.dump(tree)
    full, written = spelled_out(tree)
    assert ast.dump(tree) == before
    assert "self._A__x = 1" in ast.unparse(full)
    assert written == {"_A__x": "__x"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("class A:\n    def f(self): self.__x = 1\n", True),
        ("a._A__x = 1\n", True),
        ("class A:\n    def __f(self): pass\n", True),
        ("class A:\n    def __init__(self): self._x = self.x = 1\n", False),
    ],
)
def test_only_files_with_private_names_are_copied(source: str, answer: bool) -> None:
    assert has_private_names(scopes_of(parse(source))) is answer


def test_a_finding_says_the_name_that_stands_in_the_source() -> None:
    source = (
        "class Trainer:\n"
        "    def __init__(self, opt):\n"
        "        self.__opt = opt\n\n"
        "    def __fit(self, loss):\n"
        "        loss.backward()\n"
        "        self.__opt.step()\n"
        "        self.__opt.zero_grad()\n"
    )
    (finding,) = examine("a.py", source.encode(), Settings()).findings
    assert finding.optimizers == ("self.__opt",)
    assert finding.function == "Trainer.__fit"
    assert "_Trainer__" not in finding.reason
