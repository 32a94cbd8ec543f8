"""Calls to values: what a result may lead to, and where what is handed over may go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.configured import is_configuring, is_known_of_lightning
from codemods.lower.reach.outside import Outside
from codemods.lower.reach.values import FOREIGN, FORWARD, NONE, PLAIN, UNKNOWN, Value, either
from codemods.lower.resolve import Opaque, Target, resolve
from codemods.syntax import FUNCTIONS, callee_name

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.reach.expressions import Evaluator
    from codemods.lower.world import World


class Calls:
    """The calls of one function."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.at = evaluator
        self.world: World = evaluator.world
        self.know = evaluator.know
        self.outside = Outside(self)

    def value(self, node: ast.Call) -> Value:
        """What a call returns."""
        if "backward" in f"{callee_name(node)} {self.world.evidence.imported(node.func)}":
            self._backward(node)
        return self._value(node)

    def _backward(self, node: ast.Call) -> None:
        """Remember what a backward may reach: all that it is called on, or handed."""
        parts = self.at.handed(node)
        if isinstance(node.func, ast.Attribute) and not is_known_of_lightning(self.world, node.func):
            parts.append(self.at.value(node.func.value))
        known = self.at.losses.get(id(node), NONE)
        self.at.losses[id(node)] = known | self.know.settle(self.at.all(parts))

    def _value(self, node: ast.Call) -> Value:
        func = node.func
        site = self.at.site(func)
        if site is None and isinstance(func, ast.Attribute) and func.attr == "forward":
            site = self.at.site(func.value)
        if site is None and isinstance(func, ast.Attribute):
            named = [one for one in self.know.sites if one.rest and one.rest[-1] == f".{func.attr}"]
            if named:
                self.at.value(func.value)
                return either([self._module(node, one) for one in named])
        if site is not None:
            return self._module(node, site)
        target = resolve(self.world, node, None)
        if isinstance(target, Target):
            stored = self.know.attributes.get(func.attr) if isinstance(func, ast.Attribute) else None
            if stored is not None:
                return self._function(node, target).joined(self.outside.called(node, stored))
            return self._function(node, target)
        if isinstance(target, Opaque):
            return self.anything(node)
        if isinstance(func, ast.Name):
            built = self.world.definition(func.id, self.world.scopes.of_node[func])
            if isinstance(built, ast.ClassDef):
                return self._built(node, built)
        full = self.world.evidence.imported(func)
        if full is not None:
            return self.outside.library(node, full)
        if is_known_of_lightning(self.world, func):
            self.at.handed(node)
            return self._optimizers() if callee_name(node) == "optimizers" else PLAIN
        if isinstance(func, ast.Attribute):
            return self.outside.method(node, func)
        return self.outside.called(node, self.at.value(func))

    def _optimizers(self) -> Value:
        """The optimizers of a LightningModule: what its method that makes them returned."""
        makers = [name for name, node in self.world.functions.items() if is_configuring(self.world, node)]
        return either([FOREIGN, *(self.know.results[one] for one in makers if one in self.know.results)])

    def _module(self, node: ast.Call, site: Path) -> Value:
        """The forward of a module that shares nothing with others."""
        handed = self.at.handed(node)
        for one in handed:
            self.know.link(one, FORWARD)
            if site in self.know.foreign:
                # The code of a library may write into what it is handed: into a cache, say.
                self.know.write(one, Value(self.at.all(handed) | {site}))
        value = self.world.evidence.sole_binding(site)
        made = NONE if value is None else self._touched_by_class(value)
        kept = self.know.heap.sources(Value(NONE, frozenset({site}))) - {site}
        sources = self.at.all(handed) | made | kept
        if id(node) not in self.at.silent or site not in self.at.computing:
            sources |= {site}
        places = frozenset({id(node)}).union(*(one.places for one in handed))
        return Value(sources, places)

    def _touched_by_class(self, value: ast.expr) -> frozenset[Path]:
        found: frozenset[Path] = NONE
        for one in ast.walk(value):
            if isinstance(one, ast.Name):
                built = self.world.definition(one.id, self.world.scopes.of_node[one])
                if isinstance(built, ast.ClassDef):
                    found |= self.instance(built).sources
        return found

    def class_as_value(self, built: ast.ClassDef) -> Value:
        """A class of the file as a value: whoever calls it makes an instance, of what is not seen."""
        family = self.world.scopes.families[built.name]
        found = self.instance(built)
        for one in self.world.all_classes:
            if self.world.scopes.families[one.name] == family:
                found = found.joined(self.instance(one))
                self.know.run_wild(
                    self.world.scope(each).name for each in one.body if isinstance(each, FUNCTIONS)
                )
        return found

    def instance(self, built: ast.ClassDef) -> Value:
        """An instance of a class of the file: whoever has it gets at what its methods get at."""
        found: frozenset[Path] = NONE
        for one in self.world.lineage(built):
            for each in one.body:
                if isinstance(each, FUNCTIONS):
                    found |= self.know.touched.get(self.world.scope(each).name, NONE)
        family = self.world.scopes.families[built.name]
        this = self.at.instance_of(family)
        return Value(found, this.places, this.known)

    def _built(self, node: ast.Call, built: ast.ClassDef) -> Value:
        """A class of the file is called that has no constructor of its own."""
        handed = self.at.handed(node)
        for one in handed:
            self.know.leak(one)
        found = self.instance(built)
        for one in handed:
            self.know.write(found, one._replace(sources=self.at.sources(one)))
        return found

    def _function(self, node: ast.Call, target: Target) -> Value:
        """A function of the file runs: its result in terms of what it is handed."""
        scope = self.world.scope(target.node)
        parameters = [self.world.scopes.variable(one, scope) for one in scope.parameters]
        built: ast.ClassDef | None = None
        if isinstance(node.func, ast.Name):
            found = self.world.definition(node.func.id, self.world.scopes.of_node[node.func])
            built = found if isinstance(found, ast.ClassDef) else None
        elif isinstance(node.func, ast.Attribute) and scope.method_of is not None:
            self.at.value(node.func.value)
        bound = self._bound(node, target, parameters)
        for parameter, value in bound.items():
            self.know.hand(parameter, value._replace(sources=self.at.sources(value)))
        if built is not None:
            found_instance = self.instance(built)
            return found_instance._replace(places=found_instance.places | {id(node)})
        result = self.know.results.get(target.name)
        if result is None:
            return PLAIN
        sources: frozenset[Path] = NONE
        for one in result.sources:
            if one in bound:
                sources |= self.at.sources(bound[one])
            elif one not in parameters:
                sources |= {one}
        return Value(sources, result.places | {id(node)}, result.known)

    def _bound(self, node: ast.Call, target: Target, parameters: list[Path]) -> dict[Path, Value]:
        """What each parameter is handed; all of it each, where stars stand."""
        scope = self.world.scope(target.node)
        positional = [one.arg for one in (*target.node.args.posonlyargs, *target.node.args.args)]
        names = list(scope.parameters)
        own = scope.method_of is not None or (
            scope.parent is not None
            and scope.parent.is_class
            and any(ast.unparse(one) == "classmethod" for one in getattr(target.node, "decorator_list", ()))
        )
        first = 1 if own else 0
        stars = any(isinstance(one, ast.Starred) for one in node.args)
        stars = stars or any(one.arg is None for one in node.keywords)
        stars = stars or len(node.args) > len(positional) - first
        stars = stars or any(one.arg not in names for one in node.keywords)
        handed = self.at.handed(node)
        if stars:
            everything = either(handed)
            return dict.fromkeys(parameters[first:], everything)
        found: dict[Path, Value] = {}
        for index, value in enumerate(handed[: len(node.args)]):
            found[parameters[first + index]] = value
        for keyword, value in zip(node.keywords, handed[len(node.args) :], strict=True):
            found[parameters[names.index(str(keyword.arg))]] = value
        for parameter in parameters[first:]:
            if parameter not in found:
                found[parameter] = self.know.parameters.get(parameter, PLAIN)
        return found

    def anything(self, node: ast.Call) -> Value:
        """A call that may run more than one function of the file."""
        for one in self.at.handed(node):
            self.know.leak(one)
            self.know.write(one, UNKNOWN)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        self.know.run_wild(
            one for one in self.world.functions if one.rpartition(".")[2].partition("#")[0] == name
        )
        return UNKNOWN
