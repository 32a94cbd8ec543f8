"""The walks agree with those of the ast module, but for contexts and operators."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from codemods.trees import alike, children, forget, holding, walk

NO_CODE = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
SOURCES = [inspect.getsource(ast), inspect.getsource(inspect)]
if sys.version_info >= (3, 12):
    SOURCES.append("type Pair[T] = tuple[T, T]\ndef f[*Ts, **P](): ...\n")


@pytest.mark.parametrize(
    "source", [*SOURCES, "match x:\n    case {'a': [b, *c], **rest} | A(y=1 as z): pass\n"]
)
def test_walks_meet_the_same_nodes_in_the_same_order(source: str) -> None:
    tree = ast.parse(source)
    for _ in range(2):
        assert list(walk(tree)) == [one for one in ast.walk(tree) if not isinstance(one, NO_CODE)]
    for node in walk(tree):
        below = [one for one in ast.iter_child_nodes(node) if not isinstance(one, NO_CODE)]
        assert list(children(node)) == below


def test_a_node_that_changed_is_looked_at_again() -> None:
    tree = ast.parse("a\nb\n")
    assert len(children(tree)) == 2
    del tree.body[0]
    forget(tree)
    assert list(children(tree)) == tree.body


CHANGES = [
    ("a + 1", "a + 2"),
    ("a + 1", "a - 1"),
    ("a = 1", "a = True"),
    ("a = 1", "a = 1.0"),
    ("a = 0.0", "a = -0.0"),
    ("a = 'b'", "a = b'b'"),
    ("a = 'b'", "a = u'b'"),
    ("f(a)", "f(a, *b)"),
    ("f(a=b)", "f(**b)"),
    ("def f(a, b): pass", "def f(a, /, b): pass"),
    ("x: int", "x: int = 1"),
    ("import a", "import a as a"),
    ("for a in b: c", "for a in b: c\nelse: d"),
    ("f'{a}'", "f'{a!r}'"),
    ("global a", "global b"),
    ("a\nb", "b\na"),
]


@pytest.mark.parametrize(("one", "other"), CHANGES)
def test_trees_are_alike_where_their_dumps_are(one: str, other: str) -> None:
    first, second, spread = ast.parse(one), ast.parse(other), ast.parse(f"\n{one}  # comment")
    assert ast.dump(first) != ast.dump(second)
    assert not alike(first, second)
    assert not alike(second, first)
    assert alike(first, spread)


@pytest.mark.parametrize("source", [*SOURCES, "match x:\n    case 1:\n        if a:\n            b\n"])
def test_all_statements_are_met_each_behind_what_holds_it(source: str) -> None:
    tree = ast.parse(source)
    wanted = (ast.mod, ast.stmt, ast.excepthandler, ast.match_case)
    order = {id(one): number for number, one in enumerate(holding(tree))}
    assert order.keys() == {id(one) for one in ast.walk(tree) if isinstance(one, wanted)}
    for node in ast.walk(tree):
        if isinstance(node, wanted):
            below = [one for one in ast.iter_child_nodes(node) if isinstance(one, wanted)]
            assert all(order[id(node)] < order[id(one)] for one in below)
    assert alike(tree, ast.parse(source))
