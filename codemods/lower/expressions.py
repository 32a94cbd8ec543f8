"""Expressions to events, in Python's order of evaluation."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.callsite import CallSite
from codemods.custom import mark_of
from codemods.events import (
    ANYTHING,
    GROUPS,
    MODULES,
    Accumulate,
    Call,
    Path,
    Read,
    Rebind,
    Span,
    Step,
    Suspend,
    Unknown,
)
from codemods.idioms import recognise
from codemods.lower import harmless
from codemods.lower.clearing import fixed_list
from codemods.lower.contexts import iterates_keeper
from codemods.lower.danger import danger, danger_of_arguments
from codemods.lower.groups import regroups, stores_into_groups
from codemods.lower.launchers import launched
from codemods.lower.loose import is_namespace
from codemods.lower.parts import builds_again, changes_parts, is_new_part, stores_part
from codemods.lower.published import is_wrapper
from codemods.lower.resolve import Opaque, Target, resolve
from codemods.lower.trainers import trains_anew
from codemods.lower.world import REFLECTION
from codemods.syntax import arguments, callee_name, stepped
from codemods.trees import children, walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from codemods.lower.blocks import Graph
    from codemods.lower.recursion import Recursion
    from codemods.lower.world import World

MUTATORS = frozenset(
    "append appendleft clear extend insert move_to_end pop popitem popleft remove reverse rotate setdefault sort update".split()
)
LOOKUPS = REFLECTION | {"delattr", "hasattr", "setattr", "__getattr__", "__getattribute__", "__setattr__"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
READING = frozenset({"copy", "get", "items", "keys", "values"})
"""Methods of a dictionary that leave it as it is."""

CONDITIONAL = (ast.BoolOp, ast.Compare, ast.IfExp)
SUSPENDING = (ast.Await, ast.Yield, ast.YieldFrom)


def span_of(node: ast.expr | ast.stmt | ast.excepthandler) -> Span:
    """Where a node stands."""
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno)


class Expressions(Struct, eq=False):
    """Emits the events of expressions into the graph of one function."""

    world: World
    graph: Graph
    recursion: Recursion
    statement: ast.stmt | None = None
    result: Path | None = None
    awaited: ast.expr | None = None

    def visit(self, node: ast.expr | None) -> None:
        """Emit the events of an expression that is evaluated here."""
        if node is None or isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.Name):
            if (
                isinstance(node.ctx, ast.Load)
                and self.world.scopes.path(node) in self.world.evidence.gradients
            ):
                self.graph.emit(Read(node.id, span_of(node)))
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Attribute):
            self.visit(node.value)
            if node.attr in ("grad", "_grad") and not self.world.evidence.is_autograd(node):
                self._gradient(node)
        elif isinstance(node, CONDITIONAL):
            self._conditional(node)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node)
        elif isinstance(node, ast.NamedExpr):
            self.visit(node.value)
            self.bind(node.target, node.value)
        elif isinstance(node, SUSPENDING):
            self._suspended(node)
        elif isinstance(node, ast.Lambda):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                self.visit(default)
        else:
            starred = isinstance(node, ast.Starred)
            if isinstance(node, ast.Subscript | ast.Starred) and self.world.evidence.keeps(
                node.value, iterated=starred
            ):
                self.runs(node)
            parts: list[ast.AST | None] = list(children(node))
            if isinstance(node, ast.Dict):
                parts = [one for pair in zip(node.keys, node.values, strict=True) for one in pair]
            for child in parts:
                if isinstance(child, ast.expr):
                    self.visit(child)

    def runs(self, node: ast.expr) -> None:
        """Emit that evaluating or iterating an expression runs code that cannot be followed."""
        self.graph.emit(Unknown(f"{ast.unparse(node)[:60]} runs code that cannot be followed", span_of(node)))

    def _conditional(self, node: ast.BoolOp | ast.Compare | ast.IfExp) -> None:
        """Expressions of which Python may leave out a part."""
        if isinstance(node, ast.IfExp):
            self.visit(node.test)
            self._branches(node.body, node.orelse)
            return
        parts = node.values if isinstance(node, ast.BoolOp) else [node.left, *node.comparators]
        always = 1 if isinstance(node, ast.BoolOp) else 2
        for value in parts[:always]:
            self.visit(value)
        for value in parts[always:]:
            self._sometimes(value)

    def _suspended(self, node: ast.Await | ast.Yield | ast.YieldFrom) -> None:
        """Points at which the function stands still; a generator may be left there for good, or go on from there."""
        if isinstance(node, ast.Await):
            self.awaited = node.value
            self.visit(node.value)
            self.graph.emit(Suspend(span_of(node)))
            return
        self.visit(node.value)
        if isinstance(node, ast.YieldFrom) and self.world.evidence.keeps(node.value, iterated=True):
            self.runs(node.value)
        if self.world.scopes.of_node[node].name in self.world.evidence.touching:
            self.graph.emit(Unknown("the caller of this generator runs here", span_of(node)))
        self.graph.link(self.graph.current, self.graph.exit)
        self.graph.start(node.lineno, self.graph.current, 0)

    def bind(self, target: ast.expr, value: ast.expr | None) -> None:
        """Emit what an assignment to ``target`` means; ``value`` only when all of it goes there."""
        evidence = self.world.evidence
        if isinstance(target, ast.Tuple | ast.List):
            starred = any(isinstance(one, ast.Starred) for one in target.elts)
            if isinstance(value, ast.Name | ast.Attribute) and evidence.keeps(value, iterated=starred):
                self.runs(value)
            values: list[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                values = list(value.elts)
            for one, part in zip(target.elts, values, strict=True):
                self.bind(one, part)
            return
        if isinstance(target, ast.Starred):
            self.bind(target.value, None)
            return
        if id(target) in evidence.wrapped:
            return
        if isinstance(target, ast.Attribute | ast.Subscript):
            self.visit(target.value)
            if isinstance(target, ast.Attribute) and target.attr == "sync_gradients":
                # What Accelerate's contexts switch: it decides whether zero_grad and step do anything.
                self.graph.emit(Accumulate(f"{ast.unparse(target)} = ...", span_of(target)))
            written = isinstance(target, ast.Attribute) and target.attr in ("grad", "_grad")
            if written or evidence.aliases_gradient(target.value):
                self.graph.emit(Unknown(f"{ast.unparse(target)} is written", span_of(target), trains=True))
                return
            if isinstance(target, ast.Subscript):
                self.visit(target.slice)
        if stores_into_groups(evidence, target):
            self.regroup(span_of(target))
        if stores_part(self.world, target, value):
            fresh = value is not None and is_new_part(self.world, value)
            self.graph.emit(Rebind(MODULES, None, span_of(target), fresh))
        path = self.world.scopes.path(target)
        if path is None or ".__dict__" in path.rest:
            self._bind_computed(target)
        elif path not in evidence.aliases and self._matters(path, value):
            fresh = value is not None and self.world.builds_apart(value)
            self.graph.emit(Rebind(evidence.meaning(path), self._source(value), span_of(target), fresh))

    def regroup(self, span: Span) -> None:
        """Some optimizer may have other parameters from here on."""
        self.world.evidence.regrouped = True
        self.graph.emit(Rebind(GROUPS, None, span))

    def _bind_computed(self, target: ast.expr) -> None:
        """A store through a slice, a computed index or a computed object: whatever could be meant."""
        if not isinstance(target, ast.Attribute | ast.Subscript):
            return
        span = span_of(target)
        if any(isinstance(one, ast.Attribute) and one.attr == "__dict__" for one in walk(target)):
            self.graph.emit(Rebind(ANYTHING, None, span))
            return
        lookup = f".{target.attr}" if isinstance(target, ast.Attribute) else "[]"
        held = self.world.evidence.held_lookups
        if lookup in held or (lookup == "[]" and any(one.startswith("[") for one in held)):
            self.graph.emit(Rebind(Path("", "", (lookup,)), None, span))

    def _matters(self, path: Path, value: ast.expr | None = None) -> bool:
        """Whether a new value for ``path`` can change what some receiver denotes, or which gradients it owns."""
        evidence = self.world.evidence
        settings = bool(path.rest) and path.rest[-1][1:] in harmless.CARRIER_VALUES - {"param_groups"}
        if settings or (
            ".param_groups" in path.rest
            and path.rest[-1] not in ("['params']", '["params"]', ".param_groups")
        ):
            return path in evidence.methods and path in evidence.holders
        if path.rest and path.rest[-1].startswith("[") and value is not None and not evidence.holds(value):
            return False
        if path in evidence.holders and (not path.rest or value is None or path in evidence.methods):
            return True
        if (
            path.rest
            and path.variable in evidence.held_variables
            and value is not None
            and evidence.holds(value)
        ):
            return True
        if not path.rest:
            return path in evidence.held_variables or evidence.indexed
        if path.rest[0] == ".param_groups" or ".param_groups" in path.rest:
            return True
        return path.rest[-1] in evidence.held_lookups or (
            path.rest[-1].startswith("[") and path.variable in evidence.held_variables
        )

    def _source(self, value: ast.expr | None) -> Path | None:
        """M for ``Optimizer(M.parameters(), ...)``; the list, for one of parameters that never changes."""
        if not isinstance(value, ast.Call) or not self.world.evidence.builds_optimizer(value):
            return None
        first = stepped(value)
        if first is None:
            return None
        if (
            isinstance(first, ast.Call)
            and isinstance(first.func, ast.Attribute)
            and first.func.attr == "parameters"
            and not first.args
            and not first.keywords
        ):
            return self.world.evidence.path(first.func.value)
        path = self.world.evidence.path(first)
        return path if path is not None and fixed_list(self.world, path) else None

    def _gradient(self, node: ast.Attribute) -> None:
        text = ast.unparse(node)
        if isinstance(node.ctx, ast.Load):
            self.graph.emit(Read(text, span_of(node)))
        else:
            self.graph.emit(Unknown(f"{text} is written", span_of(node), trains=True))

    def _sometimes(self, value: ast.expr) -> None:
        """A part that may be skipped: the right of ``and``."""
        if self._silent(value):
            return
        before = self.graph.current
        self.graph.start(value.lineno, before)
        self.visit(value)
        self.graph.start(value.lineno, before, self.graph.current)

    def _branches(self, body: ast.expr, orelse: ast.expr) -> None:
        if self._silent(body) and self._silent(orelse):
            return
        before = self.graph.current
        self.graph.start(body.lineno, before)
        self.visit(body)
        end = self.graph.current
        self.graph.start(orelse.lineno, before)
        self.visit(orelse)
        self.graph.start(orelse.lineno, end, self.graph.current)

    def _silent(self, node: ast.AST) -> bool:
        """Whether evaluating the node cannot emit anything, seen without resolving names."""
        for one in walk(node):
            if isinstance(one, ast.Call | ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
                return False
            if isinstance(one, ast.Attribute) and one.attr in ("grad", "_grad"):
                return False
            if isinstance(one, ast.Attribute | ast.Subscript) and isinstance(one.ctx, ast.Store):
                return False
            if isinstance(one, ast.Name) and self.world.scopes.path(one) in self.world.evidence.gradients:
                return False
        return True

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)
        for one in node.generators:
            if iterates_keeper(self.world, one.iter):
                self.runs(one.iter)
        if self._silent(node):
            return
        before = self.graph.current
        number = len(self.graph.blocks)
        header = self.graph.start(node.lineno, before)
        for index, generator in enumerate(node.generators):
            if index:
                self.visit(generator.iter)
            self.bind(generator.target, None)
            for condition in generator.ifs:
                self._sometimes(condition)
        if isinstance(node, ast.DictComp):
            self._sometimes(node.key)
            self._sometimes(node.value)
        else:
            self._sometimes(node.elt)
        self.graph.link(self.graph.current, header)
        after = self.graph.start(node.lineno, before, self.graph.current, header)
        self.graph.region(header, number, after, span_of(node))

    def _call(self, node: ast.Call) -> None:
        func = node.func
        result, self.result = self.result, None
        if (
            self.world.evidence.imported(func) in ("asyncio.run", "trio.run", "anyio.run")
            and len(node.args) == 1
        ):
            self.awaited = node.args[0]
        if isinstance(func, ast.Attribute):
            self.visit(func.value)
        elif not isinstance(func, ast.Name):
            self.visit(func)
        for value in (*node.args, *(one.value for one in node.keywords)):
            self.visit(value)
        self._effect(node, result)

    def _effect(self, node: ast.Call, result: Path | None) -> None:
        """What the call itself does, its parts having been evaluated."""
        span = span_of(node)
        target = resolve(self.world, node, result)
        marked = mark_of(node) is not None
        linked = self.world.links.get(node) if target is None and not marked else None
        if isinstance(linked, Opaque):
            self.graph.emit(Unknown(linked.reason, span, linked.trains))
            if linked.rebinds:
                self.graph.emit(Rebind(ANYTHING, None, span))
            return
        target = target or linked
        if builds_again(self.world, node):
            self.graph.emit(Rebind(MODULES, None, span))
        if isinstance(target, Opaque):
            self._step_of(node, span)
            steps = target.trains and not target.outside
            self.graph.emit(Unknown(target.reason, span, target.trains, calls_back=True, steps=steps))
            return
        if target is not None:
            self._runs_function(node, target, span)
            if target is not linked and self.world.is_optimizer_method(target.node):
                self._step_of(node, span)
            return
        launch = launched(self.world, node)
        if launch is not None:
            before = self.graph.current
            self.graph.start(node.lineno, before)
            self._runs_function(node, launch, span)
            self.graph.start(node.lineno, before, self.graph.current)
            return
        if not marked and self._dynamic(node, span):
            return
        if node in self.recursion.calls:
            reason = f"{ast.unparse(node.func)[:40]}() may call back into functions of this file"
            self.graph.emit(Unknown(reason, span, trains=True, calls_back=True))
            return
        events = recognise(self._site(node))
        if events is None:
            self._fills(node, span)
            new = changes_parts(self.world, node)
            if new is not None:
                self.graph.emit(Rebind(MODULES, None, span, new, grows=is_wrapper(self.world.evidence, node)))
        if events:
            for event in events:
                self.graph.emit(event)
            return
        if self._works_on_gradients(node):
            return
        self._outside(node, span, known=events is not None)

    def _runs_function(self, node: ast.Call, target: Target, span: Span) -> None:
        """A call of a function of the file."""
        if isinstance(target.node, ast.AsyncFunctionDef) and node is not self.awaited:
            if self.world.touches(target.node):
                later = f"{target.name}() is a coroutine that runs later"
                self.graph.emit(Unknown(later, span, trains=True, calls_back=True))
            return
        if target.name in self.recursion.visible:
            if self.world.touches(target.node):
                self.graph.emit(Unknown(f"{target.name}() is recursive", span, trains=True, calls_back=True))
            return
        for fresh in target.fresh:
            self.graph.emit(Rebind(fresh, None, span))
        alone = isinstance(self.statement, ast.Expr) and self.statement.value is node
        self.graph.emit(Call(target.name, target.arguments, span, alone and not target.fresh))

    def _outside(self, node: ast.Call, span: Span, *, known: bool) -> None:
        """A call of code that is not in the file. ``known``: an idiom says that it does nothing by itself."""
        anew = None if known else trains_anew(self.world, node, span)
        if anew is not None:
            self.graph.emit(anew)
            return
        # A call that an idiom knows to do nothing may still run what it is handed.
        reason = danger_of_arguments(self.world, node) if known else danger(self.world, node)
        if reason is not None:
            calls_back = self.world.evidence.calls_back(node)
            trains = harmless.trains(callee_name(node)) or reason.endswith("which touches gradients")
            self.graph.emit(Unknown(reason, span, trains, calls_back))

    def _step_of(self, node: ast.Call, span: Span) -> None:
        """An optimizer's step that runs code of the file, or may, is a step all the same."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "step":
            return
        receiver = self.world.evidence.path(node.func.value)
        if receiver is not None and self.world.evidence.is_optimizer(receiver):
            self.graph.emit(Step(receiver, span, ast.unparse(node.func.value)))

    def _dynamic(self, node: ast.Call, span: Span) -> bool:
        """Attributes by string: a gradient word in one is never looked through, and any name may change."""
        name = callee_name(node)
        by_name = bool({name, (self.world.evidence.imported(node.func) or "").rpartition(".")[2]} & LOOKUPS)
        given = list(arguments(node))
        words = [
            one.value
            for one in ((each for value in given for each in walk(value)) if by_name else given)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        plain = isinstance(node.func, ast.Name) and name in (
            "setattr",
            "exec",
            "eval",
            "globals",
            "locals",
            "vars",
        )
        filled = isinstance(node.func, ast.Attribute) and is_namespace(node.func.value)
        if plain or name in ("__setattr__", "__setitem__") or (filled and name not in READING):
            self.graph.emit(Rebind(ANYTHING, None, span))
        named = any(word in GRADIENT_ATTRIBUTES or word == "_grad" for word in words)
        if named and self._may_look_up(node, name):
            self.graph.emit(
                Unknown(f"{ast.unparse(node)[:60]} goes by a name in a string", span, True, calls_back=True)
            )
            return True
        return False

    def _may_look_up(self, node: ast.Call, name: str) -> bool:
        """Whether a call that is handed an attribute's name has an object to look it up on: print("step") has none."""
        evidence = self.world.evidence
        full = evidence.imported(node.func)
        given = list(arguments(node))
        if {name, (full or "").rpartition(".")[2]} & LOOKUPS:
            return True
        if any(evidence.holds(one) or evidence.imported(one) is not None for one in given):
            return True
        if full is not None:
            return not full.startswith(("builtins.", *harmless.PREFIXES))
        if isinstance(node.func, ast.Name):
            return evidence.holds(node.func)
        if not isinstance(node.func, ast.Attribute):
            return True
        base = self.world.scopes.path(node.func.value)
        own = base is not None and not base.rest and base.scope.startswith("class ")
        return base is None or own or evidence.holds(node.func.value)

    def _fills(self, node: ast.Call, span: Span) -> None:
        """Methods that change which object a subscript of a container means."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in MUTATORS | {"__setitem__"}:
            return
        evidence = self.world.evidence
        if regroups(evidence, node):
            self.regroup(span)
        path = evidence.path(node.func.value)
        if path is None or not (
            evidence.holds(node.func.value) or any(evidence.holds(one) for one in arguments(node))
        ):
            return
        held = evidence.held_lookups
        if ".param_groups" in path.rest or any(one.startswith("[") for one in held):
            self.graph.emit(Rebind(path.extended(("[]",)), None, span))

    def _site(self, node: ast.Call) -> CallSite:
        base = node.func.value if isinstance(node.func, ast.Attribute) else None
        statement = self.statement
        whole = isinstance(statement, ast.Expr) and node in (
            statement.value,
            getattr(statement.value, "value", None),
        )
        return CallSite(
            node=node,
            name=callee_name(node),
            base=base,
            receiver=None if base is None else self.world.evidence.path(base),
            full=self.world.evidence.imported(node.func),
            span=span_of(statement) if whole and statement is not None else span_of(node),
            statement=whole,
            facts=self.world.evidence,
            bases=self._bases(node, base),
        )

    def _bases(self, node: ast.Call, base: ast.expr | None) -> tuple[str, ...]:
        """What the class around derives from outside the file, for a call on ``self``."""
        path = None if base is None else self.world.scopes.path(base)
        if path is None or path.rest or not path.scope.startswith("class "):
            return ()
        for one in self.world.scopes.of_node[node].enclosing():
            if one.method_of is not None:
                return tuple(self.world.foreign_bases(one.method_of))
        return ()

    def _works_on_gradients(self, node: ast.Call) -> bool:
        """A call on a gradient or handed one: in place, unless it is known only to look."""
        evidence = self.world.evidence
        name = callee_name(node)
        on_gradient = isinstance(node.func, ast.Attribute) and evidence.aliases_gradient(node.func.value)
        handed = any(evidence.aliases_gradient(one) for one in arguments(node))
        if not on_gradient and not handed:
            return False
        full = evidence.imported(node.func) or ""
        in_place = name.endswith("_") and not name.endswith("__")
        if handed and not on_gradient:
            known = full.startswith(("torch.", "builtins.", "math.")) and not full.startswith(
                "torch.distributed."
            )
            known = known or name in harmless.PURE_ON_GRADIENTS
            in_place = in_place or not (known or name in ("append", "add_scalar", "add_histogram"))
            in_place = in_place or any(one.arg == "out" for one in node.keywords)
        if in_place and name != "clip_grad_norm_":
            self.graph.emit(
                Unknown(f"{ast.unparse(node)[:60]} may change gradients", span_of(node), trains=True)
            )
        return True
