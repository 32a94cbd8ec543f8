"""The functions of a file to its :class:`Program`: lowered, calls linked, what has no effect dropped."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.custom import is_marked
from codemods.events import Backward, Call, Event, Mark, Path, Read, Rebind, Span, Step, Zero
from codemods.ir.nodes import Block, Function, Program, Region
from codemods.lower import harmless
from codemods.lower.blocks import new_graph
from codemods.lower.bodies import body_of
from codemods.lower.certain import certain_paths, nullable, opened, sealed
from codemods.lower.expressions import Expressions, span_of
from codemods.lower.helpers import unfolded
from codemods.lower.ownership import hooked, keeps_references, listed_parameters, ownership, swapped, veto
from codemods.lower.pairings import crossed
from codemods.lower.recursion import Recursion, function_around, recursion
from codemods.lower.statements import Statements
from codemods.lower.valued import constructed_unseen
from codemods.lower.world import World, is_generator
from codemods.lower.wrappers import transparent
from codemods.syntax import FunctionNode, alternatives, arguments, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.lower.scopes import Scope


class Lowering(Struct, frozen=True):
    """What it takes to lower one function of a file after another, in whatever order."""

    world: World
    again: Recursion
    unseen: frozenset[str]

    def function(self, node: ast.Module | FunctionNode) -> Function:
        """One function, not yet linked to others.

        Raises :class:`codemods.findings.TooLarge` when it has more blocks than the analysis follows and
        ``RecursionError`` when expressions are nested deeper than the interpreter allows.
        """
        return _lower_function(self.world, node, self.again, self.unseen)

    def is_stray(self, node: FunctionNode) -> bool:
        """Whether a function may run without a call of it being seen, as its :class:`Function` says it."""
        scope = self.world.scope(node)
        return scope.name in self.again.functions or _stray(self.world, node, scope, self.unseen)


def lowering(world: World) -> Lowering:
    """The functions of a file, none of them lowered yet."""
    return Lowering(world, recursion(world), constructed_unseen(world))


def functions_of(world: World) -> dict[str, Function]:
    """Every function of a file, the module's body first, not yet linked to each other.

    Raises what :meth:`Lowering.function` raises.
    """
    one_by_one = lowering(world)
    functions = {"<module>": one_by_one.function(world.tree)}
    for node in world.functions.values():
        function = one_by_one.function(node)
        functions[function.name] = function
    return functions


def assembled(world: World, others: Mapping[str, Function]) -> Program:
    """The program of a file, ``others`` being the functions of other files that its calls are linked to.

    Raises what :meth:`Lowering.function` raises.
    """
    functions = pruned({**functions_of(world), **others})
    unsealed = opened(world, functions)
    functions = {
        name: replace(one, sealed=one.sealed and name not in unsealed) for name, one in functions.items()
    }
    sources, distinct = ownership(world, functions)
    functions = _with_roots(functions)
    if len(distinct) > 1 or (distinct and _freezes(world)):
        from codemods.lower.reach import with_reach  # noqa: PLC0415 - most files train one model

        functions = with_reach(world, functions, distinct)
    functions = unfolded(world, functions)
    certain = certain_paths(world, functions, world.scopes.all(ast.Call))
    empty = nullable(world)
    return Program(
        functions,
        hooked(world),
        sources,
        distinct,
        certain,
        empty | {world.written[one] for one in empty if one in world.written},
        veto(world),
        keeps_references(world),
        written=world.written,
        parts=listed_parameters(world),
        custom=is_marked(world.tree),
        swapped=swapped(world),
        crossed=crossed(world, sources),
        optimizers=_optimizers(world, functions),
        builders=frozenset(
            name
            for call in world.scopes.all(ast.Call)
            if world.evidence.builds_optimizer(call)
            and (name := function_around(world.scopes.of_node[call])) is not None
        ),
    )


def _freezes(world: World) -> bool:
    """Whether a backward may leave out a module, because its parameters are switched off."""
    return any(node.attr in harmless.FREEZING for node in world.scopes.all(ast.Attribute))


def _optimizers(world: World, functions: Mapping[str, Function]) -> frozenset[Path]:
    """Receivers, and what is handed to functions, that are optimizers by construction, use or name."""
    found: set[Path] = set()
    for event in (event for one in functions.values() for block in one.blocks for event in block.events):
        if isinstance(event, Zero | Step):
            found.add(event.receiver)
        elif isinstance(event, Call):
            found.update(value for _, value in event.arguments)
    return frozenset(one for one in found if world.evidence.is_optimizer(one))


def _lower_function(
    world: World, node: ast.Module | FunctionNode, again: Recursion, unseen: frozenset[str]
) -> Function:
    scope = world.scope(node)
    span = Span(1, 0, 1) if isinstance(node, ast.Module) else span_of(node)
    graph = new_graph(span.line)
    statements = Statements(world, graph, Expressions(world, graph, again))
    if isinstance(node, ast.Lambda):
        statements.expressions.visit(node.body)
    else:
        statements.suite(node.body)
    graph.link(graph.current, graph.exit)
    blocks = graph.frozen()
    body = Region(0, frozenset(range(len(blocks))), span, loop=False)
    variables = tuple(world.scopes.variable(one, scope) for one in scope.parameters)
    # A call that comes back to the function is none that can be followed: what such a call leaves, any call may.
    returns = scope.name in again.functions
    stray = returns or (not isinstance(node, ast.Module) and _stray(world, node, scope, unseen))
    return Function(
        scope.name, variables, blocks, graph.exit, graph.raise_exit, (body, *graph.regions), span,
        handed_around=returns or _handed_around(world, node, scope),
        loss_handed=_loss_handed(world, node, scope),
        stray=stray,
        family=None if scope.method_of is None else world.scopes.families[scope.method_of.name],
        sealed=not isinstance(node, ast.Module)
        and sealed(world, node)
        and not _loss_from_around(world, node, scope),
        finds=any(isinstance(one, Backward | Read) for block in blocks for one in block.events)
        and not isinstance(node, ast.Module)
        and _finds(world, node, scope),
    )  # fmt: skip


def _finds(world: World, node: FunctionNode, scope: Scope) -> bool:
    """Whether a function gets at what holds parameters otherwise than through its own variables."""
    body = body_of(world, node)
    looked_up: list[ast.Name | ast.Attribute] = [*body.names, *body.attributes]
    for one in looked_up:
        if not isinstance(one.ctx, ast.Load):
            continue
        path = world.scopes.path(one)
        if path is None:
            roots = [each for each in walk(one) if isinstance(each, ast.Name)]
            around = [f"{world.scopes.variable(each.id, scope).scope}." for each in roots]
            if not all(each.startswith(f"{scope.name}.") for each in around) and world.evidence.holds(one):
                return True
            continue
        if isinstance(one, ast.Name) and one.id in world.evidence.returning:
            return True
        if f"{path.scope}.".startswith(f"{scope.name}."):
            continue
        if path.scope.startswith("class "):
            # The instance is handed, with all that is in it.
            continue
        named = isinstance(one, ast.Name) and world.definition(one.id, world.scopes.of_node[one]) is not None
        brought = world.evidence.imported(one) is not None and not world.evidence.owns(one)
        if not named and not brought and world.evidence.holds(one):
            return True
    return False


def _loss_handed(world: World, node: ast.Module | FunctionNode, scope: Scope) -> bool:
    """Whether a function runs a backward on one of its parameters, a part of one, or on what it computes by tensor methods.

    A global that the file never binds may be another one in each call, too.
    """
    if isinstance(node, ast.Module) or not body_of(world, node).backwards:
        return False
    handed = {
        world.scopes.variable(one, outer)
        for outer in scope.enclosing()
        if not outer.is_class
        for one in outer.parameters
    }
    pending: list[ast.expr] = []
    for call in body_of(world, node).backwards:
        pending.extend(arguments(call))
        if isinstance(call.func, ast.Attribute):
            pending.append(call.func.value)
    seen: set[Path] = set()
    while pending:
        for one in _parts(pending.pop()):
            path = world.scopes.path(one)
            if path is None or path in seen or path.scope.startswith("class "):
                continue
            if path.variable in handed or _comes_from_outside(world, path):
                return True
            seen.add(path)
            inside, around = f"{path.scope}.", f"{scope.name}."
            if path.scope and (around.startswith(inside) or inside.startswith(around)):
                values = world.evidence.bindings.get(path.variable, ())
                pending.extend(value for value in values if value is not None)
    return False


def _comes_from_outside(world: World, path: Path) -> bool:
    """Whether a path is a global of which nothing in the file says what it is."""
    variable = path.variable
    return not (
        variable.scope or world.evidence.bindings.get(variable) or world.evidence.is_import(variable)
    ) and not world.definitions.get(("<module>", variable.root))


def _loss_from_around(world: World, node: FunctionNode, scope: Scope) -> bool:
    """Whether a function runs a backward on a loss that it does not compute: one of the code around it, or of an instance.

    Such a loss may reach any model. A value that is bound to such a loss, or computed of it by tensor methods, is one.
    """
    pending: list[ast.expr] = []
    for call in body_of(world, node).backwards:
        pending.extend(arguments(call))
        if isinstance(call.func, ast.Attribute):
            pending.append(call.func.value)
    seen: set[Path] = set()
    while pending:
        for one in _parts(pending.pop()):
            if not isinstance(one, ast.Name | ast.Attribute | ast.Subscript):
                continue
            path = world.scopes.path(one)
            if path is None or path in seen:
                continue
            seen.add(path)
            own = path.scope == scope.name or path.scope.startswith(scope.name + ".")
            if not own and world.evidence.imported(one) is None and path not in world.evidence.holders:
                return True
            values = world.evidence.bindings.get(path.variable, ()) if own else ()
            pending.extend(value for value in values if value is not None)
    return False


TAKING_TOGETHER = frozenset("fsum max mean min next reduce stack sum".split())
"""Functions that give back one of the losses that they are handed, or all of them as one."""


def _parts(loss: ast.expr) -> Iterator[ast.expr]:
    """The expressions whose values a loss is: ``loss`` for ``scaler.scale(loss.mean() / 2)``."""
    if isinstance(loss, ast.BoolOp | ast.NamedExpr):
        for one in alternatives(loss):
            yield from _parts(one)
    elif isinstance(loss, ast.BinOp):
        yield from _parts(loss.left)
        yield from _parts(loss.right)
    elif isinstance(loss, ast.List | ast.Tuple):
        for one in loss.elts:
            yield from _parts(one)
    elif isinstance(loss, ast.IfExp):
        yield from _parts(loss.body)
        yield from _parts(loss.orelse)
    elif isinstance(loss, ast.Call) and callee_name(loss) == "scale":
        for one in arguments(loss):
            yield from _parts(one)
    elif isinstance(loss, ast.Call) and callee_name(loss) in TAKING_TOGETHER:
        yield loss
        for one in arguments(loss):
            yield from _parts(one)
    elif isinstance(loss, ast.Call) and isinstance(loss.func, ast.Attribute):
        if loss.func.attr not in harmless.TENSOR_METHODS:
            return
        yield from _parts(loss.func.value)
    else:
        yield loss


CALLING_BACK = ("torch.optim.lr_scheduler.", *harmless.PREFIXES)
"""Libraries whose functions count as harmless, and call methods of classes that are derived from theirs."""


def _stray(world: World, node: FunctionNode, scope: Scope, unseen: frozenset[str]) -> bool:
    """Whether a function may run without a call of it being seen."""
    name = scope.name.rpartition(".")[2].partition("#")[0]
    if isinstance(node, ast.Lambda) or name in world.escaping or name in world.spelled:
        return True
    if isinstance(node, ast.AsyncFunctionDef) or is_generator(node) or not transparent(world, node):
        return True
    outer = scope.parent
    if outer is None or not isinstance(outer.node, ast.ClassDef):
        return False
    owner = outer.node
    if name == "forward" or (name.startswith("__") and (name != "__init__" or owner.name in unseen)):
        return True
    if any(base.startswith(CALLING_BACK) for base in world.foreign_bases(owner)):
        return True
    return bool(owner.decorator_list or owner.keywords) or len(world.definitions[(outer.name, name)]) > 1


def _handed_around(world: World, node: ast.Module | FunctionNode, scope: Scope) -> bool:
    """Whether code that cannot be followed may hold this function: itself, or an instance with it as a method."""
    if isinstance(node, ast.Lambda | ast.AsyncFunctionDef) or scope.name.rpartition(".")[2] in world.escaping:
        return True
    return scope.method_of is not None and scope.method_of.name in world.instantiated


def pruned(
    functions: Mapping[str, Function], others: Mapping[str, Function] | None = None
) -> dict[str, Function]:
    """Replace calls of functions that do nothing to gradients by marks.

    ``others``: functions that these call besides, pruned already, which call none of these.
    """
    effective: set[str] = set()
    callers: dict[str, list[str]] = defaultdict(list)
    pending: list[str] = []
    for name, function in functions.items():
        for block in function.blocks:
            for event in block.events:
                if isinstance(event, Call):
                    callers[event.function].append(name)
                elif _has_effect(event, name):
                    pending.append(name)
    for name, function in (others or {}).items():
        if name in callers and any(
            _has_effect(one, name) for block in function.blocks for one in block.events
        ):
            pending.append(name)
    while pending:
        name = pending.pop()
        if name not in effective:
            effective.add(name)
            pending.extend(callers[name])

    def kept(event: Event) -> Event:
        return Mark(event.span) if isinstance(event, Call) and event.function not in effective else event

    def changes(block: Block) -> bool:
        return any(isinstance(event, Call) and event.function not in effective for event in block.events)

    return {
        name: (
            replace(
                function, blocks=tuple(_mapped(one, kept) if changes(one) else one for one in function.blocks)
            )
            if any(map(changes, function.blocks))
            else function
        )
        for name, function in functions.items()
    }


def _has_effect(event: Event, function: str) -> bool:
    """Whether an event does more than to pass by, or to bind a plain variable of the function that it is in."""
    own = isinstance(event, Rebind) and event.target.scope == function and not event.target.rest
    return not isinstance(event, Mark) and not own


def _mapped(block: Block, change: Callable[[Event], Event]) -> Block:
    return Block(tuple(change(one) for one in block.events), block.successors, block.on_raise, block.line)


def _with_roots(functions: dict[str, Function]) -> dict[str, Function]:
    """Mark the functions that code outside the file may call: nobody here does, or their name is handed around."""
    callees = {
        name: sorted(
            {one.function for block in function.blocks for one in block.events if isinstance(one, Call)}
        )
        for name, function in functions.items()
    }
    called = {callee for name, found in callees.items() for callee in found if callee != name}
    roots = {
        name for name in functions if name != "<module>" and (name not in called or functions[name].stray)
    }
    reached: set[str] = set()
    pending = ["<module>", *sorted(roots)]
    for name in [*functions, None]:
        while pending:
            one = pending.pop()
            if one not in reached:
                reached.add(one)
                pending.extend(callees[one])
        if name is not None and name not in reached:
            roots.add(name)
            pending.append(name)
    mine: set[str] = set()
    pending = ["<module>"]
    while pending:
        one = pending.pop()
        if one not in mine:
            mine.add(one)
            pending.extend(callees[one])
    for name in functions:
        outer = name.rpartition(".")[0]
        if name not in mine and (outer == "" or outer not in functions):
            roots.add(name)
    return {
        name: replace(one, root=name in roots and (one.stray or not one.file))
        for name, one in functions.items()
    }
