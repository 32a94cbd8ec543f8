"""One receiver's gradient through every path of a paired program, calls followed, to a fixed point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.events import Path
from codemods.proof.acts import Acts, Found
from codemods.proof.concern import Concern
from codemods.proof.gradstate import CLEAN, State, for_names, outside
from codemods.proof.instances import Instance
from codemods.proof.route import Route, Visits, shortcuts
from codemods.proof.witness import WitnessLine, called, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.ir.nodes import Program
    from codemods.proof.acts import Pardon
    from codemods.proof.align import PairedFunction
    from codemods.proof.instances import Ownership
    from codemods.proof.route import Exits

TRANSITIONS = 1_000_000
"""After so many a proof gives up: far beyond any real file."""


@dataclass(slots=True, eq=False)
class Meter:
    """How many transitions a proof may follow, and how many it has followed: what it costs, on every machine alike."""

    limit: int = field(default_factory=lambda: TRANSITIONS)
    count: int = 0


class GivesUp(Exception):
    """There are more transitions than the proof follows."""


@dataclass(slots=True, eq=False)
class Walk:
    """One run of the analysis, for one receiver.

    First the module runs, once; then outsiders call its functions, in any order and any number of times. ``pool``
    holds the states in which an outsider may call, with the path that led there, and ``results`` those in which each
    function may return to one. ``shared``: another optimizer that owns the gradient as well. ``tracked`` and ``beside``
    are those of the function that an outsider has called, as for :class:`codemods.proof.acts.Acts`.
    """

    program: Program
    functions: dict[str, PairedFunction]
    cell: Path
    reached: dict[str, list[Instance]]
    start: tuple[State, ...]
    owners: Ownership
    pardon: Pardon
    trusting: bool
    shared: Path | None
    meter: Meter
    pool: dict[State, list[WitnessLine]] = field(default_factory=dict)
    results: dict[str, dict[State, list[WitnessLine]]] = field(default_factory=dict)
    routes: dict[tuple[Path, bool], dict[Instance, Route]] = field(default_factory=dict)
    callbacks: dict[str | None, list[str]] = field(default_factory=dict)
    strays: dict[str, list[str]] = field(default_factory=dict)
    tracked: Path = Path("", "")
    beside: bool = False
    listened: bool = False
    pooled: set[State] = field(default_factory=set)
    amid: dict[str, dict[State, list[WitnessLine]]] = field(default_factory=dict)
    concern: Concern = field(init=False)
    apart: bool = field(init=False)
    asking: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """What can be told of the functions without following a state."""
        self.concern = Concern(self.program, self.functions, self.cell, self.reached, self.owners)
        self.apart = self.concern.steps()
        self.asking = frozenset(name for name in self.reached if self.concern.asks(name))

    def run(self) -> None:
        """Raise Found with the first difference; return when there is none."""
        exits: dict[State, None] = {}
        clean = for_names(CLEAN) if self.program.custom else CLEAN
        self._settle(lambda: exits.update(self._root("<module>", {state: [] for state in clean})))
        self.results.clear()
        after = (outside(state, trusting=self.trusting) for state in exits)
        self.pool = {state: [] for state in (*self.start, *after)}
        self.pooled.clear()
        self._settle(lambda: None)

    def _settle(self, first: Callable[[], None]) -> None:
        """Run ``first`` and every function that outsiders may call until no new state turns up."""
        while True:
            known = self._known()
            if self.listened:
                # What was found rests on what was known of other functions then.
                self.routes.clear()
            first()
            for name, one in self.functions.items():
                if one.function.root and (self.pool or self.amid) and self.concern.matters(name):
                    entries = (
                        {state: [] for state in self.start}
                        if self.concern.constructs(name)
                        else self._entries(name)
                    )
                    if name in self.asking:
                        entries = {**self._amid(name), **entries}
                    entered = WitnessLine(
                        one.function.span.line, f"{called(name)} has run", one.function.span.file
                    )
                    for state in self._root(name, entries):
                        path = [*entries.get(state, []), entered]
                        self.results.setdefault(name, {}).setdefault(state, path)
                        if not self.concern.constructs(name):
                            self.pool.setdefault(outside(state, trusting=self.trusting), path)
            if self._known() == known:
                return

    def _entries(self, name: str) -> dict[State, list[WitnessLine]]:
        """The states in which an outsider calls a function.

        Where he hands in both the optimizer and the loss, or an index of the optimizer, it may be another one each
        time, and so it may be where the file has made instances that share a model and not the optimizer; otherwise it is the same, or one with gradients of its own (the assumption closed-world).
        """
        function = self.functions[name].function
        entries = dict(self.pool)
        handed = {one for one in function.variables if not one.scope.startswith("class ")}
        around = [one for one in self.concern.variables() if one in handed or self._is_around(one, name)]
        pairs = any(one in handed for one in self.cell.indices) or function.loss_handed
        if self.cell.scope in self.program.crossed or (around and pairs):
            entries |= {
                state._replace(member=member): path
                for state, path in self.pool.items()
                for member in (True, False)
            }
        return entries

    @staticmethod
    def _is_around(variable: Path, name: str) -> bool:
        """Whether a variable is one of a function or of those around it."""
        return bool(variable.scope) and f"{name}.".startswith(f"{variable.scope}.")

    def _amid(self, name: str) -> dict[State, list[WitnessLine]]:
        """The states in the middle of functions, not on its way to them, in which a function may run unseen."""
        inside = {one.function for one in self.reached[name]}
        return {state: [] for home, states in self.amid.items() if home not in inside for state in states}

    def _known(self) -> int:
        return len(self.pool) + sum(map(len, self.amid.values())) + sum(map(len, self.results.values()))

    def _root(self, name: str, entries: dict[State, list[WitnessLine]]) -> dict[State, None]:
        """The states in which a function returns to an outsider who calls it in one of ``entries``."""
        found: dict[State, None] = {}
        for tracked in self.concern.aliases(name, self.shared):
            self.tracked = tracked
            self.beside = name != "<module>" and tracked == self.cell and self.concern.is_beside(name)
            route = self._route(Instance(name, ()))
            visited = route.visited
            for state, path in entries.items():
                if state in visited.entered[0]:
                    continue
                try:
                    self._follow(route, state, visited)
                except Found as error:
                    error.path[:0] = path
                    raise
            found.update(dict.fromkeys(visited.entered[route.function.function.exit]))
        return found

    def _route(self, instance: Instance) -> Route:
        routes = self.routes.setdefault((self.tracked, self.beside), {})
        found = routes.get(instance)
        if found is None:
            function = self.functions[instance.function]
            does = self._acts()
            acts = [
                [
                    (index, act)
                    for index, paired in enumerate(block)
                    if (act := does.act(instance, paired)) is not None
                ]
                for block in function.events
            ]
            strays = self._strays(instance.function)
            successors = (
                [one.successors for one in function.function.blocks] if strays else shortcuts(function, acts)
            )
            found = routes[instance] = Route(instance, function, acts, successors, strays)
        return found

    def _acts(self) -> Acts:
        return Acts(
            self.program,
            self.functions,
            self.tracked,
            self.beside,
            self.apart,
            self.owners,
            self.pardon,
            self.trusting,
            self._entered,
            self._elsewhere,
        )

    def _strays(self, name: str) -> list[str]:
        if name not in self.strays:
            self.strays[name] = self.concern.strays(name, asking=not self.trusting)
        return self.strays[name]

    def _entered(self, instance: Instance) -> Callable[[State], Exits]:
        route = self._route(instance)
        return lambda state: self._exits(route, state)

    def _exits(self, route: Route, state: State) -> Exits:
        if state not in route.known:
            visited = Visits.of(route.acts)
            raised = self._follow(route, state, visited)
            function = route.function.function
            raised.update(dict.fromkeys(visited.entered[function.raise_exit]))
            route.known[state] = (tuple(visited.entered[function.exit]), tuple(raised))
        return route.known[state]

    def _follow(self, route: Route, state: State, visited: Visits) -> dict[State, None]:
        """Visit all that is reached from a state of entry and was not visited yet; what is raised on the way."""
        function = route.function.function
        blocks, entered = function.blocks, visited.entered
        entered[0][state] = None
        pending = [(0, state)]
        raised: dict[State, None] = {}
        for here in pending:
            block, entry = here
            met = visited.met[block]
            self.meter.count += 1
            facts = self._anywhere(route, [entry], met[0])
            seen: dict[State, None] = dict.fromkeys(facts)
            for point, (index, act) in enumerate(route.acts[block], 1):
                following: dict[State, None] = {}
                for fact in facts:
                    self.meter.count += 1
                    if self.meter.count > self.meter.limit:
                        raise GivesUp
                    try:
                        normal, exceptional = act(fact)
                    except Found as found:
                        found.path[:0] = self._path(route.function, visited, here, index)
                        raise
                    following.update(dict.fromkeys(normal))
                    seen.update(dict.fromkeys(exceptional))
                facts = self._anywhere(route, list(following), met[point])
                seen.update(dict.fromkeys(facts))
            on_raise = blocks[block].on_raise
            if on_raise == function.raise_exit:
                raised.update(seen)
            else:
                self._reach(visited, pending, here, (on_raise,), seen)
            self._reach(visited, pending, here, route.successors[block], facts)
        return raised

    @staticmethod
    def _reach(
        visited: Visits,
        pending: list[tuple[int, State]],
        source: tuple[int, State],
        targets: Iterable[int],
        facts: Iterable[State],
    ) -> None:
        for target in targets:
            known = visited.entered[target]
            for fact in facts:
                if fact not in known:
                    known[fact] = source
                    pending.append((target, fact))

    def _path(
        self,
        function: PairedFunction,
        visited: Visits,
        end: tuple[int, State],
        index: int,
    ) -> list[WitnessLine]:
        """The notable events on the way from the function's entry to one event."""
        chain: list[int] = []
        one: tuple[int, State] | None = end
        while one is not None:
            chain.append(one[0])
            one = visited.entered[one[0]][one[1]]
        chain.reverse()
        found = [stop(paired) for block in chain[:-1] for paired in function.events[block]]
        found += [stop(paired) for paired in function.events[chain[-1]][: index + 1]]
        return [line for line in found if line is not None]

    def _anywhere(self, route: Route, facts: list[State], met: set[State]) -> list[State]:
        """The states at a point of a function, where stray functions may have run, that were not ``met`` there before."""
        if self.asking:
            seen = self.amid.setdefault(route.function.function.name, {})
            for fact in facts:
                if not fact.same:
                    seen.setdefault(fact._replace(elsewhere=False), [])
        new = [one for one in facts if one not in met]
        if route.strays:
            self.listened = True
            for fact in new:
                if fact not in self.pooled:
                    self.pooled.add(fact)
                    self.pool.setdefault(outside(fact, trusting=self.trusting), [])
            if not met:
                found = (each for one in route.strays for each in self.results.get(one, ()))
                new = list(dict.fromkeys([*new, *found]))
        met.update(new)
        return new

    def _elsewhere(self, name: str, peers: bool) -> Callable[[State], list[State]] | None:
        """States after code that may call back into the file: functions and instances that were handed around.

        A method's own class is left out, as the closed world's affair, unless a method of it is what is called on an
        object that cannot be told (``peers``). None where there is nothing to be called back.
        """
        here = None if peers else self.functions[name].function.family
        key = "" if peers else here
        if key not in self.callbacks:
            roots = (one.function for one in self.functions.values() if one.function.root)
            self.callbacks[key] = [
                one.name for one in roots if one.handed_around and (one.family is None or one.family != here)
            ]
        names = self.callbacks[key]

        def states(state: State) -> list[State]:
            self.listened = True
            self.pool.setdefault(outside(state, trusting=self.trusting), [])
            found = (each for name in names for each in self.results.get(name, ()))
            meant = (state.default_none, state.custom_none)
            return list(
                dict.fromkeys(each for each in found if (each.default_none, each.custom_none) == meant)
            )

        return states if names else None
