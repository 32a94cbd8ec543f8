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

SEVERAL = "*"
"""The name of what ``*several`` and ``**named`` hand over: it cannot be told which parameters that is."""

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
        # What is handed no optimizer crosses nothing: the loops around it need not be walked.
        telling = [(call, given) for call, given in calls if _tells(world, given)]
        pairs += [(given, given, bound) for call, given in telling for bound in _bound_around(world, call)]
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
        if world.evidence.holds(value):
            plain = not isinstance(value, ast.Starred)
            yield (names[index] if index < len(names) else str(index)) if plain else SEVERAL, value
    for keyword in call.keywords:
        if world.evidence.holds(keyword.value):
            yield keyword.arg or SEVERAL, keyword.value


def _tells(world: World, given: Mapping[str, ast.expr]) -> bool:
    return SEVERAL in given or any(
        _is_optimizer(world, one) or _may_be_anything(world, one) for one in given.values()
    )


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
    """Whether two instances get one model, or models that may share a part, and optimizers that are not visibly over the same
    gradients.
    """
    if SEVERAL in one or SEVERAL in other:
        return True
    both = one.keys() & other.keys()
    optimizers = {name for name in both if _is_optimizer(world, one[name])}
    shared = {name for name in both - optimizers if _may_share(world, one[name], other[name], bound)}
    differing = {
        name
        for name in both
        if name in optimizers or _may_be_anything(world, one[name])
        if _changes(one[name], bound)
        or _over(world, one[name], sources) != _over(world, other[name], sources)
    }
    return any(model != optimizer for model in shared for optimizer in differing)


def _is_optimizer(world: World, value: ast.expr) -> bool:
    """Whether a value is an optimizer: as the file makes it, and by its name only where the file does not."""
    path = world.evidence.path(value)
    built = [value] if path is None else world.evidence.bindings.get(path, [])
    if any(map(world.evidence.builds_optimizer, built)):
        return True
    made = any(isinstance(one, ast.Call) and not world.evidence.is_iterated(one) for one in built)
    return not made and path is not None and world.evidence.is_optimizer(path)


def _may_be_anything(world: World, value: ast.expr) -> bool:
    """Whether the file neither makes a value nor uses it as a model."""
    path = world.evidence.path(value)
    if path is None or world.evidence.is_module(path):
        return False
    built = world.evidence.bindings.get(path, [])
    return not any(isinstance(one, ast.Call) and not world.evidence.is_iterated(one) for one in built)


def _may_share(world: World, one: ast.expr, other: ast.expr, bound: frozenset[str]) -> bool:
    """Whether two models may have a parameter in common. Of those that come from elsewhere, whoever gives them answers."""
    path = world.evidence.path(one)
    if path is not None and path == world.evidence.path(other) and not _changes(one, bound):
        return True
    built = [each for value in (one, other) for each in _built(world, value)]
    return any(each is not None and not _is_by_itself(world, each) for each in built)


def _is_by_itself(world: World, value: ast.expr) -> bool:
    """Whether a value is a new model that gets nothing from outside its class but constants, functions and libraries."""
    if not world.builds_apart(value):
        return False
    func = value.func if isinstance(value, ast.Call) else None
    built = world.definition(func.id, world.scopes.of_node[func]) if isinstance(func, ast.Name) else None
    classes = list(world.lineage(built)) if isinstance(built, ast.ClassDef) else []
    for one in classes:
        for node in walk(one):
            path = world.scopes.path(node) if isinstance(node, ast.Name) else None
            if path is not None and not path.scope:
                values = world.evidence.bindings.get(path, [])
                if any(not isinstance(each, ast.Constant) for each in values):
                    return False
    return True


def _built(world: World, value: ast.expr) -> list[ast.expr | None]:
    """What the file makes a model of; None where it is handed or imported."""
    path = world.evidence.path(value)
    if path is None:
        return [value]
    found = world.evidence.bindings.get(path) or world.evidence.bindings.get(path.variable, [])
    return [each for one in found for each in ([None] if one is None else _items(one))]


def _items(value: ast.expr) -> list[ast.expr]:
    """What stands in a list, a tuple or a dictionary that is written out, or is what is not one."""
    if isinstance(value, ast.List | ast.Tuple):
        return [each for one in value.elts for each in _items(one)]
    if isinstance(value, ast.Dict):
        return [each for one in value.values for each in _items(one)]
    return _items(value.elt) if isinstance(value, ast.ListComp) else [value]


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
