"""Pages, and what it takes to spell one of them another way."""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.fixture_format import load_fixtures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

ADVERSARIAL = Path(__file__).parent.parent / "adversarial"

Kind = Literal["expression", "statement", "suite", "page"]


@dataclass(frozen=True, slots=True)
class Page:
    """A program for the world of :mod:`tests.torch_world`, the line that drives it, and what the tool is not shown."""

    name: str
    text: str
    drive: str | None
    before: str = ""


@dataclass(slots=True)
class Draft:
    """A page that is being spelt another way. ``before`` runs first, and is not shown to the tool."""

    tree: ast.Module
    drive: str | None
    text: str
    before: str = ""
    number: int = 0

    def fresh(self, word: str = "made") -> str:
        """A name that the page does not have."""
        self.number += 1
        while f"{word}_{self.number}" in self.text:
            self.number += 1
        return f"{word}_{self.number}"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to spell a program differently.

    ``change`` is given the page, and each node of its kind in turn (the tree itself for ``page``); it answers what
    stands there instead, or None where there is nothing to change.
    """

    name: str
    kind: Kind
    change: Callable[..., object]
    imports: tuple[str, ...] = field(default=())


def pages() -> list[Page]:
    """Every page of ``tests/adversarial`` and ``fixtures`` that is a program, as the tool is handed it."""
    found = []
    for path in sorted(ADVERSARIAL.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = f"adversarial/{path.relative_to(ADVERSARIAL).as_posix()}"
        found.append(Page(name, text, said(text, "drive"), said(text, "before") or ""))
    found += [Page(f"fixtures/{one.name}", one.before, one.drive) for one in load_fixtures()]
    return found


def said(page: str, word: str) -> str | None:
    """What a page says of how it is run: ``drive``, behind it; ``before``, what the tool is not shown."""
    found = re.search(rf"^# {word}: (.*)$", page, re.MULTILINE)
    return found[1] if found else None


def respelt(page: Page, spelling: Spelling, sites: Collection[int] | None) -> tuple[Draft, int]:
    """A page with some of its sites (all for None) changed, and how many sites it has."""
    draft = Draft(ast.parse(page.text), page.drive, page.text, page.before)
    if spelling.kind == "page":
        spelling.change(draft, draft.tree)
        found = 1
    else:
        walk = _Walk(draft, spelling, sites)
        walk.visit(draft.tree)
        found = walk.found
    imports = [statement for line in spelling.imports for statement in ast.parse(line).body]
    top = _below_the_docstring(draft.tree)
    draft.tree.body[top:top] = imports
    return draft, found


def _below_the_docstring(tree: ast.Module) -> int:
    top = 0
    for statement in tree.body:
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not future and not text:
            break
        top += 1
    return top


def text_of(draft: Draft) -> str:
    """The page as it is spelt now."""
    return ast.unparse(ast.fix_missing_locations(draft.tree)) + "\n"


class _Walk(ast.NodeTransformer):
    """Hands the nodes of one kind to a spelling, from the inside out; a statement that clears stays as it is."""

    def __init__(self, draft: Draft, spelling: Spelling, sites: Collection[int] | None) -> None:
        self.draft, self.spelling, self.sites = draft, spelling, sites
        self.found = 0

    def _changed(self, node: ast.AST) -> object:
        made = self.spelling.change(self.draft, copy.deepcopy(node))
        if made is None:
            return None
        self.found += 1
        return made if self.sites is None or self.found - 1 in self.sites else None

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        if isinstance(node, ast.stmt) and not compound(node) and clears(node):
            return node
        self.generic_visit(node)
        self._suites(node)
        if isinstance(node, ast.JoinedStr | ast.FormattedValue | ast.Module):
            return node
        wanted = ast.stmt if self.spelling.kind == "statement" else ast.expr
        if self.spelling.kind != "suite" and isinstance(node, wanted) and not stored(node):
            made = self._changed(node)
            if made is not None:
                return made  # type: ignore[return-value]
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def _suites(self, node: ast.AST) -> None:
        if self.spelling.kind != "suite" or isinstance(node, ast.ClassDef):
            return
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
                copied = copy.deepcopy(suite)
                made = self.spelling.change(self.draft, copied)
                if made is not None:
                    self.found += 1
                    if self.sites is None or self.found - 1 in self.sites:
                        setattr(node, name, made)


def compound(node: ast.stmt) -> bool:
    """Whether a statement holds others."""
    return hasattr(node, "body") or isinstance(node, ast.Match)


def clears(node: ast.AST) -> bool:
    """Whether a statement may be one that the tool moves: spelt another way it would only be refused."""
    text = ast.unparse(node)
    return "zero" in text or ".grad = None" in text


def stored(node: ast.AST) -> bool:
    """Whether an expression is bound or deleted where it stands."""
    return isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)


class _Filled(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr | list[ast.stmt] | str]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.AST:
        part = self.parts.get(node.id)
        if isinstance(part, str):
            node.id = part
        return copy.deepcopy(part) if isinstance(part, ast.expr) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        name = self.parts.get(node.name)
        node.name = name if isinstance(name, str) else node.name
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        if isinstance(node.value, ast.Name) and isinstance(suite := self.parts.get(node.value.id), list):
            return suite
        return self.generic_visit(node)


def expression(text: str, **parts: ast.expr | str) -> ast.expr:
    """``text`` with its capital names filled in."""
    made = _Filled(dict(parts)).visit(ast.parse(text, mode="eval"))
    value: ast.expr = made.body
    return value


def statements(text: str, **parts: ast.expr | list[ast.stmt] | str) -> list[ast.stmt]:
    """Statements with their capital names filled in; a name that stands alone may be a whole suite."""
    body: list[ast.stmt] = _Filled(dict(parts)).visit(ast.parse(text)).body
    return body


def words(node: ast.AST) -> set[str]:
    """Every plain name in a tree."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def bound(node: ast.AST) -> set[str]:
    """The plain names that a tree binds, functions and classes in it not entered."""
    found: set[str] = set()
    for one in own_nodes(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in one.names}
    return found - {"*"}


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A tree's nodes, without the insides of functions and classes in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from own_nodes(child)
