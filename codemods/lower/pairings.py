"""Classes whose instances the file makes with one model and several optimizers: ``Trainer(net, first)``, ``Trainer(net, second)``.

A method of such an instance fills gradients that another instance's optimizer owns, whoever calls it.
"""

from __future__ import annotations

import ast
from itertools import combinations
from typing import TYPE_CHECKING

from codemods.syntax import bound_names, stepped
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.events import Path
    from codemods.lower.world import World

LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def crossed(world: World, sources: Mapping[Path, Path]) -> frozenset[str]:
    """The scopes of such classes. ``sources``: the module that an optimizer is known to be over."""
    made: dict[str, list[tuple[ast.Call, dict[str, ast.expr]]]] = {}
    for call in world.scopes.all(ast.Call):
        family = _family(world, call)
        if family is not None:
            made.setdefault(family, []).append((call, dict(_given(world, call))))
    found = set()
    for family, calls in made.items():
        pairs = [(one, other, frozenset[str]()) for (_, one), (_, other) in combinations(calls, 2)]
        pairs += [(given, given, bound) for call, given in calls for bound in _bound_around(world, call)]
        if any(_cross(world, one, other, bound, sources) for one, other, bound in pairs):
            found.add(f"class {family}")
    return frozenset(found)


def _family(world: World, call: ast.Call) -> str | None:
    """The class of the file that a call makes an instance of, by the name of its family."""
    if not isinstance(call.func, ast.Name):
        return None
    built = world.definition(call.func.id, world.scopes.of_node[call])
    return world.scopes.families.get(built.name) if isinstance(built, ast.ClassDef) else None


def _given(world: World, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a constructor is handed that holds a model or an optimizer, by the names of its parameters."""
    assert isinstance(call.func, ast.Name)
    built = world.definition(call.func.id, world.scopes.of_node[call])
    init = world.method(built, "__init__") if isinstance(built, ast.ClassDef) else None
    names = [] if init is None else world.scope(init).parameters[1:]
    for index, value in enumerate(call.args):
        if not isinstance(value, ast.Starred) and world.evidence.holds(value):
            yield names[index] if index < len(names) else str(index), value
    for keyword in call.keywords:
        if keyword.arg is not None and world.evidence.holds(keyword.value):
            yield keyword.arg, keyword.value


def _bound_around(world: World, call: ast.Call) -> Iterator[frozenset[str]]:
    """For each loop around a call, the names that it binds anew each time."""
    for kind in LOOPS:
        for loop in world.scopes.all(kind):
            inside = list(walk(loop))
            if call in inside:
                yield frozenset(name for one in inside for name in bound_names(one))


def _cross(
    world: World,
    one: Mapping[str, ast.expr],
    other: Mapping[str, ast.expr],
    bound: frozenset[str],
    sources: Mapping[Path, Path],
) -> bool:
    """Whether two instances get one model, and optimizers that are not visibly over the same gradients."""
    both = one.keys() & other.keys()
    optimizers = {name for name in both if _is_optimizer(world, one[name])}
    same = [name for name in both - optimizers if _is_same(world, one[name], other[name], bound)]
    return bool(same) and any(
        _changes(one[name], bound) or _over(world, one[name], sources) != _over(world, other[name], sources)
        for name in optimizers
    )


def _is_optimizer(world: World, value: ast.expr) -> bool:
    path = world.evidence.path(value)
    return world.evidence.builds_optimizer(value) or (path is not None and world.evidence.is_optimizer(path))


def _is_same(world: World, one: ast.expr, other: ast.expr, bound: frozenset[str]) -> bool:
    path = world.evidence.path(one)
    return path is not None and path == world.evidence.path(other) and not _changes(one, bound)


def _changes(value: ast.expr, bound: frozenset[str]) -> bool:
    """Whether a value is another one each time that a loop comes round."""
    return any(isinstance(one, ast.Name) and one.id in bound for one in walk(value))


def _over(world: World, value: ast.expr, sources: Mapping[Path, Path]) -> object:
    """What tells the gradients of an optimizer: its module or parameters, where they are in sight, else itself."""
    path = world.evidence.path(value)
    if path is not None:
        return sources.get(path, path)
    over = stepped(value) if isinstance(value, ast.Call) and world.evidence.builds_optimizer(value) else None
    return ast.dump(value if over is None else over)
