"""The walks agree with those of the ast module, but for contexts and operators."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from codemods.trees import children, forget, walk

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
