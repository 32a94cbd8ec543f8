"""A set of paths that also knows which other paths would be looked up on, or below, one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.events import Path


class _Instance(Struct):
    """The paths below the instance of one class family: all of them, and by what a question about them can turn on."""

    whole: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    above: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    lasts: set[str] = field(default_factory=set)
    subscripts: list[Path] = field(default_factory=list)
    every: list[Path] = field(default_factory=list)


class Held(set["Path"]):
    """Paths that hold something. Only ``add``, ``update``, ``|=`` and ``-=`` change it."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        super().__init__()
        self._instances: dict[str, _Instance] = defaultdict(_Instance)
        self._below: set[tuple[str, str, tuple[str, ...]]] = set()
        self.update(paths)

    def add(self, path: Path) -> None:
        """Add one path."""
        if path in self:
            return
        super().add(path)
        self._below.add((path.scope, path.root, path.rest))
        if path.rest and path.scope.startswith("class "):
            found = self._instances[path.scope]
            found.every.append(path)
            found.whole.add((path.root, path.rest))
            found.above.update((path.root, path.rest[:end]) for end in range(1, len(path.rest)))
            if path.rest[-1].startswith("["):
                found.subscripts.append(path)
            else:
                found.lasts.add(path.rest[-1])

    def update(self, *others: Iterable[Path]) -> None:
        """Add many."""
        for paths in others:
            for path in paths:
                self.add(path)

    def __ior__(self, other: Iterable[Path]) -> Held:  # type: ignore[override,misc]
        """Add many."""
        self.update(list(other))
        return self

    def __isub__(self, other: Iterable[Path]) -> Held:  # type: ignore[override,misc]
        """Take out many."""
        gone = set(other)
        left = [path for path in self if path not in gone]
        self.clear()
        self._instances.clear()
        self._below.clear()
        self.update(left)
        return self

    def has_above(self, path: Path) -> bool:
        """Whether some path of the set is this one, or one that it is looked up on, whatever its subscripts mean."""
        return any(
            (path.scope, path.root, path.rest[:end]) in self._below for end in range(len(path.rest) + 1)
        )

    def has_instance(self, scope: str) -> bool:
        """Whether some path of the set is looked up on the instance of such a class."""
        return scope in self._instances

    def changes(self, path: Path) -> bool:
        """Whether a path of the set, below the same class's instance, is one that ``path`` depends on."""
        found = self._instances.get(path.scope)
        if found is None:
            return False
        if path.indices:
            return any(path.depends_on(one) for one in found.every)
        return (
            (path.root, path.rest) in found.above
            or any(one in found.lasts for one in path.rest)
            or any((path.root, path.rest[:end]) in found.whole for end in range(1, len(path.rest) + 1))
            or any(path.depends_on(one) for one in found.subscripts)
        )
