"""The order in which a function evaluates and binds: the control flow that :mod:`codemods.lower.statements` finds.

Each block holds operations instead of gradient events; values of variables flow along the edges, also along those that
an exception takes.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.lower.blocks import new_graph
from codemods.lower.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.events import Event, Path, Span
    from codemods.lower.blocks import Graph
    from codemods.lower.expressions import Expressions
    from codemods.lower.reach.values import Value
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode

Environment = dict["Path", "Value"]


class Visit(Struct, frozen=True, eq=False):
    """An expression is evaluated, as part of a statement; None for the body of a lambda."""

    node: ast.expr
    statement: ast.stmt | None


class Bind(Struct, frozen=True, eq=False):
    """A target gets a value: that of ``value``; where there is none, the statement says which."""

    target: ast.expr
    value: ast.expr | None
    statement: ast.stmt | None


Operation = Visit | Bind


class Recorder(Struct, eq=False):
    """Stands where statements are lowered to events, and keeps what they evaluate and bind instead."""

    graph: Graph
    statement: ast.stmt | None = None
    result: Path | None = None

    def visit(self, node: ast.expr | None) -> None:
        """An expression is evaluated here."""
        if node is not None and not isinstance(node, ast.Constant):
            self.graph.emit(cast("Event", Visit(node, self.statement)))

    def bind(self, target: ast.expr, value: ast.expr | None) -> None:
        """A target is bound here."""
        self.graph.emit(cast("Event", Bind(target, value, self.statement)))

    def runs(self, node: ast.expr) -> None:
        """Code that cannot be followed is found by the values it is handed."""

    def regroup(self, span: Span) -> None:
        """Which parameters an optimizer has is no matter here."""


class Routine(Struct, frozen=True, eq=False):
    """The operations of one function, by block. ``name`` is that of its scope."""

    name: str
    node: ast.Module | FunctionNode
    operations: tuple[tuple[Operation, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    on_raise: tuple[int, ...]


def routine(world: World, node: ast.Module | FunctionNode) -> Routine:
    """Record a function. Raises what :func:`codemods.lower.program.functions_of` raises."""
    graph = new_graph(1)
    recorder = Recorder(graph)
    statements = Statements(replace(world, clearings={}), graph, cast("Expressions", recorder))
    if isinstance(node, ast.Lambda):
        recorder.visit(node.body)
    else:
        statements.suite(node.body)
    graph.link(graph.current, graph.exit)
    return Routine(
        world.scope(node).name,
        node,
        tuple(
            tuple(one for one in cast("list[object]", block.events) if isinstance(one, Visit | Bind))
            for block in graph.blocks
        ),
        tuple(tuple(block.successors) for block in graph.blocks),
        tuple(block.on_raise for block in graph.blocks),
    )


class Flow(Struct, eq=False):
    """Values of variables through the blocks of one function, to a fixed point."""

    entries: dict[int, Environment] = field(default_factory=dict)

    def run(
        self, one: Routine, start: Environment, carry_out: Callable[[Operation, Environment], None]
    ) -> None:
        """Carry out every operation that is reached, under all that its variables may be then."""
        self.entries = {0: dict(start)}
        pending = [0]
        while pending:
            block = pending.pop()
            environment = dict(self.entries[block])
            raised = dict(environment)
            for operation in one.operations[block]:
                carry_out(operation, environment)
                if isinstance(operation, Bind) or environment != raised:
                    joined(raised, environment)
            if self._reach(one.on_raise[block], raised) and one.on_raise[block] not in pending:
                pending.append(one.on_raise[block])
            for successor in one.successors[block]:
                if self._reach(successor, environment) and successor not in pending:
                    pending.append(successor)

    def _reach(self, block: int, environment: Environment) -> bool:
        known = self.entries.get(block)
        if known is None:
            self.entries[block] = dict(environment)
            return True
        return joined(known, environment)


def joined(into: Environment, more: Environment) -> bool:
    """Let variables be what they are in either environment; whether that is new. A name that is in one only is that."""
    changed = False
    for name, value in more.items():
        old = into.get(name)
        new = value if old is None else old.joined(value)
        if new != old:
            into[name] = new
            changed = True
    return changed
