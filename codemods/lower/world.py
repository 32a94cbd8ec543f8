"""The definitions of one file: its functions by qualified name, its classes and how they inherit."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.lower import harmless
from codemods.lower.clearing import with_clearings
from codemods.lower.collect import collected, concluded, touching
from codemods.lower.evidence import NOTHING_TOLD
from codemods.lower.private import has_private_names, spelled_out
from codemods.lower.scopes import Scope, Scopes, scopes_of
from codemods.magics import magic_of
from codemods.syntax import FUNCTIONS, OPENING, FunctionNode, arguments
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.events import Path
    from codemods.lower.bodies import Body
    from codemods.lower.clearing import Cleared
    from codemods.lower.evidence import Evidence, Told
    from codemods.lower.resolve import Opaque, Target

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

REFLECTION = frozenset(
    {"eval", "exec", "getattr", "globals", "locals", "vars", "attrgetter", "methodcaller", "__import__"}
)
"""Names with which a function can be reached by a string."""


class World(Struct, frozen=True, eq=False):
    """One parsed file with everything that name resolution needs. ``links``: calls of functions of other files."""

    tree: ast.Module
    scopes: Scopes
    evidence: Evidence
    functions: dict[str, FunctionNode]
    definitions: dict[tuple[str, str], list[ast.AST]]
    classes: dict[str, ast.ClassDef]
    all_classes: tuple[ast.ClassDef, ...]
    escaping: frozenset[str]
    instantiated: frozenset[str]
    spelled: frozenset[str]
    named: dict[str, list[FunctionNode]] = field(default_factory=dict)
    links: Mapping[ast.Call, Target | Opaque] = field(default_factory=dict)
    clearings: dict[ast.stmt, Cleared] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    resolved: dict[ast.Call, Target | Opaque | None] = field(default_factory=dict)
    lineages: dict[ast.ClassDef, list[ast.ClassDef]] = field(default_factory=dict)
    overriding: dict[tuple[ast.ClassDef, str], list[FunctionNode]] = field(default_factory=dict)
    asking: dict[FunctionNode, tuple[FunctionNode, ...] | None] = field(default_factory=dict)
    own_names: dict[ast.ClassDef, frozenset[str]] = field(default_factory=dict)
    bodies: dict[FunctionNode, Body] = field(default_factory=dict)

    def scope(self, node: ast.AST) -> Scope:
        """The scope that a function or class opens."""
        return self.scopes.inner[node]

    def definition(self, name: str, scope: Scope) -> ast.AST | None:
        """The one ``def`` or ``class`` that ``name`` always means in ``scope``, None when unclear."""
        owner = self.scopes.binding(name, scope)
        found = self.definitions.get((owner.name, name), [])
        path = self.scopes.variable(name, scope)
        if len(found) != 1 or self.evidence.bindings.get(path) or (owner.name, name) in self.evidence.imports:
            return None
        return found[0]

    def lineage(self, one: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and its bases of the same file in the order of their method resolution (C3)."""
        if one not in self.lineages:
            self.lineages[one] = self._linear(one, ())
        return self.lineages[one]

    def _linear(self, one: ast.ClassDef, below: tuple[ast.ClassDef, ...]) -> list[ast.ClassDef]:
        bases = [
            each for each in map(self._base, one.bases) if each is not None and each not in (*below, one)
        ]
        rows = [*(self._linear(each, (*below, one)) for each in bases), bases]
        merged = [one]
        while any(rows):
            rows = [row for row in rows if row]
            heads = [row[0] for row in rows if not any(row[0] in other[1:] for other in rows)]
            head = heads[0] if heads else rows[0][0]
            merged.append(head)
            rows = [[each for each in row if each is not head] for row in rows]
        return merged

    def _base(self, node: ast.expr) -> ast.ClassDef | None:
        found = self.definition(node.id, self.scopes.of_node[node]) if isinstance(node, ast.Name) else None
        return found if isinstance(found, ast.ClassDef) else None

    def foreign_bases(self, one: ast.ClassDef) -> list[str]:
        """Base classes of a class and its bases that other files define, as dotted names."""
        found: list[str] = []
        for each in self.lineage(one):
            foreign = [base for base in each.bases if not self._known_base(base)]
            found += [self.evidence.imported(base) or ast.unparse(base) for base in foreign]
        return found

    def is_optimizer_method(self, node: FunctionNode) -> bool:
        """Whether a function is a method of a class of the file that is derived from an optimizer of torch."""
        owner = self.scope(node).method_of
        return owner is not None and any(
            base.startswith("torch.optim.") and "lr_scheduler" not in base
            for base in self.foreign_bases(owner)
        )

    def _known_base(self, base: ast.expr) -> bool:
        return self._base(base) is not None or (isinstance(base, ast.Name) and base.id == "object")

    def method(self, one: ast.ClassDef, name: str) -> FunctionNode | None:
        """The method of that name which an instance of exactly this class has."""
        found: FunctionNode | None = None
        for each in self.lineage(one):
            for statement in each.body:
                if isinstance(statement, FUNCTIONS) and statement.name == name:
                    found = statement
            if found is not None:
                return found
        return None

    def overrides(self, one: ast.ClassDef, name: str) -> list[FunctionNode]:
        """Every method that ``self.name`` may mean inside a class: its own, or that of a class derived from it."""
        if (one, name) not in self.overriding:
            self.overriding[one, name] = self._overrides(one, name)
        return self.overriding[one, name]

    def _overrides(self, one: ast.ClassDef, name: str) -> list[FunctionNode]:
        found: list[FunctionNode] = []
        for other in self.all_classes:
            if any(each is one for each in self.lineage(other)):
                method = self.method(other, name)
                if method is not None and method not in found:
                    found.append(method)
        return found

    def may_be_instance(self, path: Path, one: ast.ClassDef) -> bool:
        """Whether an object may be of a class: what is looked up on it must be defined there, or by a foreign base."""
        known: set[str] = set()
        for base in self.foreign_bases(one):
            if base.startswith("torch.nn."):
                known |= harmless.MODULE_METHODS | {"zero_grad", "forward", "training"}
            elif not base.startswith(("abc.", "typing.")):
                return True
        known = known.union(*map(self._names_in, self.lineage(one)))
        return self.evidence.methods.get(path, set()) <= known

    def _names_in(self, one: ast.ClassDef) -> frozenset[str]:
        """What a class defines, or sets on whatever object."""
        known = self.own_names.get(one)
        if known is None:
            found: set[str] = set()
            for node in walk(one):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    found.add(node.name)
                elif isinstance(node, ast.Attribute):
                    if isinstance(node.ctx, ast.Store):
                        found.add(node.attr)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
            known = self.own_names[one] = frozenset(found)
        return known

    def methods_named(self, name: str) -> list[FunctionNode]:
        """All methods of that name in the file, except those that ``torch.autograd`` calls."""
        if name in self.named:
            return self.named[name]
        found: list[FunctionNode] = []
        self.named[name] = found
        for one in self.all_classes:
            if any(base.rpartition(".")[2] == "Function" for base in self.foreign_bases(one)):
                continue
            found += [each for each in one.body if isinstance(each, FUNCTIONS) and each.name == name]
        return found

    def class_of(self, path: Path) -> ast.ClassDef | None:
        """The class of the file of which ``path`` is always an instance."""
        value = self.evidence.sole_binding(path)
        if id(value) in self.evidence.iterated or id(value) in self.evidence.entered:
            return None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            found = self.definition(value.func.id, self.scopes.of_node[value.func])
            return found if isinstance(found, ast.ClassDef) else None
        return None

    def builds_apart(self, value: ast.expr) -> bool:
        """Whether an expression constructs a module from nothing that holds parameters."""
        if not self.builds_module(value):
            return False
        while (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr in harmless.MOVES
        ):
            value = value.func.value
        assert isinstance(value, ast.Call)
        built = (
            self.definition(value.func.id, self.scopes.of_node[value.func])
            if isinstance(value.func, ast.Name)
            else None
        )
        if isinstance(built, ast.ClassDef) and self._borrows(built):
            return False
        return not any(self.evidence.holds(one) for one in arguments(value))

    def _borrows(self, one: ast.ClassDef) -> bool:
        """Whether the code of a class uses a model of the code around it."""
        for each in self.lineage(one):
            for node in walk(each):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    path = self.scopes.path(node)
                    if (
                        path in self.evidence.holders
                        and path is not None
                        and not path.scope.startswith(("class ", each.name))
                    ):
                        if (path.scope, path.root) not in self.definitions:
                            return True
        return False

    def builds_module(self, value: ast.expr) -> bool:
        """Whether an expression constructs an object: a call of a class of this file or of ``torch.nn``, or a new model."""
        while (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr in harmless.MOVES
        ):
            value = value.func.value
        if not isinstance(value, ast.Call):
            return False
        if isinstance(value.func, ast.Name):
            return isinstance(self.definition(value.func.id, self.scopes.of_node[value.func]), ast.ClassDef)
        full = self.evidence.imported(value.func) or ""
        return full.startswith("torch.nn.") or harmless.NEW_MODEL.fullmatch(full) is not None

    def touches(self, node: ast.AST) -> bool:
        """Whether a function or class may touch gradients, by the names that it mentions."""
        return self.scope(node).name in self.evidence.touching


def is_generator(node: FunctionNode) -> bool:
    """Whether calling the function only makes an iterator."""
    known = node.__dict__.get("_is_generator")
    if known is None:
        known = node.__dict__["_is_generator"] = _yields(node)
    return bool(known)


YIELDS = frozenset({ast.Yield, ast.YieldFrom})


def _yields(node: FunctionNode) -> bool:
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while body:
        one = body.pop()
        kind = type(one)
        if kind in YIELDS:
            return True
        if kind not in OPENING:
            body.extend(children(one))
    return False


def world_of(tree: ast.Module) -> World:
    """Collect the definitions of a parsed file, and what follows of them."""
    return with_told(sketch_of(tree), NOTHING_TOLD)


def sketch_of(tree: ast.Module, scopes: Scopes | None = None) -> World:
    """The definitions of a parsed file and what its names are bound to; what that says of them is not worked out."""
    scopes = scopes_of(tree) if scopes is None else scopes
    written: dict[str, str] = {}
    if has_private_names(scopes):
        tree, written = spelled_out(tree)
        scopes = scopes_of(tree)
    return _sketch(tree, scopes, written)


def with_told(sketch: World, told: Told) -> World:
    """What follows of a sketch, and of what others tell of the file. The sketch stays as it is."""
    world = replace(
        sketch,
        evidence=concluded(sketch.evidence, sketch.tree, told),
        named={},
        resolved={},
        asking={},
        bodies={},
    )
    return with_clearings(world)


def says_more(told: Told, world: World) -> bool:
    """Whether it makes a difference that certain imported functions touch gradients, to a world that was not told so."""
    return touching(world.evidence, world.tree, told) != world.evidence.touching


def with_lookups(world: World, lookups: frozenset[str]) -> World:
    """The same file for others who look their models and optimizers up so: that says nothing of what its own names hold."""
    found = world.evidence.held_lookups | lookups
    return replace(world, evidence=replace(world.evidence, held_lookups=found, regrouped=False))


def _sketch(tree: ast.Module, scopes: Scopes, written: dict[str, str]) -> World:
    evidence = collected(tree, scopes)
    functions: dict[str, FunctionNode] = {}
    definitions: dict[tuple[str, str], list[ast.AST]] = defaultdict(list)
    classes: dict[str, ast.ClassDef] = {}
    names = scopes.all(ast.Name)
    callers = scopes.all(ast.Call)
    callees = {id(node.func) for node in callers}
    escaping: set[str] = set()
    for node in scopes.inner:
        if isinstance(node, FUNCTIONS):
            functions[scopes.inner[node].name] = node
        if isinstance(node, DEFINITIONS):
            definitions[(scopes.binding(node.name, scopes.of_node[node]).name, node.name)].append(node)
            if isinstance(node, ast.ClassDef):
                classes[node.name] = node
    if not any(scopes.all(kind) for kind in YIELDS):
        for one in functions.values():
            one.__dict__["_is_generator"] = False
    for name in names:
        if id(name) not in callees and isinstance(name.ctx, ast.Load):
            escaping.add(name.id)
    for attribute in scopes.all(ast.Attribute):
        if id(attribute) not in callees and isinstance(attribute.ctx, ast.Load):
            escaping.add(attribute.attr)
    every = tuple(scopes.all(ast.ClassDef))
    spelled: set[str] = set()
    if any(one.id in REFLECTION for one in names):
        for node in scopes.all(ast.Constant):
            if isinstance(node.value, str) and len(node.value) < 200:
                spelled.update(re.findall(r"\w+", node.value))
    for node in callers:
        magic = magic_of(node)
        if magic is not None and not magic.quiet:
            spelled.update(re.findall(r"\w+", f"{magic.line} {magic.body or ''}"))
    based = {id(base) for one in classes.values() for base in one.bases}
    used = {node.id for node in names if id(node) not in based}
    instantiated = frozenset(
        one
        for one, family in scopes.families.items()
        if any(each in used for each, its in scopes.families.items() if its == family)
    )
    return World(
        tree,
        scopes,
        evidence,
        functions,
        definitions,
        classes,
        every,
        frozenset(escaping),
        instantiated,
        frozenset(spelled),
        written=written,
    )
