"""From a file to its program, with the functions that it calls in other files of the run.

Such a function is followed one level: what it calls in its own file is followed too, what it calls in a third file is
code that cannot be followed. Whatever keeps a call from being linked leaves it what it was: code outside the file.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.custom import current, is_marked
from codemods.events import Backward, Read, Step, Unknown, Zero
from codemods.files.load import Unreadable
from codemods.files.prefilter import worth_a_look
from codemods.findings import TooLarge
from codemods.lower import harmless
from codemods.lower.abroad import home_of
from codemods.lower.danger import danger_of_arguments
from codemods.lower.evidence import NOTHING_TOLD, Told
from codemods.lower.imports import Imported, imported_calls
from codemods.lower.program import assembled
from codemods.lower.relocate import moved_abroad, path_abroad
from codemods.lower.resolve import Opaque, Target, target_of
from codemods.lower.world import World, says_more, with_told
from codemods.settings import NO_IDIOMS
from codemods.syntax import FUNCTIONS, Unparsable, arguments, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from codemods.events import Event, Path
    from codemods.files.neighbours import Vantage
    from codemods.ir.nodes import Function, Program
    from codemods.lower.abroad import Lowered

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


class Links(Struct, eq=False):
    """What a file takes over from others. ``regroups``: one of them may change which parameters an optimizer holds."""

    calls: dict[ast.Call, Target | Opaque] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    hooked: bool = False
    referenced: bool = False
    regroups: bool = False
    touching: set[str] = field(default_factory=set)
    veto: str | None = None
    custom: bool = False


def linked(sketch: World, vantage: Vantage) -> Program:
    """The program of a file, calls of functions of the run's other files followed.

    Raises what :func:`codemods.lower.program.assembled` raises.
    """
    world = with_told(sketch, NOTHING_TOLD)
    links = _links(world, vantage)
    told = Told(touching=frozenset(links.touching))
    if links.touching and says_more(told, world):
        world = with_told(sketch, told)
        links = _links(world, vantage)
    program = assembled(replace(world, links=links.calls), links.functions)
    return replace(
        program,
        hooked=program.hooked or links.hooked,
        sources={} if links.regroups else program.sources,
        distinct=frozenset() if links.regroups else program.distinct,
        veto=program.veto or links.veto,
        referenced=program.referenced or links.referenced,
        vantage=vantage,
        custom=program.custom or links.custom,
        linked=any(isinstance(one, Target) for one in links.calls.values()),
    )


def _links(world: World, vantage: Vantage) -> Links:
    wanted: dict[str, list[tuple[ast.Call, str]]] = {}
    known: dict[tuple[Path, int], bool] = {}
    for call, one in imported_calls(world):
        path = _located(vantage, one)
        if path is not None and _can_be_followed(world, call, known):
            wanted.setdefault(path, []).append((call, one.name))
    links = Links()
    for path in sorted(wanted):
        with suppress(Unreadable, Unparsable, TooLarge, RecursionError):
            _link(world, vantage, path, wanted[path], links)
    return links


def _located(vantage: Vantage, one: Imported) -> str | None:
    path = vantage.locate(one.level, one.module)
    if path is None or one.package is None:
        return path
    package = vantage.locate(*one.package)
    if package is None:
        return path
    try:
        bound = home_of(vantage, package).bound
    except (Unreadable, Unparsable, RecursionError):
        return None
    own = one.module.rpartition(".")[2]
    return None if {own, "*"} & bound else path


def _can_be_followed(world: World, call: ast.Call, known: dict[tuple[Path, int], bool]) -> bool:
    """Whether what a call hands over is data, models and optimizers, nothing with code of this file in it.

    ``known``: variables that are known to hold such code or not, looked into so deep.
    """
    evidence = world.evidence
    if danger_of_arguments(world, call) is not None:
        return False
    return not any(
        evidence.aliases_gradient(one)
        or evidence.calls_back(one)
        or _mentions_instance(world, one)
        or _is_closure(world, one, known)
        for one in arguments(call)
    )


def _is_closure(world: World, value: ast.expr, known: dict[tuple[Path, int], bool], depth: int = 3) -> bool:
    """Whether a value is, or holds, a function that brings its own model along: a lambda, a partial, a local function."""
    for one in walk(value):
        if isinstance(one, ast.Lambda):
            return True
        if isinstance(one, ast.Call) and callee_name(one) == "partial":
            return True
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            scope = world.scopes.of_node[one]
            found = world.definitions.get((world.scopes.binding(one.id, scope).name, one.id), ())
            if any(isinstance(each, FUNCTIONS) for each in found):
                return True
            variable = world.scopes.variable(one.id, scope)
            if (variable, depth) not in known:
                values = world.evidence.bindings.get(variable, ()) if depth else ()
                known[variable, depth] = any(
                    each is not None and _is_closure(world, each, known, depth - 1) for each in values
                )
            if known[variable, depth]:
                return True
    return False


def _mentions_instance(world: World, value: ast.AST) -> bool:
    """Whether a value has ``self`` in it, as a whole."""
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        return False
    if isinstance(value, ast.Name):
        return world.scopes.variable(value.id, world.scopes.of_node[value]).scope.startswith("class ")
    return any(_mentions_instance(world, one) for one in children(value))


def _link(
    world: World, vantage: Vantage, path: str, wanted: list[tuple[ast.Call, str]], links: Links
) -> None:
    """Follow the calls into one other file. Where this raises, ``links`` are what they were."""
    abroad = home_of(vantage, path)
    if not any(abroad.may_define(name) for _, name in wanted):
        return
    there = vantage.from_file(path)
    if any(there.locate(*one) == vantage.path for one in abroad.modules):
        return
    home = abroad.sketch
    if any(name == "*" for _, name in home.evidence.imports):
        return
    handed: set[Path] = set()
    nodes: dict[ast.Call, FunctionDef] = {}
    for call, name in wanted:
        node = home.definition(name, home.scopes.module)
        if isinstance(node, FunctionDef):
            nodes[call] = node
            handed |= _handed(world, home, call, node)
    if not nodes:
        return
    lowered = abroad.lowered(Told(frozenset(handed), frozenset(world.evidence.held_lookups)))
    home = lowered.world
    changing = _changing(vantage, path)
    calls: dict[ast.Call, Target | Opaque] = {}
    touching: set[str] = set()
    prefix = f"{path}:"
    kept: dict[str, None] = {}
    for call, node in nodes.items():
        target = _target(world, call, node, lowered)
        if isinstance(target, Opaque):
            calls[call] = Opaque(f"{target.reason} ({path})", target.trains)
        if not isinstance(target, Target):
            continue
        reached = lowered.reached([target.name])
        if _watches(world) and _sets_globals(home, reached):
            reason = f"{target.name}() of {path} sets variables of its module, on which this file looks up an optimizer or a model"
            calls[call] = Opaque(reason, trains=False, rebinds=True)
            continue
        if any(isinstance(event, changing) for one in reached for event in _events(lowered.functions[one])):
            # This run may rewrite it: what is true of it now need not hold of what will be on disk.
            reason = f"{target.name}() of {path} holds a training step of its own"
            calls[call] = Opaque(reason)
            continue
        kept.update(dict.fromkeys(reached))
        if _looks(lowered, target.name):
            touching.add(callee_name(call))
        calls[call] = Target(
            target.node,
            prefix + target.name,
            tuple((path_abroad(parameter, prefix), value) for parameter, value in target.arguments),
            tuple(path_abroad(one, prefix) for one in target.fresh),
        )
    if kept:
        _keep_strays(lowered, kept)
    links.calls.update(calls)
    links.touching |= touching
    if kept:
        links.custom = links.custom or is_marked(abroad.tree)
        _take_over(links, lowered, kept, path)


def _take_over(links: Links, lowered: Lowered, kept: dict[str, None], path: str) -> None:
    """Put functions of another file with those of this one, and what that file does besides."""
    home, prefix = lowered.world, f"{path}:"
    for name in sorted(kept):
        links.functions[prefix + name] = moved_abroad(lowered.functions[name], prefix, path)
    besides = lowered.besides
    links.hooked = links.hooked or (besides.hooked and _hooks(home, kept))
    links.referenced = links.referenced or besides.referenced
    links.regroups = links.regroups or besides.regroups
    links.veto = links.veto or (besides.veto and f"{path}: {besides.veto}")


def _target(world: World, call: ast.Call, node: FunctionDef, lowered: Lowered) -> Target | Opaque | None:
    """What a call of ``world`` runs, ``node`` being the function of the other file that it names."""
    home, recursive = lowered.world, lowered.one_by_one.again.functions
    target = target_of(world, call, node, None, instance=False, home=home)
    if not isinstance(target, Target):
        return target
    if isinstance(node, ast.AsyncFunctionDef) or target.name in recursive:
        kind = "recursive" if target.name in recursive else "a coroutine that runs later"
        return Opaque(f"{target.name}() is {kind}") if home.touches(node) else None
    return target


def _keep_strays(lowered: Lowered, kept: dict[str, None]) -> None:
    """Keep what may run without being called, too, as far as it can show in gradients or be shown by them."""
    home = lowered.world
    stray = [name for name, node in home.functions.items() if lowered.one_by_one.is_stray(node)]
    while strays := [
        name for name in stray if name not in kept and _may_run(home, name, kept) and _looks(lowered, name)
    ]:
        kept.update(dict.fromkeys(lowered.reached(strays)))


def _changing(vantage: Vantage, path: str) -> tuple[type[Event], ...]:
    """The events of a function in another file that the run may move: where that is read with names of its own, any."""
    data = vantage.neighbours.data(path) or b""
    others = [one for one in vantage.neighbours.idioms if one not in (current(), NO_IDIOMS)]
    if any(worth_a_look(path, data, one) for one in others):
        return (Zero, Step, Unknown)
    return (Zero, Step) if worth_a_look(path, data, current()) else ()


def _watches(world: World) -> bool:
    """Whether a receiver of this file is looked up on an imported module, whose own functions may set it."""
    return any(world.evidence.is_import(one) and one.rest for one in world.evidence.holders)


def _sets_globals(home: World, names: list[str]) -> bool:
    """Whether one of these functions of another file gives its module's variables new values."""
    found = (home.functions.get(one) for one in names)
    return any(one is not None and any(isinstance(each, ast.Global) for each in walk(one)) for one in found)


def _handed(world: World, home: World, call: ast.Call, node: FunctionDef) -> set[Path]:
    """The parameters to which a call hands something that holds a model, an optimizer or a parameter."""
    scope = home.scope(node)
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    every = {home.scopes.variable(one, scope) for one in scope.parameters}
    found: set[Path] = set()
    for index, value in enumerate(call.args):
        if not world.evidence.holds(value.value if isinstance(value, ast.Starred) else value):
            continue
        if isinstance(value, ast.Starred) or index >= len(names):
            return every
        found.add(home.scopes.variable(names[index], scope))
    for keyword in call.keywords:
        if world.evidence.holds(keyword.value):
            if keyword.arg not in scope.parameters:
                return every
            found.add(home.scopes.variable(keyword.arg, scope))
    return found


def _events(function: Function) -> list[object]:
    return [event for block in function.blocks for event in block.events]


def _looks(lowered: Lowered, name: str) -> bool:
    """Whether running a function can show in gradients or be shown by them."""
    return any(
        isinstance(event, Backward | Read | Step | Unknown | Zero)
        for one in lowered.reached([name])
        for event in _events(lowered.functions[one])
    )


def _may_run(home: World, name: str, kept: dict[str, None]) -> bool:
    """Whether a function that runs without being called can: one inside another function exists once that has run."""
    around = home.scope(home.functions[name]).parent
    while around is not None and not isinstance(around.node, FUNCTIONS):
        around = around.parent
    return around is None or around.name in kept


def _hooks(home: World, kept: dict[str, None]) -> bool:
    """Whether a function that is followed, or the module's own body, registers a hook on gradients."""
    for node, scope in home.scopes.of_node.items():
        if isinstance(node, ast.Attribute) and node.attr in harmless.HOOKS:
            one = scope
            while one.parent is not None and not isinstance(one.node, FUNCTIONS):
                one = one.parent
            if one.parent is None or one.name in kept:
                return True
    return not home.evidence.hooked
