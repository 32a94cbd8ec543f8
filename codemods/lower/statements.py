"""Statements to basic blocks: all of Python's control flow.

``finally`` suites and the ends of ``with`` blocks are lowered once for each way out (normal, exception, return,
break, continue), so that no path is invented that Python does not have.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.events import ANYTHING, MODULES, Accumulate, Mark, Rebind, Unknown
from codemods.lower.contexts import lets_pass, opaque_context, runs_code
from codemods.lower.evidence import mentions_accumulate
from codemods.lower.expressions import Expressions, span_of
from codemods.lower.groups import means_groups
from codemods.lower.imports import brings_names
from codemods.lower.parts import extends_part, takes_part
from codemods.syntax import Cell, Cells, bound_names, dotted
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.lower.blocks import Graph
    from codemods.lower.world import World


class Loop(Struct, frozen=True):
    """Where ``continue`` and ``break`` go."""

    header: int
    after: int


class Cleanup(Struct, frozen=True):
    """What runs on the way out; an exception in it goes to ``on_raise``."""

    emit: Callable[[], None]
    on_raise: int


class Statements(Struct, eq=False):
    """Lowers the statements of one function."""

    world: World
    graph: Graph
    expressions: Expressions
    frames: list[Loop | Cleanup] = field(default_factory=list)

    def suite(self, statements: list[ast.stmt]) -> None:
        """Lower statements in order."""
        for one in statements:
            self.statement(one)

    def statement(self, node: ast.stmt) -> None:
        """Lower one statement."""
        self.expressions.statement = node
        cleared = self.world.clearings.get(node)
        if cleared is not None:
            for zero in cleared.zeros(span_of(node)):
                self.graph.emit(zero)
            return
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is None:
            self._simple(node)
        else:
            handler(node)

    def _simple(self, node: ast.stmt) -> None:
        before = (self.graph.current, len(self.graph.blocks[self.graph.current].events))
        if isinstance(node, ast.Assign):
            self._assigned(node.value, node.targets)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._assigned(node.value, [node.target])
        elif isinstance(node, ast.AugAssign):
            self.expressions.visit(node.value)
            self._augmented(node)
            if any(isinstance(one, ast.Call) for one in walk(node.target)):
                # Python evaluates the target's parts before the value; nothing is claimed of such a statement.
                self.graph.emit(
                    Unknown(f"{ast.unparse(node)[:60]} calls in its target", span_of(node), trains=True)
                )
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.expressions.bind(target, None)
                if takes_part(self.world, target):
                    self.graph.emit(Rebind(MODULES, None, span_of(target)))
        elif isinstance(node, ast.Assert):
            self._assert(node)
        else:
            for child in children(node):
                if isinstance(child, ast.expr):
                    self.expressions.visit(child)
        if before == (self.graph.current, len(self.graph.blocks[self.graph.current].events)):
            self.graph.emit(Mark(span_of(node)))

    def _assert(self, node: ast.Assert) -> None:
        self.expressions.visit(node.test)
        self.graph.emit(Mark(span_of(node)))
        before = self.graph.current
        self.graph.start(node.lineno, before)
        self.expressions.visit(node.msg)
        self.graph.jump(self.graph.blocks[self.graph.current].on_raise, node.lineno)
        self.graph.start(node.lineno, before)

    def _assigned(self, value: ast.expr, targets: list[ast.expr]) -> None:
        instance = (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id in self.world.classes
        )
        if instance and len(targets) == 1:
            self.expressions.bind(targets[0], value)
            self.expressions.result = self.world.scopes.path(targets[0])
        self.expressions.visit(value)
        self.expressions.result = None
        if not (instance and len(targets) == 1):
            for target in targets:
                self.expressions.bind(target, value)

    def _augmented(self, node: ast.AugAssign) -> None:
        root: ast.expr = node.target
        if self.world.evidence.aliases_gradient(root) or any(
            isinstance(one, ast.Attribute) and one.attr == "grad" for one in walk(root)
        ):
            self.graph.emit(
                Unknown(f"{ast.unparse(node)[:60]} changes gradients", span_of(node), trains=True)
            )
            return
        if means_groups(self.world.evidence, root) and not isinstance(root, ast.Attribute):
            self.expressions.regroup(span_of(node))
        if extends_part(self.world, root, node.value):
            self.graph.emit(Rebind(MODULES, None, span_of(root)))
        self.expressions.bind(root, None)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for one in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            self.expressions.visit(one)
        self._name_bound(node.name, node)

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        for one in (*node.decorator_list, *node.bases, *(each.value for each in node.keywords)):
            self.expressions.visit(one)
        self.suite(node.body)

    def _name_bound(self, name: str, node: ast.stmt) -> None:
        target = ast.copy_location(ast.Name(name, ast.Store()), node)
        self.world.scopes.of_node[target] = self.world.scopes.of_node[node]
        self.expressions.bind(target, None)
        self.graph.emit(Mark(span_of(node)))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self._name_bound(alias.asname or alias.name.partition(".")[0], node)

    def _importfrom(self, node: ast.ImportFrom) -> None:
        if brings_names(node):
            self.graph.emit(Rebind(ANYTHING, None, span_of(node)))
        self._import(node)

    def _return(self, node: ast.Return) -> None:
        self.expressions.visit(node.value)
        self.graph.emit(Mark(span_of(node)))
        self._leave(0)
        self.graph.jump(self.graph.exit, node.lineno)

    def _raise(self, node: ast.Raise) -> None:
        self.expressions.visit(node.exc)
        self.expressions.visit(node.cause)
        self.graph.emit(Mark(span_of(node)))
        self.graph.jump(self.graph.blocks[self.graph.current].on_raise, node.lineno)

    def _break(self, node: ast.Break) -> None:
        self._exit_loop(node, lambda loop: loop.after)

    def _continue(self, node: ast.Continue) -> None:
        self._exit_loop(node, lambda loop: loop.header)

    def _exit_loop(self, node: ast.stmt, where: Callable[[Loop], int]) -> None:
        self.graph.emit(Mark(span_of(node)))
        for depth in reversed(range(len(self.frames))):
            frame = self.frames[depth]
            if isinstance(frame, Loop):
                self._leave(depth + 1)
                self.graph.jump(where(frame), node.lineno)
                return

    def _leave(self, depth: int) -> None:
        """Run the clean-ups of all frames from the innermost down to ``depth``."""
        frames, on_raise = self.frames, self.graph.on_raise
        for index in reversed(range(depth, len(frames))):
            frame = frames[index]
            if isinstance(frame, Cleanup):
                self.frames = frames[:index]
                self._cleaned(frame)
        self.frames, self.graph.on_raise = frames, on_raise

    def _cleaned(self, frame: Cleanup) -> None:
        self.graph.on_raise = frame.on_raise
        self.graph.start(self.graph.blocks[self.graph.current].line, self.graph.current)
        frame.emit()

    def _cells(self, node: Cells) -> None:
        """The cells of a notebook: any of them, any number of times; ``in_order``, none is left out downwards."""
        heads: list[int] = []
        ends: list[int] = []
        for cell in node.body:
            assert isinstance(cell, Cell)
            head = self.graph.start(cell.lineno, *([] if heads else [self.graph.current]))
            heads.append(head)
            first = self.graph.start(cell.lineno, head)
            self.suite(cell.body)
            ends.append(self.graph.current)
            span = span_of(cell.body[0])
            self.graph.cell(first, span._replace(end_line=cell.end_lineno or span.end_line))
        after = self.graph.open(node.lineno)
        choice: int | None = None
        for number, (head, end) in enumerate(zip(heads, ends, strict=True)):
            # A choice leads to a cell at or above it, by way of the choices above.
            above, choice = choice, self.graph.open(node.lineno)
            self.graph.link(choice, head)
            self.graph.link(choice, after)
            if above is not None:
                self.graph.link(choice, above)
            self.graph.link(end, choice)
            if number + 1 < len(heads):
                self.graph.link(end, heads[number + 1])
                if not node.in_order:
                    self.graph.link(head, heads[number + 1])
            elif not node.in_order:
                self.graph.link(head, after)
        self.graph.current = after

    def _if(self, node: ast.If) -> None:
        self.expressions.visit(node.test)
        self.graph.emit(Mark(span_of(node.test)))
        before = self.graph.current
        self.graph.start(node.body[0].lineno, before)
        self.suite(node.body)
        end = self.graph.current
        if not node.orelse:
            self.graph.start(node.lineno, before, end)
            return
        self.graph.start(node.orelse[0].lineno, before)
        self.suite(node.orelse)
        self.graph.start(node.lineno, end, self.graph.current)

    def _while(self, node: ast.While) -> None:
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        first = len(self.graph.blocks)
        header = self.graph.start(node.lineno, self.graph.current)
        self.expressions.visit(node.test)
        self.graph.emit(Mark(span_of(node.test)))
        self._loop(node, header, first, self.graph.current, endless=endless)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.expressions.visit(node.iter)
        first = len(self.graph.blocks)
        header = self.graph.start(node.lineno, self.graph.current)
        if runs_code(self.world, node.iter):
            self.expressions.runs(node.iter)
        self.graph.emit(Mark(span_of(node.target)))
        test = self.graph.current
        self.graph.start(node.lineno, test)
        self.expressions.bind(node.target, None)
        self._loop(node, header, first, test, endless=False)

    _asyncfor = _for

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, header: int, first: int, test: int, *, endless: bool
    ) -> None:
        if isinstance(node, ast.While):
            self.graph.start(node.body[0].lineno, test)
        body = self.graph.current
        after = self.graph.open(node.lineno)
        self.graph.current = body
        self.frames.append(Loop(header, after))
        self.suite(node.body)
        self.frames.pop()
        self.graph.link(self.graph.current, header)
        self.graph.region(header, first, after, span_of(node))
        if endless:
            self.graph.current = after
            return
        if node.orelse:
            self.graph.start(node.orelse[0].lineno, test)
            self.suite(node.orelse)
            self.graph.link(self.graph.current, after)
        else:
            self.graph.link(test, after)
        self.graph.current = after

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        self._with_items(node, list(node.items))

    _asyncwith = _with

    def _with_items(self, node: ast.With | ast.AsyncWith, items: list[ast.withitem]) -> None:
        if not items:
            self.suite(node.body)
            return
        item = items[0]
        accumulates = mentions_accumulate(self.world.evidence, item.context_expr)
        if not accumulates:
            self.expressions.visit(item.context_expr)
        span = span_of(item.context_expr)
        if accumulates:
            self.graph.emit(Accumulate(ast.unparse(item.context_expr)[:60], span))
        opaque = opaque_context(self.world, item.context_expr)
        if opaque is not None:
            self.graph.emit(Unknown(opaque, span))
        if item.optional_vars is not None:
            self.expressions.bind(item.optional_vars, item.context_expr)
        outer = self.graph.on_raise
        after = self.graph.open(node.lineno)

        def leave() -> None:
            if opaque is not None:
                self.graph.emit(Unknown(opaque, span))
            self.graph.emit(Mark(span))

        if lets_pass(self.world, item.context_expr) and opaque is None:
            self._with_items(node, items[1:])
        else:
            caught = self.graph.open(node.lineno)
            self.graph.on_raise = caught
            self.frames.append(Cleanup(leave, outer))
            self.graph.start(node.lineno, self.graph.current)
            self._with_items(node, items[1:])
            self.frames.pop()
            self.graph.on_raise = outer
            normal = self.graph.current
            self.graph.current = caught
            leave()
            self.graph.link(self.graph.current, after)
            self.graph.link(self.graph.current, outer)
            self.graph.current = normal
        self.graph.start(node.lineno, self.graph.current)
        leave()
        self.graph.link(self.graph.current, after)
        self.graph.current = after

    def _try(self, node: ast.Try) -> None:
        outer = self.graph.on_raise
        inner = outer

        def cleanup() -> None:
            self.suite(node.finalbody)

        if node.finalbody:
            inner = self.graph.open(node.finalbody[0].lineno)
            resume = self.graph.current
            self.graph.current = inner
            cleanup()
            self.graph.link(self.graph.current, outer)
            self.graph.current = resume
            self.frames.append(Cleanup(cleanup, outer))
        self.graph.on_raise = inner
        dispatch = self.graph.open(node.lineno)
        self.graph.on_raise = dispatch
        self.graph.start(node.body[0].lineno, self.graph.current)
        self.suite(node.body)
        self.graph.on_raise = inner
        if node.orelse:
            self.graph.start(node.orelse[0].lineno, self.graph.current)
            self.suite(node.orelse)
        ends = [self.graph.current]
        for handler in node.handlers:
            self.graph.start(handler.lineno, dispatch)
            if handler.type is not None:
                self.expressions.visit(handler.type)
            self.graph.emit(Mark(span_of(handler)))
            self.suite(handler.body)
            ends.append(self.graph.current)
        if not any(_catches_all(one) for one in node.handlers):
            self.graph.link(dispatch, inner)
        if node.finalbody:
            self.frames.pop()
        self.graph.on_raise = outer
        self.graph.start(node.lineno, *ends)
        if node.finalbody:
            cleanup()

    _trystar = _try

    def _match(self, node: ast.Match) -> None:
        self.expressions.visit(node.subject)
        self.graph.emit(Mark(span_of(node.subject)))
        unmatched = [self.graph.current]
        ends: list[int] = []
        for case in node.cases:
            self.graph.start(case.pattern.lineno, *unmatched)
            for one in walk(case.pattern):
                for name in bound_names(one):
                    self._name_bound(name, node)
            self.expressions.visit(case.guard)
            tried = self.graph.current
            unmatched = [tried] if case.guard is None else [*unmatched, tried]
            self.graph.start(case.body[0].lineno, tried)
            self.suite(case.body)
            ends.append(self.graph.current)
        self.graph.start(node.lineno, *unmatched, *ends)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or dotted(handler.type) in ("BaseException", "builtins.BaseException")
