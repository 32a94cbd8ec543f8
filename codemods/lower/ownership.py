"""Which gradients belong to which names, as far as the file shows it, and what makes a file unfit for any proof."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path, Rebind
from codemods.lower.apart import sites
from codemods.lower.configured import configured
from codemods.lower.imports import brings_names
from codemods.lower.roundabout import roundabout
from codemods.lower.within import HANDING_BACK, within
from codemods.magics import magic_of
from codemods.syntax import DISPLAYS, FUNCTIONS, arguments, bound_targets, callee_name, stepped
from codemods.trees import children, walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.ir.nodes import Function
    from codemods.lower.world import World


def hooked(world: World) -> bool:
    """Whether a backward or a step may run code of the file that looks at gradients."""
    return world.evidence.hooked or any(
        isinstance(node, FUNCTIONS)
        and getattr(node, "name", "") == "backward"
        and any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in walk(node))
        for node in world.functions.values()
    )


def veto(world: World) -> str | None:
    """Why nothing in this file can be proved: it gives ``zero_grad``, ``step`` or ``backward`` another meaning.

    Or it takes them, or a gradient, out of an object by a pattern, or replaces what it has defined by whatever it imports.
    """
    for one in world.scopes.all(ast.ImportFrom):
        if brings_names(one) and _has_owners_above(world, one):
            return f"line {one.lineno}: {ast.unparse(one)} can give any name another value"
    for pattern in world.scopes.all(ast.MatchClass):
        taken = next((one for one in pattern.kwd_attrs if one in GRADIENT_ATTRIBUTES or one == "_grad"), None)
        if taken is not None:
            return f"line {pattern.lineno} takes {taken} out of an object by a pattern"
    words = GRADIENT_ATTRIBUTES - {"grad"}
    if not _may_replace(world, words):
        return roundabout(world)
    for node, scope in world.scopes.of_node.items():
        for target in bound_targets(node):
            replaced = isinstance(target, ast.Attribute) and target.attr in words
            inside = isinstance(target, ast.Name) and target.id in words and scope.is_class
            if replaced or inside:
                return f"line {target.lineno} replaces {ast.unparse(target)}()"
        magic = magic_of(node)
        if magic is not None and magic.binds:
            return f"line {getattr(node, 'lineno', 0)}: {magic.text} can give any name another value"
        if isinstance(node, ast.Call) and _fills_names(node):
            return f"line {node.lineno} can give any name another value"
        value = getattr(node, _GIVING.get(type(node), ""), None)
        if value is None or isinstance(getattr(node, "ctx", None), ast.Load):
            continue
        # Whoever goes through the dictionary itself gets no more than names.
        written = _GIVING[type(node)] != "iter" or any(isinstance(one, DISPLAYS) for one in walk(value))
        if written and _is_all(value):
            return f"line {value.lineno} can give any name another value"
    return roundabout(world)


_GIVING: dict[type[ast.AST], str] = {
    **dict.fromkeys((ast.Assign, ast.NamedExpr, ast.Subscript, ast.Return, ast.AnnAssign), "value"),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), "iter"),
    ast.withitem: "context_expr",
}
"""What gives a value to a name or a caller, or looks something up in one, and where the value stands."""


def _has_owners_above(world: World, statement: ast.stmt) -> bool:
    """Whether the module has bound a model, an optimizer, a function or a class by the time of a statement."""
    bound: list[ast.AST | None] = [
        value
        for path, values in world.evidence.bindings.items()
        if not path.scope and path in world.evidence.holders
        for value in values
    ]
    bound += [one for (scope, _), found in world.definitions.items() if scope == "<module>" for one in found]
    return any(getattr(one, "lineno", statement.lineno) < statement.lineno for one in bound)


def _is_vars(call: ast.Call) -> bool:
    return callee_name(call) == "vars" and not call.args


def _is_all(value: ast.AST) -> bool:
    """Whether a value may be, or hold, the dictionary of all names."""
    if isinstance(value, ast.Call) and (callee_name(value) in ("globals", "locals") or _is_vars(value)):
        return True
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Call) and _is_all(value.value):
        # One of the names; but what is taken out of anything else may be the dictionary that was put there.
        return callee_name(value.value) not in ("globals", "locals") and not _is_vars(value.value)
    if isinstance(value, ast.Attribute) and value.attr in ("get", "items", "keys", "values"):
        return False
    return any(_is_all(one) for one in children(value) if isinstance(one, ast.expr | ast.keyword))


def _fills_names(call: ast.Call) -> bool:
    """Whether a call changes the dictionary of all names: ``globals().update(...)``."""
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Call):
        return False
    asked = call.func.value
    return call.func.attr in ("__setitem__", "setdefault", "update") and (
        callee_name(asked) in ("globals", "locals") or _is_vars(asked)
    )


def _may_replace(world: World, words: frozenset[str]) -> bool:
    """Whether to look closer: a no is certain."""
    scopes = world.scopes
    return (
        not scopes.stored.isdisjoint(words)
        or any(one.is_class and not one.bound.isdisjoint(words) for one in scopes.inner.values())
        or any(
            callee_name(one) in ("globals", "locals", "vars") or magic_of(one) is not None
            for one in scopes.all(ast.Call)
        )
    )


def keeps_references(world: World) -> bool:
    """Whether some code of the file takes hold of a gradient, so that clearing it in place could show there."""
    cleared = {id(one) for statement in world.clearings for one in walk(statement)}
    return any(
        node.attr in ("grad", "_grad") and id(node) not in cleared and not world.evidence.is_autograd(node)
        for node in world.scopes.all(ast.Attribute)
    )


def ownership(world: World, functions: dict[str, Function]) -> tuple[dict[Path, Path], frozenset[Path]]:
    """Which paths are only ever optimizers over one module, and which modules are built once and share nothing."""
    if any(node.attr == "add_param_group" for node in world.scopes.all(ast.Attribute)):
        return {}, frozenset()
    if any(
        ".param_groups" in path.rest and path.rest[-1] in (".param_groups", "['params']")
        for path in _written(world)
    ):
        return {}, frozenset()
    if world.evidence.regrouped:
        return {}, frozenset()
    rebinds: dict[Path, list[Path | None]] = {}
    for function in functions.values():
        for block in function.blocks:
            for event in block.events:
                if isinstance(event, Rebind):
                    rebinds.setdefault(event.target, []).append(event.source)
    sources = {
        target: found[0]
        for target, found in rebinds.items()
        if found[0] is not None
        and all(one == found[0] for one in found)
        and len(found) == len(world.evidence.bindings.get(target, found))
        and not _set_from_elsewhere(world, target)
    }
    made = configured(world)
    distinct = sites(world, dict.fromkeys([*sources.values(), *made.values()]), made.values())
    sources.update((optimizer, module) for optimizer, module in made.items() if module in distinct)
    return sources, distinct


def listed_parameters(world: World) -> dict[Path, frozenset[Path]]:
    """The parameters of each optimizer that is only ever bound to ``Optimizer([w, b], ...)``."""
    found: dict[Path, frozenset[Path]] = {}
    for path in list(world.evidence.bindings):
        value = world.evidence.sole_binding(path)
        if not isinstance(value, ast.Call) or not world.evidence.builds_optimizer(value):
            continue
        listed = stepped(value)
        if isinstance(listed, ast.List | ast.Tuple):
            items = [world.evidence.path(one) for one in listed.elts]
            known = frozenset(one for one in items if one is not None)
            if known and len(known) == len(items):
                found[path] = known
    return found


def swapped(world: World) -> frozenset[Path]:
    """The paths that the file binds to an optimizer over some parameters, and elsewhere to one over others."""
    evidence = world.evidence
    several = sum(map(evidence.builds_optimizer, world.scopes.all(ast.Call))) > 1
    found = set()
    for path, values in evidence.bindings.items():
        if not several and not evidence.is_optimizer(path):
            continue
        meant = _meant(world, values)
        built = [
            one
            for value in meant
            for one in walk(value)
            if isinstance(one, ast.Call) and world.evidence.builds_optimizer(one)
        ]
        built += [one for value in meant for one in _may_build(world, path, value)]
        if len(built) > 1 and len({_stepped(world, one) for one in built}) > 1:
            found.add(path)
    return frozenset(found)


def _may_build(world: World, path: Path, value: ast.expr) -> Iterator[ast.Call]:
    """The calls in a value that may give a path an optimizer which code of another file makes of what it is handed."""
    evidence = world.evidence
    for one in within(evidence, value):
        if (
            isinstance(one, ast.Call)
            and (evidence.imported(one.func) or "").partition(".")[0] not in HANDING_BACK
            and not evidence.builds_optimizer(one)
            and evidence.is_optimizer(path)
            and evidence.handed_through(one) is None
            and any(evidence.holds(each) and evidence.path(each) != path for each in arguments(one))
        ):
            yield one


def _meant(world: World, values: list[ast.expr | None]) -> list[ast.expr]:
    """The values, names that stand for others replaced by all that those are bound to."""
    found: dict[ast.expr, None] = {}
    pending = [one for one in values if one is not None]
    while pending:
        one = pending.pop()
        if one in found:
            continue
        found[one] = None
        path = world.scopes.path(one) if isinstance(one, ast.Name | ast.Attribute) else None
        if path is not None:
            pending += [each for each in world.evidence.bindings.get(path, ()) if each is not None]
    return list(found)


def _stepped(world: World, call: ast.Call) -> tuple[str, frozenset[Path]]:
    """What an optimizer is built over: the text, and the variables that its names mean where it stands."""
    over = stepped(call)
    if over is None or isinstance(over, ast.Starred):
        # Behind ``*args`` and ``**options`` may be anything.
        return f"{call.lineno}:{call.col_offset}", frozenset()
    inside = {one.id for one in walk(over) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    names = [one for one in walk(over) if isinstance(one, ast.Name) and one.id not in inside]
    return ast.dump(over), frozenset(
        world.scopes.variable(one.id, world.scopes.of_node[one]) for one in names
    )


def _written(world: World) -> list[Path]:
    """Paths that are assigned, or whose methods may change what they hold."""
    found = list(world.evidence.bindings)
    found += [path for path, _ in world.evidence.filled]
    return found


def _set_from_elsewhere(world: World, target: Path) -> bool:
    """Whether an attribute of an instance is assigned both through ``self`` and through another name."""
    if not target.rest:
        return False
    return any(
        path.rest
        and path.rest[-1] == target.rest[-1]
        and path.variable != target.variable
        and (path.scope.startswith("class ") or target.scope.startswith("class "))
        and (path.scope, path.root) != (target.scope, target.root)
        for path in world.evidence.bindings
    )
