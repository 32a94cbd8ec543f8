"""Every fixture page runs under real torch: moves train bit for bit the same, tempting rewrites do not."""

from __future__ import annotations

import ast
from pathlib import Path

import black
import pytest

from tests.fixture_format import Fixture, MalformedPageError, load_fixtures, parse_fixture
from tests.torch_world import Trace, differences, run

PAGES = load_fixtures()


def _of(group: str) -> list[object]:
    return [pytest.param(page, id=page.name) for page in PAGES if page.group == group]


def _trains(page: Fixture, trace: Trace, error: str | None) -> None:
    """A run that took no step, stumbled or blew up would prove nothing, unless it is to stumble."""
    assert trace.error == error
    assert trace.steps or not page.expect or error
    assert trace.finite


class _WithoutZeros(ast.NodeTransformer):
    """Drops every statement that clears gradients, and keeps their texts."""

    def __init__(self, helpers: set[str]) -> None:
        self.dropped: list[str] = []
        self.helpers = helpers

    def visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.stmt) and (_clears(node) or self._calls_helper(node)):
            self.dropped.append(ast.unparse(node))
            return None
        self.generic_visit(node)
        return node

    def _calls_helper(self, node: ast.stmt) -> bool:
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
                return name in self.helpers
        return False


def _helpers(tree: ast.Module) -> set[str]:
    """Functions of which every statement but a docstring clears gradients."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    bodies = {one.name: one.body[1:] if ast.get_docstring(one) else one.body for one in functions}
    return {name for name, body in bodies.items() if all(map(_clears, body))}


def _clears(node: ast.stmt) -> bool:
    """Whether every leaf of a statement is a call of zero_grad, or clears one gradient by hand."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="zero_grad" | "_foreach_zero_"))):
            return True
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="zero_" | "detach_" | "requires_grad_", value=base))
        ):
            return ".grad" in ast.unparse(base)
        case ast.Assign(targets=[ast.Attribute(attr="grad")], value=ast.Constant(value=None)):
            return True
        case ast.Expr(value=ast.ListComp(elt=call)):
            return _clears(ast.Expr(call))
        case ast.For() | ast.If():
            return all(_clears(one) or isinstance(one, ast.Continue) for one in (*node.body, *node.orelse))
    return False


def _parted(source: str) -> tuple[str, list[str]]:
    """A source without what clears gradients, and that."""
    tree = ast.parse(source)
    parting = _WithoutZeros(_helpers(tree))
    parting.visit(tree)
    return ast.dump(tree), sorted(parting.dropped)


@pytest.mark.parametrize("page", _of("moves"))
def test_a_move_trains_bit_for_bit_the_same(page: Fixture) -> None:
    assert page.other is not None
    before, after = run(page.before, page.drive), run(page.other, page.drive)
    _trains(page, before, page.raises)
    _trains(page, after, page.raises)
    assert differences(before, after) is None


@pytest.mark.parametrize("page", _of("moves"))
def test_a_move_changes_nothing_but_the_place_of_zero_grad(page: Fixture) -> None:
    assert page.other is not None
    assert _parted(page.before) == _parted(page.other)
    assert _parted(page.before)[1]
    if page.black:
        assert sorted(page.before.splitlines()) == sorted(page.other.splitlines())


@pytest.mark.parametrize("page", _of("repairs"))
def test_a_repair_trains_differently(page: Fixture) -> None:
    assert page.other is not None
    before, after = run(page.before, page.drive), run(page.other, page.drive)
    _trains(page, before, page.raises)
    _trains(page, after, page.raises)
    assert differences(before, after) is not None


@pytest.mark.parametrize("page", _of("repairs"))
def test_a_repair_changes_nothing_but_zero_grad(page: Fixture) -> None:
    assert page.other is not None
    assert _parted(page.before)[0] == _parted(page.other)[0]
    assert set(page.before.splitlines()) <= set(page.other.splitlines()) or not page.black


@pytest.mark.parametrize("page", _of("refusals"))
def test_a_tempting_rewrite_trains_differently(page: Fixture) -> None:
    assert page.other is not None
    before, wrong = run(page.before, page.drive), run(page.other, page.drive)
    _trains(page, before, None)
    _trains(page, wrong, page.raises)
    assert differences(before, wrong) is not None


@pytest.mark.parametrize("page", _of("silent"))
def test_a_silent_page_trains(page: Fixture) -> None:
    _trains(page, run(page.before, page.drive), page.raises)


@pytest.mark.parametrize("page", [page for page in PAGES if page.black], ids=lambda page: page.name)
def test_both_versions_are_stable_under_black(page: Fixture) -> None:
    for source in filter(None, (page.before, page.other)):
        assert black.format_str(source, mode=black.Mode(line_length=110)) == source


def test_there_are_enough_pages_of_every_group() -> None:
    counts = {group: len(_of(group)) for group in ("moves", "repairs", "refusals", "silent")}
    assert counts["moves"] >= 24
    assert counts["repairs"] >= 16
    assert counts["refusals"] >= 24
    assert counts["silent"] >= 6


GOOD = '"""Why."""\n# expect: zero-last GO101 safe\n\nx = 1\n# --- after\nx = 2\n'


def test_a_page_is_read_into_its_parts() -> None:
    page = parse_fixture(Path("moves/torch/page.py"), GOOD)
    assert (page.before, page.other, page.kind, page.topic) == ("x = 1\n", "x = 2\n", "after", "torch")
    assert [(one.verdict, one.code, one.fix) for one in page.expect] == [("zero-last", "GO101", "safe")]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('"""Why."""\n', ""),
        GOOD.replace("# expect: zero-last GO101 safe\n", ""),
        GOOD.replace("GO101", "GO201"),
        GOOD.replace("zero-last", "zero-lost"),
        GOOD.replace("safe", "safely"),
        GOOD.replace("safe", "unsafe"),
        GOOD.replace("# expect", "# expects"),
        GOOD.replace("after", "wrong"),
        GOOD.replace("# --- after\n", ""),
        GOOD.replace("x = 2\n", "# --- after\nx = 2\n"),
        GOOD.replace("x = 2", "x = 1"),
        GOOD.replace("x = 2", "# nothing"),
        GOOD.replace("x = 1\n", ""),
        GOOD.replace("x = 2", "x ="),
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n",
        GOOD.replace("\n\nx", "\n# style: loose\n\nx", 1),
    ],
)
def test_a_malformed_page_is_refused(text: str) -> None:
    assert text != GOOD
    with pytest.raises(MalformedPageError):
        parse_fixture(Path("moves/torch/page.py"), text)


@pytest.mark.parametrize("path", ["page.py", "moves/page.py", "silent/deep/page.py", "odd/torch/page.py"])
def test_a_page_in_the_wrong_place_is_refused(path: str) -> None:
    with pytest.raises(MalformedPageError):
        parse_fixture(Path(path), GOOD)
