"""What the names of a file are bound to, and what they stand for: imports, other names, other paths."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.lower import harmless
from codemods.syntax import dotted

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.scopes import Scopes

LIBRARIES = ("contextlib", "copy", "functools", "itertools", "operator", "torch", "types")
"""Libraries without models or optimizers of their own, parts of which may get another name: ``adam = torch.optim.Adam``."""


class Names(Struct, eq=False):
    """The names and paths of one module, with all that is bound to them and looked up on them.

    ``collected``: imports, bindings and uses are complete, so that what follows of them alone is worked out once; ``settled``: so
    is what :class:`codemods.lower.evidence.Evidence` adds. ``added``: what is put where no path leads, by
    ``+=`` or an index that is computed. ``members``: for each variable of a class body, what is looked up by its name on any object. ``deletions``: how
    many of the bindings without a value are a ``del``. ``starred``: names may come from ``import *``. ``asked_of``: the paths that
    a question is being asked of, which may lead to itself.
    """

    scopes: Scopes
    imports: dict[tuple[str, str], str] = field(default_factory=dict)
    bindings: dict[Path, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    deletions: dict[Path, int] = field(default_factory=dict)
    methods: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    called: set[Path] = field(default_factory=set)
    iterated: set[int] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    lazy: set[int] = field(default_factory=set)
    aliases: dict[Path, Path] = field(default_factory=dict)
    handed: dict[Path, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    annotations: dict[Path, ast.expr] = field(default_factory=dict)
    asked: list[tuple[Path, ast.Call]] = field(default_factory=list)
    filled: list[tuple[Path, ast.Call]] = field(default_factory=list)
    added: list[tuple[ast.expr, ast.expr]] = field(default_factory=list)
    captured: list[tuple[Path, ast.expr]] = field(default_factory=list)
    members: dict[Path, list[Path]] = field(default_factory=dict)
    wrapped: set[int] = field(default_factory=set)
    asked_of: set[Path] = field(default_factory=set)
    _functions: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    starred: bool = False
    collected: bool = False
    settled: bool = False
    full_names: dict[ast.expr, str | None] = field(default_factory=dict)

    def imported(self, node: ast.expr) -> str | None:
        """The full dotted name of something imported or built in, None for the file's own names."""
        if not self.collected:
            return self._imported(node)
        if node not in self.full_names:
            self.full_names[node] = self._imported(node)
        return self.full_names[node]

    def _imported(self, node: ast.expr) -> str | None:
        name = node
        while isinstance(name, ast.Attribute):
            name = name.value
        if not isinstance(name, ast.Name):
            return None
        root = name.id
        owner = self.scopes.binding(root, self.scopes.of_node[name])
        full = self.imports.get((owner.name, root))
        if full is None and root in owner.bound:
            return self._renamed(self.scopes.variable(root, owner), dotted(node) or "")
        if full is None and root not in harmless.BUILTINS:
            return None
        text = dotted(node) or ""
        rest = text.partition(".")[2]
        if full is not None:
            rebound = self.bindings.get(self.scopes.variable(root, owner))
            return None if rebound else full + ("." + rest if rest else "")
        return "builtins." + text

    def _renamed(self, path: Path, text: str) -> str | None:
        """The full name of what is looked up on a variable that only stands for a part of a library without models."""
        value = self._sole_thing(path) if self.collected else None
        if value is None or id(value) in self.iterated or path in self.asked_of:
            return None
        named = next(iter(value.args), None) if isinstance(value, ast.Call) else None
        if not isinstance(value, ast.Name | ast.Attribute | ast.Call):
            return None
        self.asked_of.add(path)
        try:
            full = self.imported(value.func if isinstance(value, ast.Call) else value) or ""
        finally:
            self.asked_of.discard(path)
        if isinstance(value, ast.Call):
            if full not in ("importlib.import_module", "builtins.__import__"):
                return None
            full = str(named.value) if isinstance(named, ast.Constant) else ""
        rest = text.partition(".")[2]
        # A module that was imported whole holds no more under another name than under its own.
        known = bool(full) and (full.startswith(("builtins.", *LIBRARIES)) or "." not in full)
        return full + ("." + rest if rest else "") if known else None

    def _sole_thing(self, path: Path) -> ast.expr | None:
        """The one value that ``path`` is bound to, apart from the constant None."""
        values = [
            one
            for one in self.bindings.get(path, ())
            if not (isinstance(one, ast.Constant) and one.value is None)
        ]
        return values[0] if len(values) == 1 else None

    def source(self, node: ast.expr) -> str | None:
        """As :meth:`imported`, names that only stand for something imported replaced."""
        for _ in range(4):
            full = self.imported(node)
            path = None if full is not None else self.scopes.path(node)
            value = None if path is None else self._sole_thing(path)
            if full is not None or not isinstance(value, ast.Name | ast.Attribute):
                return full
            node = value
        return None

    def is_iterated(self, value: ast.expr | None) -> bool:
        """Whether a name that is bound to ``value`` goes through it, and not through what is written out there."""
        return id(value) in self.iterated and not isinstance(value, ast.List | ast.Tuple | ast.Set)

    def is_import(self, path: Path) -> bool:
        """Whether the root of a path is a name that an import binds."""
        return (path.scope or "<module>", path.root) in self.imports

    def is_autograd(self, node: ast.expr) -> bool:
        """Whether ``something.grad`` is the function ``torch.autograd.grad``, not a gradient."""
        return self.imported(node) in ("torch.autograd.grad", "torch.func.grad", "functorch.grad", "jax.grad")

    def given(self, path: Path) -> list[ast.expr | None]:
        """The values that ``path`` is bound to, without the times that it is deleted: behind a ``del`` it has none."""
        values = list(self.bindings.get(path, ()))
        for _ in range(self.deletions.get(path, 0)):
            values.remove(None)
        return values

    def sole_binding(self, path: Path) -> ast.expr | None:
        """The one value that ``path`` is ever bound to, None when there are several or it is unclear."""
        values = self.bindings.get(path, [])
        return values[0] if len(values) == 1 else None

    def uses(self, path: Path) -> set[str]:
        """The attributes that the file looks up on ``path``."""
        return self.methods.get(path, set())

    def full_name(self, node: ast.expr) -> str:
        """The full dotted name of something imported, else an empty string."""
        return self.imported(node) or ""

    def path(self, node: ast.expr) -> Path | None:
        """What an expression denotes, names that only stand for another path replaced; None when computed."""
        path = self.scopes.path(node)
        return path and self.meaning(path)

    def meaning(self, path: Path) -> Path:
        """The path without names that are bound once, to another path: ``self.opt`` for ``opt = self.opt``."""
        for _ in range(8):
            alias = self.aliases.get(path.variable)
            if alias is None:
                break
            path = alias.extended(path.rest, path.indices)
        if path.indices:
            path = path._replace(indices=tuple(map(self.meaning, path.indices)))
        return path

    def named(self, word: str) -> list[ast.AST]:
        """The functions and classes of the file of that name."""
        if not self._functions:
            for one in self.scopes.inner:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self._functions[one.name].append(one)
        return self._functions.get(word, [])
