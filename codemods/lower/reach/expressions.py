"""Expressions to values: whose parameters a backward may reach from what they compute."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.lower.reach.calls import Calls
from codemods.lower.reach.computed import ARITHMETIC
from codemods.lower.reach.knowledge import own
from codemods.lower.reach.targets import Targets
from codemods.lower.reach.values import FOREIGN, NONE, OUTSIDE, PLAIN, UNKNOWN, Value, either
from codemods.syntax import FUNCTIONS, arguments
from codemods.trees import children

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.events import Path
    from codemods.lower.reach.flow import Environment, Routine
    from codemods.lower.reach.knowledge import Knowledge
    from codemods.lower.world import World

NUMBERS = frozenset(
    "device dtype is_cuda is_leaf itemsize layout name nbytes ndim requires_grad shape training".split()
)
"""Attributes of tensors and modules that are no tensors."""

PLAIN_BASES = ("torch.nn.Module", "abc.", "typing.", "object", "torch.utils.data.Dataset")
"""Classes outside the file whose methods keep nothing elsewhere of what they are handed."""


@dataclass(slots=True, eq=False)
class Evaluator:
    """Evaluates the expressions of one function. ``captured``: variables that other functions bind too."""

    world: World
    know: Knowledge
    routine: Routine
    captured: frozenset[Path]
    silent: frozenset[int]
    computing: frozenset[Path]
    parameters: frozenset[Path]
    losses: dict[int, frozenset[Path]]
    environment: Environment = field(default_factory=dict)
    calls: Calls = field(init=False)
    targets: Targets = field(init=False)

    def __post_init__(self) -> None:
        """Calls and targets are subjects of their own."""
        self.calls, self.targets = Calls(self), Targets(self)

    def sources(self, value: Value) -> frozenset[Path]:
        """All that a backward may reach from a value and what is in it."""
        return self.know.heap.sources(value)

    def all(self, values: list[Value]) -> frozenset[Path]:
        """All that a backward may reach from some values."""
        return NONE.union(*(self.sources(one) for one in values))

    def handed(self, node: ast.Call) -> list[Value]:
        """What a call hands over, in its order."""
        return [self.value(one) for one in arguments(node)]

    def value(self, node: ast.expr) -> Value:
        """The value of an expression that is evaluated here."""
        found = self._value(node)
        sources = self.sources(found)
        if sources:
            self.know.touch(self.routine.name, sources, self.parameters)
        return found

    def _value(self, node: ast.expr) -> Value:
        handler: Callable[[ast.expr], Value] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        return UNKNOWN if handler is None else handler(node)

    def _constant(self, _: ast.Constant) -> Value:
        return PLAIN

    def _call(self, node: ast.Call) -> Value:
        return self.calls.value(node)

    def _subscript(self, node: ast.Subscript) -> Value:
        index = self.value(node.slice)
        found = self.part(self.value(node.value))
        return found._replace(sources=found.sources | self.sources(index))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        return self.fresh(node, [self.value(node.operand)])

    def _compare(self, node: ast.expr) -> Value:
        """What leads nowhere: the answer of a comparison, a text, the place of an element."""
        for child in children(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return PLAIN

    _joinedstr = _formattedvalue = _slice = _compare

    def _boolop(self, node: ast.BoolOp) -> Value:
        return either([self.value(one) for one in node.values])

    def _ifexp(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        return self.value(node.body).joined(self.value(node.orelse))

    def _lambda(self, node: ast.Lambda) -> Value:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.targets.default(node, self.value(default))
        return self.function(self.world.scope(node).name)

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        found = self.value(node.value)
        self.targets.assign(node.target, found, weak=True)
        return found

    def _starred(self, node: ast.Starred) -> Value:
        return self.value(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        self.targets.returned(PLAIN if node.value is None else self.value(node.value))
        return UNKNOWN

    _yieldfrom = _yield

    def _tuple(self, node: ast.expr) -> Value:
        return self.fresh(node, [self.value(one) for one in children(node) if isinstance(one, ast.expr)])

    _list = _set = _dict = _tuple

    def part(self, value: Value) -> Value:
        """An element of a value, or what can be looked up on it."""
        return self.know.heap.inside(value._replace(sources=self.sources(value)))

    def fresh(self, node: ast.AST, parts: list[Value], *, inside: bool = True) -> Value:
        """A new object, made of others; ``inside``: they may be found in it."""
        sources: frozenset[Path] = NONE
        for one in parts:
            sources |= self.sources(one)
            if inside and one.places:
                self.know.heap.write((id(node),), NONE, one.places)
        return Value(sources, frozenset({id(node)}), all(one.known for one in parts))

    def function(self, name: str) -> Value:
        """A function of the file as a value: whoever calls it gets at what it gets at."""
        self.know.run_wild([name])
        return Value(self.know.touched.get(name, NONE), frozenset())

    def site(self, node: ast.expr) -> Path | None:
        """The module that shares nothing with others which an expression names."""
        path = self.world.evidence.path(node) if isinstance(node, ast.Name | ast.Attribute) else None
        return path if path in self.know.sites else None

    def _name(self, node: ast.Name) -> Value:
        site = self.site(node)
        if site is not None:
            return Value(frozenset({site}), frozenset({site}))
        full = self.world.evidence.imported(node)
        if full is not None:
            return PLAIN if full.startswith(("torch", "builtins.", "math", "numpy")) else FOREIGN
        path = self.world.scopes.variable(node.id, self.world.scopes.of_node[node])
        found = self.world.definition(node.id, self.world.scopes.of_node[node])
        if isinstance(found, FUNCTIONS):
            return self.function(self.world.scope(found).name)
        if isinstance(found, ast.ClassDef):
            return self.calls.class_as_value(found)
        return self.variable(path)

    def variable(self, path: Path) -> Value:
        """What a variable holds here."""
        value = self.environment.get(path)
        if value is not None and path not in self.captured:
            return value
        everything = self.know.variables.get(path)
        if value is None and path in self.know.names:
            handed = self.know.parameters.get(path, PLAIN)
            value = Value(frozenset({path}), frozenset({path}), handed.known)
        if path.scope.startswith("class ") and path.root == "self":
            this = self.instance_of(path.scope.removeprefix("class "))
            return either([one for one in (this, value, everything) if one is not None])
        if everything is None:
            return FOREIGN if value is None else value
        return everything if value is None else everything.joined(value)

    def instance_of(self, family: str) -> Value:
        """What a method's first parameter is."""
        held = frozenset({own(family)}) if self.know.owners.get(family) else NONE
        return Value(held, frozenset({own(family)}), self.plain(family))

    def plain(self, family: str) -> bool:
        """Whether all that instances of a class do stands in the file, or in torch."""
        members = [one for one in self.world.all_classes if self.world.scopes.families[one.name] == family]
        return not any(one.decorator_list or one.keywords for one in members) and all(
            name.startswith(PLAIN_BASES) for one in members for name in self.world.foreign_bases(one)
        )

    def _attribute(self, node: ast.Attribute) -> Value:
        site = self.site(node)
        if site is not None:
            return Value(frozenset({site}), frozenset({site}))
        if self.world.evidence.imported(node) is not None:
            self.value(node.value)
            return self._name_of_library(node)
        base = self.value(node.value)
        named = frozenset(one for one in self.know.sites if one.rest and one.rest[-1] == f".{node.attr}")
        stored = self.know.attributes.get(node.attr)
        found = PLAIN if stored is None else stored
        if named:
            found = found.joined(Value(named, frozenset(named)))
        methods = [
            each for each in self.world.functions if each.rpartition(".")[2].partition("#")[0] == node.attr
        ]
        if methods:
            self.know.run_wild(methods)
            touched: frozenset[Path] = NONE
            for one in methods:
                touched |= self.know.touched.get(one, NONE)
            return either([found, self.part(base), Value(touched)])
        if node.attr in ("grad", "_grad"):
            return UNKNOWN
        known = stored is not None or bool(named)
        if not known and node.attr in NUMBERS:
            return PLAIN
        if node.attr == "data":
            return found.joined(Value(NONE, base.places, base.known))
        if self._is_self(node.value):
            return found.joined(self._own_part(node, base, known=known))
        return found.joined(self.part(base))

    def _name_of_library(self, node: ast.Attribute) -> Value:
        full = self.world.evidence.imported(node) or ""
        return PLAIN if full.startswith(("torch", "builtins.", "math", "numpy")) else FOREIGN

    def _is_self(self, node: ast.expr) -> bool:
        path = self.world.scopes.path(node) if isinstance(node, ast.Name) else None
        return path is not None and path.scope.startswith("class ") and path.root == "self" and not path.rest

    def _own_part(self, node: ast.Attribute, base: Value, *, known: bool) -> Value:
        """What an instance holds besides what the file stores under an attribute's name."""
        path = self.world.scopes.path(node.value)
        assert path is not None
        family = path.scope.removeprefix("class ")
        this = self.instance_of(family)
        if known and self.plain(family):
            return this
        return Value(this.sources | self.sources(base), base.places | {OUTSIDE}, known=False)

    def _binop(self, node: ast.BinOp) -> Value:
        parts = [self.value(node.left), self.value(node.right)]
        found = self.fresh(node, parts)
        if id(node) in self.silent and isinstance(node.op, ARITHMETIC):
            return found._replace(sources=NONE)
        return found

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        for one in node.generators:
            # Its variables count as the function's own here, which go on being what they were behind it.
            self.targets.assign(one.target, self.part(self.value(one.iter)), weak=True)
            for test in one.ifs:
                self.value(test)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return self.fresh(node, [self.value(one) for one in made])

    _setcomp = _generatorexp = _dictcomp = _listcomp
