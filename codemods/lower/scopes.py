"""Which variable a name means: Python's scoping rules (language reference, 4.2.2), for one module.

Comprehension variables count as variables of the function around them, which can only make a name look rebound
more often than it is.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct, field

from codemods.events import Path
from codemods.syntax import BINDERS, FUNCTIONS, FunctionNode, bound_names, parameters
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = TypeVar("Node", bound=ast.AST)


class Scope(Struct, eq=False):
    """A module, class or function; ``name`` is unique in the file and free of line numbers."""

    name: str
    node: ast.AST
    parent: Scope | None
    bound: set[str] = field(default_factory=set)
    module_names: set[str] = field(default_factory=set)
    outer_names: set[str] = field(default_factory=set)
    parameters: list[str] = field(default_factory=list)
    method_of: ast.ClassDef | None = None
    variables: dict[str, tuple[Scope, Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out once what is asked often. ``variables`` is filled as names are looked up."""
        self.parameters = parameters(self.node) if isinstance(self.node, FUNCTIONS) else []
        self.method_of = self._method_of()

    @property
    def is_class(self) -> bool:
        """Whether names bound here are hidden from the functions inside."""
        return isinstance(self.node, ast.ClassDef)

    def _method_of(self) -> ast.ClassDef | None:
        """The class whose instance the first parameter is."""
        if self.parent is None or not self.parent.is_class or not isinstance(self.node, FUNCTIONS):
            return None
        decorators = {getattr(one, "id", "") for one in getattr(self.node, "decorator_list", ())}
        if "staticmethod" in decorators or "classmethod" in decorators or not self.parameters:
            return None
        assert isinstance(self.parent.node, ast.ClassDef)
        return self.parent.node

    def enclosing(self) -> Iterator[Scope]:
        """This scope and those around it whose names its code sees."""
        scope: Scope | None = self
        while scope is not None:
            if scope is self or not scope.is_class:
                yield scope
            scope = scope.parent


class Scopes(Struct, frozen=True, eq=False):
    """All scopes of a module, and for each node the scope in which it is evaluated.

    ``computed``: attributes that run code of the file; ``stored``: attributes that the file assigns; ``unsettled``:
    those of them that are assigned more than once, or outside ``__init__``.
    """

    module: Scope
    of_node: dict[ast.AST, Scope]
    inner: dict[ast.AST, Scope]
    families: dict[str, str]
    computed: frozenset[str]
    stored: frozenset[str]
    unsettled: frozenset[str]
    by_kind: dict[type[ast.AST], list[ast.AST]]
    paths: dict[ast.expr, Path | None] = field(default_factory=dict)

    def all(self, kind: type[Node]) -> list[Node]:
        """All nodes of the module that are of one kind, in the order of ``of_node``."""
        return cast("list[Node]", self.by_kind.get(kind, []))

    def binding(self, name: str, scope: Scope) -> Scope:
        """The scope that binds ``name`` for code in ``scope``; the module's for globals and builtins."""
        return self._found(name, scope)[0]

    def variable(self, name: str, scope: Scope) -> Path:
        """The access path of a plain name."""
        return self._found(name, scope)[1]

    def _found(self, name: str, scope: Scope) -> tuple[Scope, Path]:
        found = scope.variables.get(name)
        if found is None:
            owner = self._binding(name, scope)
            found = scope.variables[name] = (owner, self._variable(name, owner))
        return found

    def _binding(self, name: str, scope: Scope) -> Scope:
        for one in scope.enclosing():
            if name in one.module_names:
                return self.module
            if name in one.bound and not (one is scope and name in one.outer_names):
                return one
        return self.module

    def _variable(self, name: str, owner: Scope) -> Path:
        method_of = owner.method_of
        if method_of is not None and owner.parameters[0] == name:
            return Path("class " + self.families[method_of.name], "self")
        return Path("" if owner is self.module else owner.name, name)

    def path(self, node: ast.expr) -> Path | None:
        """The access path of a pure receiver expression; None where a call or arithmetic takes part."""
        if node not in self.paths:
            self.paths[node] = self._path(node)
        return self.paths[node]

    def _path(self, node: ast.expr) -> Path | None:
        if isinstance(node, ast.Name):
            return self.variable(node.id, self.of_node[node])
        if isinstance(node, ast.Attribute):
            if node.attr in self.computed or (
                "__getattr__" in self.computed and node.attr not in self.stored
            ):
                return None
            base = self.path(node.value)
            return base and base.extended((f".{node.attr}",))
        if isinstance(node, ast.Subscript):
            base = self.path(node.value)
            names = [one for one in walk(node.slice) if isinstance(one, ast.expr)]
            if (
                base is None
                or "__getitem__" in self.computed
                or not all(
                    isinstance(one, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp) for one in names
                )
            ):
                return None
            indices = [self.path(one) for one in names if isinstance(one, ast.Name | ast.Attribute)]
            if None in indices:
                return None
            found = tuple(one for one in indices if one is not None)
            return base.extended((f"[{ast.unparse(node.slice)}]",), found)
        return None


def _families(classes: list[ast.ClassDef]) -> dict[str, str]:
    """Class name -> name of one class for all that are linked by inheritance inside the file."""
    family = {one.name: one.name for one in classes}

    def find(name: str) -> str:
        while family[name] != name:
            name = family[name]
        return name

    for one in classes:
        for base in one.bases:
            if isinstance(base, ast.Name) and base.id in family:
                family[find(one.name)] = find(base.id)
    return {name: find(name) for name in family}


def scopes_of(tree: ast.Module) -> Scopes:
    """Compute the scopes of a module. Linear in its nodes; no recursion, so no depth is too deep."""
    module = Scope("<module>", tree, None)
    of_node: dict[ast.AST, Scope] = {}
    inner: dict[ast.AST, Scope] = {tree: module}
    classes: list[ast.ClassDef] = []
    taken: dict[str, int] = {}
    stack: list[tuple[ast.AST, Scope]] = [(tree, module)]
    by_kind: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    while stack:
        node, scope = stack.pop()
        of_node[node] = scope
        kind = type(node)
        by_kind[kind].append(node)
        if kind in PLAIN:
            below = node.__dict__.get("_below")
            for child in reversed(children(node) if below is None else below):
                stack.append((child, scope))  # noqa: PERF401 - most have no child or one
            continue
        if isinstance(node, BINDERS):
            scope.bound.update(bound_names(node))
        elif isinstance(node, ast.Global):
            scope.module_names.update(node.names)
            module.bound.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.outer_names.update(node.names)
        body_scope = scope
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            body_scope = inner[node] = _open(node, scope, taken)
            if isinstance(node, ast.ClassDef):
                classes.append(node)
        stack.extend(reversed(list(_children(node, scope, body_scope))))
    stored: dict[str, list[Scope]] = {}
    for node in by_kind[ast.Attribute]:
        assert isinstance(node, ast.Attribute)
        if not isinstance(node.ctx, ast.Load):
            stored.setdefault(node.attr, []).append(of_node[node])
    unsettled = frozenset(
        name for name, found in stored.items() if len(found) > 1 or not found[0].name.endswith(".__init__")
    )
    families, computed = _families(classes), _computed(classes)
    return Scopes(module, of_node, inner, families, computed, frozenset(stored), unsettled, dict(by_kind))


PLAIN: frozenset[type[ast.AST]] = frozenset({
    ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Constant, ast.Expr, ast.If, ast.JoinedStr, ast.List,
    ast.Name, ast.Return, ast.Subscript, ast.Tuple, ast.UnaryOp, ast.arg, ast.arguments, ast.keyword,
})  # fmt: skip
"""The most frequent nodes that neither bind names nor open a scope."""


LOOKUPS = frozenset({"__getattr__", "__getattribute__", "__getitem__", "__get__"})


def _computed(classes: list[ast.ClassDef]) -> frozenset[str]:
    """Names of attributes that run code of the file when they are looked up: properties, and the hooks themselves."""
    found: set[str] = set()
    for one in classes:
        for each in one.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                decorators = [ast.unparse(it) for it in each.decorator_list]
                if any("property" in it or it.endswith((".setter", ".getter")) for it in decorators):
                    found.add(each.name)
                if each.name in LOOKUPS:
                    found.update((each.name, "__getattr__"))
    return frozenset(found)


def _open(node: FunctionNode | ast.ClassDef, scope: Scope, taken: dict[str, int]) -> Scope:
    name = getattr(node, "name", "<lambda>")
    qualified = name if scope.parent is None else f"{scope.name}.{name}"
    taken[qualified] = taken.get(qualified, 0) + 1
    if taken[qualified] > 1:
        qualified = f"{qualified}#{taken[qualified]}"
    opened = Scope(qualified, node, scope)
    opened.bound.update(opened.parameters)
    return opened


def _children(node: ast.AST, outside: Scope, inside: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """Children with their scopes: defaults, decorators, bases and annotations are evaluated outside."""
    if isinstance(node, ast.Lambda):
        yield node.args, outside
        yield node.body, inside
        return
    body: set[int] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        body.update(map(id, node.body))
    for child in children(node):
        yield child, inside if id(child) in body else outside
