"""What statements do with values: bind them, store them, return them, raise them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.lower.configured import is_configuring
from codemods.lower.reach.flow import Bind
from codemods.lower.reach.knowledge import OWN
from codemods.lower.reach.values import FOREIGN, UNKNOWN, either

if TYPE_CHECKING:
    from codemods.lower.reach.expressions import Evaluator
    from codemods.lower.reach.flow import Environment, Operation
    from codemods.lower.reach.values import Value


class Targets(Struct, eq=False):
    """The statements of one function. ``assigned``: what its variables were where a value was evaluated."""

    at: Evaluator
    assigned: tuple[ast.stmt, Environment] | None = None

    def carry_out(self, operation: Operation, environment: Environment) -> None:
        """Evaluate or bind, as part of a statement."""
        self.at.environment = environment
        statement = operation.statement
        if isinstance(operation, Bind):
            self._bind(operation)
            return
        if isinstance(statement, ast.Assign):
            # Each target gets what the value was before any of them was bound.
            self.assigned = (statement, dict(environment))
        if isinstance(statement, ast.ClassDef) and isinstance(operation.node, ast.Name | ast.Attribute):
            return
        value = self.at.value(operation.node)
        if statement is None or (isinstance(statement, ast.Return) and statement.value is operation.node):
            self.returned(value)
        elif isinstance(statement, ast.Raise):
            self.at.know.leak(value)
        elif isinstance(statement, ast.FunctionDef):
            self.default(statement, value)

    def default(self, node: ast.FunctionDef | ast.Lambda, value: Value) -> None:
        """A value stands for what nobody hands to a function: it has that at hand."""
        scope = self.at.world.scope(node)
        value = value._replace(sources=self.at.sources(value))
        if not value.sources and not value.places:
            return
        self.at.know.touch(scope.name, value.sources, frozenset())
        for name in scope.parameters:
            self.at.know.hand(self.at.world.scopes.variable(name, scope), value)

    def returned(self, value: Value) -> None:
        """The function returns or yields a value."""
        name = self.at.routine.name
        value = value._replace(sources=self.at.sources(value))
        self.at.know.merge(self.at.know.results, name, value)  # type: ignore[arg-type]
        if is_configuring(self.at.world, self.at.routine.node):
            return
        if name in self.at.know.wild or name in self.at.know.offered:
            # What the caller handed in, and what the instance owns, counts where the call stands.
            left = frozenset(
                one for one in value.sources if one.scope != OWN and one not in self.at.parameters
            )
            self.at.know.leak(value._replace(sources=left))

    def _bind(self, operation: Bind) -> None:
        statement, target = operation.statement, operation.target
        if operation.value is not None:
            environment = self.at.environment
            if self.assigned is not None and self.assigned[0] is statement:
                self.at.environment = dict(self.assigned[1])
            found = self._parts(target, operation.value)
            self.at.environment = environment
            for one, value in found:
                self.assign(one, value)
        elif isinstance(statement, ast.For | ast.AsyncFor):
            self.assign(target, self.at.part(self.at.value(statement.iter)))
        elif isinstance(statement, ast.AugAssign):
            self._augment(statement)
        elif isinstance(statement, ast.Match):
            self.assign(target, self.at.part(self.at.value(statement.subject)))
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            self.assign(target, FOREIGN)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            scope = self.at.world.scopes.of_node[target]
            if self.at.world.definition(statement.name, scope) is None:
                self.assign(target, self._defined(statement))
        elif isinstance(statement, ast.Delete):
            return
        else:
            self.assign(target, UNKNOWN)

    def _defined(self, statement: ast.FunctionDef | ast.ClassDef) -> Value:
        """A function or class whose name means others too."""
        if isinstance(statement, ast.ClassDef):
            return self.at.calls.class_as_value(statement)
        return self.at.function(self.at.world.scope(statement).name)

    def _augment(self, statement: ast.AugAssign) -> None:
        value = self.at.value(statement.value)
        load = statement.target
        old = self._old(load)
        if old.places:
            self.at.know.write(old, value._replace(sources=self.at.sources(value)))
        self.assign(load, either([old, self.at.fresh(statement, [old, value])]))

    def _old(self, target: ast.expr) -> Value:
        if isinstance(target, ast.Name):
            return self.at.variable(
                self.at.world.scopes.variable(target.id, self.at.world.scopes.of_node[target])
            )
        return self.at.value(target)

    def _parts(self, target: ast.expr, given: ast.expr) -> list[tuple[ast.expr, Value]]:
        """What each target gets of an expression; all of it is evaluated before any is bound."""
        if isinstance(target, ast.Tuple | ast.List) and isinstance(given, ast.Tuple | ast.List):
            same = len(given.elts) == len(target.elts)
            if same and not any(isinstance(one, ast.Starred) for one in (*target.elts, *given.elts)):
                pairs = zip(target.elts, given.elts, strict=True)
                return [found for one, part in pairs for found in self._parts(one, part)]
        return [(target, self.at.value(given))]

    def assign(self, target: ast.expr, value: Value, *, weak: bool = False) -> None:
        """A target gets a value."""
        if isinstance(target, ast.Starred):
            self.assign(target.value, value, weak=weak)
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self.assign(one, self.at.part(value), weak=weak)
        elif isinstance(target, ast.Name):
            self._assign_name(target, value, weak=weak)
        elif isinstance(target, ast.Attribute):
            kept = self.at.know.settled(value._replace(sources=self.at.sources(value)))
            self.at.know.merge(self.at.know.attributes, target.attr, kept)  # type: ignore[arg-type]
            self.at.know.write(self.at.value(target.value), kept)
        elif isinstance(target, ast.Subscript):
            self.at.value(target.slice)
            self.at.know.write(
                self.at.know.heap.inside(self.at.value(target.value)),
                value._replace(sources=self.at.sources(value)),
            )

    def _assign_name(self, target: ast.Name, value: Value, *, weak: bool) -> None:
        scope = self.at.world.scopes.of_node[target]
        path = self.at.world.scopes.variable(target.id, scope)
        value = value._replace(sources=self.at.sources(value))
        self.at.know.merge(self.at.know.variables, path, self.at.know.settled(value))  # type: ignore[arg-type]
        if self.at.world.scopes.binding(target.id, scope).is_class:
            self.at.know.merge(self.at.know.attributes, target.id, self.at.know.settled(value))  # type: ignore[arg-type]
        old = self.at.environment.get(path)
        self.at.environment[path] = value.joined(old) if weak and old is not None else value
