"""What is put into an object by one of its names is in it by all of them: ``d = c; d.append(model)``.

A container or an instance that gets a model holds it for whoever made it, keeps it in another one, or handed it over.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.lower.denoted import denoted
from codemods.lower.evidence import FILLERS, NEVER_HOLDING
from codemods.lower.within import within
from codemods.syntax import FUNCTIONS, arguments, callee_name, makes_container
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

    Place: TypeAlias = tuple[Path | ast.expr, Iterable[ast.expr | None], bool]
    # What something is put into, what that is, and whether it is looked up in ways that cannot be told.

    Known: TypeAlias = dict[tuple[Path, int], bool]
    # Whether a path is bound to a new container, looked into so deep.

PUTTING = ("bisect.", "heapq.", "operator.")
"""Libraries whose functions put what they are handed into what they are handed first."""


class Seed(Struct, eq=False):
    """An object into which the file puts ``values``: what ``whole`` denotes, a path or an expression.

    ``computed``: it is looked up in ways that cannot be told. ``asked``: how much was known when the values held nothing.
    """

    whole: Path | ast.expr
    values: list[ast.expr]
    computed: bool = False
    asked: int = -1


class Filling(Struct, eq=False):
    """How objects of a file hang together by what the file says of them, and how far that has been followed.

    ``is_tensor``: whether nothing can be put into what a path denotes. ``seen``: paths of which it is known that they are
    filled. All that hangs together with them is noted already: what the file says stays the same.
    """

    evidence: Evidence
    is_tensor: Callable[[Path], bool]
    seeds: list[Seed] | None = None
    seen: set[Path] = field(default_factory=set)
    _lookups: set[str] = field(default_factory=set)
    _together: dict[int, list[Path]] | None = None
    _ending: dict[str, list[Path]] | None = None
    _paths: dict[int, tuple[Path, ...]] = field(default_factory=dict)

    def spread(self) -> bool:
        """Note as holders what else denotes an object into which something that holds is put; whether there was any."""
        evidence = self.evidence
        count = len(evidence.holders) + len(evidence.held_attributes) + len(evidence.returning)
        pending = list(self._filled())
        while pending:
            path = pending.pop()
            if path in self.seen:
                continue
            self.seen.add(path)
            if evidence.is_import(path) or self.is_tensor(path):
                continue
            evidence.holders.add(path)
            evidence.data[path.variable] = False
            if path.rest:
                pending.append(path._replace(rest=path.rest[:-1]))
                pending += self._of_one_name(path.rest[-1])
            for value in (*evidence.bindings.get(path, ()), *evidence.handed.get(path, ())):
                if value is not None:
                    pending += self._bound_to_the_same(value)
                    pending += filter(_may_be_filled, self._denoted(value))
        return len(evidence.holders) + len(evidence.held_attributes) + len(evidence.returning) > count

    def _filled(self) -> Iterator[Path]:
        """The objects into which the file puts something that holds, by what is known to hold now."""
        if self.seeds is None:
            self.seeds = list(_seeds(self.evidence))
        left: list[Seed] = []
        for seed in self.seeds:
            whole = seed.whole
            if not isinstance(whole, ast.expr) and whole in self.seen:
                continue
            known = self.evidence.known()
            if seed.asked == known or not any(map(self.evidence.holds, seed.values)):
                seed.asked = known
                left.append(seed)
            elif isinstance(whole, ast.expr):
                yield from filter(_may_be_filled, self._denoted(whole))
                if seed.computed:
                    _note_computed(self.evidence, whole)
            else:
                yield whole
        self.seeds = left

    def _of_one_name(self, lookup: str) -> Sequence[Path]:
        """The paths that end in the same attribute, which is noted; nothing the second time."""
        if not lookup.startswith(".") or lookup in self._lookups:
            return ()
        self._lookups.add(lookup)
        self.evidence.held_attributes.add(lookup[1:])
        if self._ending is None:
            self._ending = defaultdict(list)
            for one in self.evidence.bindings:
                if one.rest:
                    self._ending[one.rest[-1]].append(one)
        return self._ending.get(lookup, ())

    def _bound_to_the_same(self, value: ast.expr) -> Sequence[Path]:
        """What is bound to one and the same value: ``c = d = []``."""
        if self._together is None:
            self._together = _together(self.evidence)
        return self._together.get(id(value), ())

    def _denoted(self, value: ast.expr) -> tuple[Path, ...]:
        """The paths whose objects, or parts of them, a value may be."""
        found = self._paths.get(id(value))
        if found is None:
            found = self._paths[id(value)] = tuple(denoted(self.evidence, value))
        return found


def _seeds(evidence: Evidence) -> Iterator[Seed]:
    """Where the file puts something into an object that may hold."""
    places: list[Place] = [
        (path, arguments(call), False) for path, call in evidence.filled if path.rest[-1:] != (".__dict__",)
    ]
    places += [
        (path._replace(rest=path.rest[:-1], indices=()), values, False)
        for path, values in evidence.bindings.items()
        if path.rest
    ]
    places += [(target, [value], False) for target, value in evidence.added]
    known: Known = {}
    for call in evidence.scopes.all(ast.Call):
        places += _of_call(evidence, call, known)
    for whole, given, computed in places:
        values = [one for one in given if one is not None and type(one) not in NEVER_HOLDING]
        if values and (isinstance(whole, ast.expr) or _may_be_filled(whole)):
            yield Seed(whole, values, computed)


def _of_call(evidence: Evidence, call: ast.Call, known: Known) -> Iterator[Place]:
    """The objects into which a call may put something."""
    full, name = evidence.imported(call.func) or "", callee_name(call)
    func, parts = call.func, list(arguments(call))
    own = full.startswith("builtins.") and name in FILLERS | {"__setitem__"}
    if own or full.startswith(PUTTING):
        if parts:
            yield parts[0], parts[1:], False
    elif full:
        yield from _shown(evidence, parts, known)
    elif isinstance(func, ast.Attribute) and name in FILLERS:
        if evidence.scopes.path(func.value) is None:
            yield func.value, parts, True
    elif not evidence.named(name):
        yield from _shown(evidence, parts, known)
        path = evidence.scopes.path(func)
        computed = not isinstance(func, ast.Name | ast.Attribute)
        values = [func] if computed else evidence.bindings.get(path, ()) if path is not None else ()
        meant = [each for one in values if one is not None for each in within(evidence, one)]
        calling = [one for one in meant if _has_at_hand(evidence, one)]
        for one in (*calling, *(parts if calling and computed else ())):
            yield one, parts, False


def _has_at_hand(evidence: Evidence, func: ast.expr) -> bool:
    """Whether what is called may be a method, or a function that was made with something at hand."""
    if not isinstance(func, ast.Call):
        return isinstance(func, ast.Attribute | ast.Lambda | ast.Subscript)
    made = (evidence.imported(func.func) or "").startswith(("functools.", "operator."))
    return made or any(isinstance(one, FUNCTIONS) for one in evidence.named(callee_name(func)))


def _shown(evidence: Evidence, parts: list[ast.expr], known: Known) -> Iterator[Place]:
    """The containers of the file that code which cannot be followed is handed together with what it may put into them."""
    for one in parts:
        path = evidence.scopes.path(one)
        if path is not None and _is_container(evidence, path, known):
            yield path, [other for other in parts if other is not one], False


def _is_container(evidence: Evidence, path: Path, known: Known, depth: int = 3) -> bool:
    """Whether the file binds a path to a new list, dict or set: by itself, by another name, through a function of its own."""
    if (path, depth) not in known:
        values = evidence.bindings.get(path, ())
        known[path, depth] = any(_gives_container(evidence, one, known, depth) for one in values)
    return known[path, depth]


def _gives_container(evidence: Evidence, value: ast.expr | None, known: Known, depth: int) -> bool:
    # What a function of the file is handed, it may give back.
    own = value if isinstance(value, ast.Call) and evidence.imported(value.func) is None else None
    for one in (value, *(() if own is None else arguments(own))):
        meant = evidence.scopes.path(one) if isinstance(one, ast.Name) and depth else None
        if makes_container(one) or (meant is not None and _is_container(evidence, meant, known, depth - 1)):
            return True
    return False


def _may_be_filled(path: Path) -> bool:
    """Whether a path is more than the instance of a method."""
    return bool(path.rest) or not path.scope.startswith("class ")


def _note_computed(evidence: Evidence, base: ast.expr) -> None:
    """What is filled where it is looked up on an object that is computed, or is what a function of the file gave back."""
    for one in walk(base):
        if isinstance(one, ast.Attribute):
            evidence.held_attributes.add(one.attr)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            evidence.held_attributes.add(one.value)
        elif isinstance(one, ast.Call) and evidence.imported(one.func) is None:
            evidence.returning.add(callee_name(one))


def _together(evidence: Evidence) -> dict[int, list[Path]]:
    """What is bound to one and the same value: ``c = d = []``."""
    found: dict[int, list[Path]] = {}
    for node in evidence.scopes.all(ast.Assign):
        paths = [evidence.scopes.path(one) for one in node.targets] if len(node.targets) > 1 else []
        if paths:
            found[id(node.value)] = [one for one in paths if one is not None]
    return found
