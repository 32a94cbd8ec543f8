"""What is put into an object by one of its names is in it by all of them: ``d = c; d.append(model)``.

A container or an instance that gets a model holds it for whoever made it, keeps it in another one, or handed it over.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.lower.evidence import FILLERS, NEVER_HOLDING
from codemods.lower.harmless import SELF_RETURNING
from codemods.syntax import FUNCTIONS, arguments, callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.events import Path
    from codemods.lower.evidence import Evidence

GIVING = SELF_RETURNING | frozenset("__getitem__ __iter__ __next__ get items pop setdefault values".split())
"""Methods that give back what they are asked of, or what is in it."""

PUTTING = ("bisect.", "heapq.", "operator.")
"""Libraries whose functions put what they are handed into what they are handed first."""

LOOKING = ("argparse.", "builtins.", "collections.", "contextlib.", "itertools.", "operator.", "types.")
"""Libraries whose functions give back what they are handed, or what is in it."""


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
    _returned: dict[str, tuple[Path, ...]] = field(default_factory=dict)

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
            found = self._paths[id(value)] = tuple(_denoted(self, value))
        return found

    def returned(self, name: str) -> tuple[Path, ...]:
        """The paths that the functions of the file of a name give back."""
        found = self._returned.get(name)
        if found is None:
            found = self._returned[name] = tuple(_returned(self.evidence, name))
        return found


def _seeds(evidence: Evidence) -> Iterator[Seed]:
    """Where the file puts something into an object that may hold."""
    places: list[tuple[Path | ast.expr, Iterable[ast.expr | None], bool]] = [
        (path, arguments(call), False) for path, call in evidence.filled if path.rest[-1:] != (".__dict__",)
    ]
    places += [
        (path._replace(rest=path.rest[:-1], indices=()), values, False)
        for path, values in evidence.bindings.items()
        if path.rest
    ]
    places += [(path, [value], False) for path, value in evidence.added]
    for call in evidence.scopes.all(ast.Call):
        full, name = evidence.imported(call.func) or "", callee_name(call)
        own = full.startswith("builtins.") and name in FILLERS | {"__setitem__"}
        if (own or full.startswith(PUTTING)) and call.args:
            places.append((call.args[0], list(arguments(call))[1:], False))
        elif name in FILLERS and isinstance(call.func, ast.Attribute):
            base = call.func.value
            if evidence.scopes.path(base) is None:
                places.append((base, arguments(call), True))
    for whole, given, computed in places:
        values = [one for one in given if one is not None and type(one) not in NEVER_HOLDING]
        if values and (isinstance(whole, ast.expr) or _may_be_filled(whole)):
            yield Seed(whole, values, computed)


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
        elif isinstance(one, ast.Call) and evidence.named(callee_name(one)):
            evidence.returning.add(callee_name(one))


def _together(evidence: Evidence) -> dict[int, list[Path]]:
    """What is bound to one and the same value: ``c = d = []``."""
    found: dict[int, list[Path]] = {}
    for node in evidence.scopes.all(ast.Assign):
        paths = [evidence.scopes.path(one) for one in node.targets] if len(node.targets) > 1 else []
        if paths:
            found[id(node.value)] = [one for one in paths if one is not None]
    return found


def _denoted(filling: Filling, value: ast.expr) -> Iterator[Path]:
    """The paths whose objects, or parts of them, a value may be."""
    evidence = filling.evidence
    path = evidence.scopes.path(value)
    if path is not None:
        yield path
    elif isinstance(value, ast.IfExp):
        yield from _denoted(filling, value.body)
        yield from _denoted(filling, value.orelse)
    elif isinstance(value, ast.BoolOp | ast.List | ast.Tuple | ast.Set):
        for one in value.values if isinstance(value, ast.BoolOp) else value.elts:
            yield from _denoted(filling, one)
    elif isinstance(value, ast.Dict):
        for one in value.values:
            yield from _denoted(filling, one)
    elif isinstance(value, ast.NamedExpr | ast.Starred | ast.Attribute | ast.Subscript | ast.Await):
        yield from _denoted(filling, value.value)
    elif isinstance(value, ast.Call):
        full = evidence.imported(value.func) or ""
        if full.startswith(LOOKING):
            for one in arguments(value):
                yield from _denoted(filling, one)
        elif isinstance(value.func, ast.Attribute) and callee_name(value) in GIVING:
            yield from _denoted(filling, value.func.value)
        elif not full:
            yield from filling.returned(callee_name(value))
            meant = evidence.scopes.path(value.func)
            for bound in () if meant is None else evidence.bindings.get(meant, ()):
                if isinstance(bound, ast.Lambda):
                    yield from _denoted(filling, bound.body)


def _returned(evidence: Evidence, name: str) -> Iterator[Path]:
    """The paths that the functions of the file of a name give back."""
    for function in evidence.named(name):
        for one in walk(function) if isinstance(function, FUNCTIONS) else ():
            path = (
                evidence.scopes.path(one.value)
                if isinstance(one, ast.Return | ast.Yield) and one.value
                else None
            )
            if path is not None:
                yield path
