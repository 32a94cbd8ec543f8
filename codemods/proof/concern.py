"""Which functions are of concern to one receiver's gradient, by the events in them, before any state is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.events import ANYTHING, GROUPS, MODULES, Accumulate, Backward, Read, Rebind, Step, Unknown, Zero
from codemods.proof.instances import canonical
from codemods.proof.sharing import is_found, receivers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Event, Path
    from codemods.ir.nodes import Program
    from codemods.proof.align import PairedFunction
    from codemods.proof.instances import Instance, Ownership


class Concern(Struct, frozen=True, eq=False):
    """One receiver, ``cell``, in the functions of a program; ``reached``: the instances that calls of each root run."""

    program: Program
    functions: dict[str, PairedFunction]
    cell: Path
    reached: dict[str, list[Instance]]
    owners: Ownership

    def matters(self, name: str) -> bool:
        """Whether calls of a function can tell the versions apart, or change what a later call sees."""
        if name == self.cell.scope and self.functions[name].function.sealed:
            return True
        home = self.functions.get(self.cell.scope)
        if self.functions[name].function.sealed or (home is not None and home.function.sealed):
            return False
        if self._looks(name) or self._swaps(name) or self._steps_back(name):
            return True
        return self.functions[name].function.stray and (self.asks(name) or self.changes(name))

    def asks(self, name: str) -> bool:
        """Whether a function that runs where nobody sees it, and trains nothing, calls code that may look at gradients."""
        if not self.functions[name].function.stray:
            return False
        events = [event for _, event in self._events(name)]
        return any(isinstance(one, Unknown) for one in events) and not any(
            isinstance(one, Step) for one in events
        )

    def constructs(self, name: str) -> bool:
        """Whether a function only sets up an instance: a new one, whose gradients are its own affair."""
        if self.functions[name].function.sealed:
            return True
        return name.endswith(".__init__") and not self._looks(name)

    def changes(self, name: str) -> bool:
        """Whether a function looks at gradients, changes them, or gives a receiver another meaning."""
        return self._looks(name) or self.rebinds(name)

    def rebinds(self, name: str) -> bool:
        """Whether a function gives the receiver or its module another meaning for others too."""
        source = self.owners.sources.get(self.cell)
        return any(
            isinstance(event, Rebind)
            and (event.target.rest or event.target.scope != one.function)
            and (
                self.cell.depends_on(event.target) or (source is not None and source.depends_on(event.target))
            )
            for one, event in self._events(name)
        )

    def steps(self) -> bool:
        """Whether the receiver itself steps: then the step of another is another optimizer's, which no repair may change."""
        return any(
            isinstance(event, Step) and canonical(event.receiver, one.environment) == self.cell
            for name in self.reached
            for one, event in self._events(name)
        )

    def is_beside(self, root: str) -> bool:
        """Whether optimizers step or clear in calls of ``root``, but not the one that owns the gradient."""
        used = receivers(self.functions, self.reached[root])
        return bool(used) and self.cell not in used

    def aliases(self, root: str, shared: Path | None) -> list[Path]:
        """The receivers that may denote the tracked optimizer in calls of ``root``; the cell itself for none of them.

        Where none is used at all, only backwards and reads can matter. ``shared``: see :class:`codemods.proof.walk.Walk`.
        """
        used = receivers(self.functions, self.reached[root])
        if root == "<module>" or self.cell in used or not used:
            return [self.cell]
        variables = self.functions[root].function.variables
        found = [one for one in used if is_found(self.cell, one, variables)]
        handed = [one for one in used if one not in found]
        if shared in found:
            return [shared, *handed]
        # The gradient may as well belong to a third optimizer that is found, unless to none.
        others = [*handed, *(found if shared is not None else ())]
        # What works only with what it is handed is called for this optimizer, or for one with gradients of its own.
        return [*others, self.cell] if found or self.finds(root) or self.rebinds(root) else others

    def finds(self, root: str) -> bool:
        """Whether a backward or a look at gradients in calls of ``root`` may be about models that it is not handed."""
        return any(self.functions[one.function].function.finds for one in self.reached[root])

    def strays(self, name: str, *, asking: bool) -> list[str]:
        """Stray functions that change something and may have run at any point of a function, not on their way to it.

        ``asking``: those that call code that cannot be followed are taken to.
        """
        return [
            one
            for one, found in self.functions.items()
            if found.function.stray
            and not found.function.sealed
            and (self.changes(one) or (asking and self.asks(one)))
            and all(each.function != name for each in self.reached[one])
        ]

    def _swaps(self, name: str) -> bool:
        """Whether a function by itself gives the optimizer other parameters, or puts one with others in its place.

        That is the file's own doing, whoever calls it; for an optimizer that an outsider hands in, he answers.
        """
        builds = any(one.function in self.program.builders for one in self.reached[name])
        return any(
            isinstance(event, Rebind)
            and (
                event.target == GROUPS
                or (event.target == ANYTHING and builds)
                or (event.target == MODULES and self.cell not in self.program.optimizers)
                or (
                    self.cell in self.program.swapped
                    and self._is_again(canonical(event.target, one.environment))
                )
            )
            for one, event in self._events(name)
        )

    def _is_again(self, target: Path) -> bool:
        """Whether a new value for a path is one for the receiver: by that path, or by an attribute of its name."""
        if target in (self.cell, ANYTHING):
            return True
        return bool(self.cell.rest) and target.rest[-1:] == self.cell.rest[-1:]

    def _steps_back(self, name: str) -> bool:
        """Whether a function calls what may be the step of an optimizer, and hands it a function of the file."""
        return any(
            isinstance(event, Unknown) and event.steps and event.calls_back for _, event in self._events(name)
        )

    def _looks(self, name: str) -> bool:
        return any(
            isinstance(event, Zero | Backward | Step | Read | Accumulate) for _, event in self._events(name)
        )

    def _events(self, name: str) -> Iterator[tuple[Instance, Event]]:
        """The events in all that a root reaches."""
        for one in self.reached[name]:
            for block in self.functions[one.function].events:
                for paired in block:
                    yield one, paired.event

    def variables(self) -> tuple[Path, ...]:
        """The variables that the receiver's text mentions."""
        return (self.cell.variable, *(one.variable for one in self.cell.indices))
