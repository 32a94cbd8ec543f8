"""One receiver's gradient through every path of a paired program, calls followed, to a fixed point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.events import (
    GROUPS,
    MODULES,
    NOTHING,
    Accumulate,
    Backward,
    Call,
    Flavour,
    Path,
    Read,
    Rebind,
    Step,
    Suspend,
    Unknown,
    Zero,
)
from codemods.proof.gradstate import (
    CLEAN,
    Module,
    Site,
    State,
    backward,
    extended,
    for_names,
    outside,
    rebound,
    rebuilt,
    renamed,
    renewed,
    restructured,
    unknown,
    zero,
)
from codemods.proof.instances import Instance, Ownership, canonical
from codemods.proof.route import Route, shortcuts
from codemods.proof.sharing import is_found, receivers
from codemods.proof.witness import Kind, WitnessLine, called, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.ir.nodes import Program
    from codemods.proof.align import Paired, PairedFunction
    from codemods.proof.route import Act, Exits, Visited

IN_PLACE = frozenset({Flavour.ZEROS, Flavour.CUSTOM, Flavour.UNKNOWN})
"""Clearings that may show in a gradient that somebody has kept."""

TRANSITIONS = 1_000_000
"""After so many a proof gives up: far beyond any real file."""


@dataclass(slots=True, eq=False)
class Meter:
    """How many transitions a proof may follow, and how many it has followed: what it costs, on every machine alike."""

    limit: int = field(default_factory=lambda: TRANSITIONS)
    count: int = 0


class Found(Exception):
    """Somebody can tell the versions apart: how, whose fault, where, and the way there."""

    def __init__(self, kind: Kind, site: Site, paired: Paired, path: list[WitnessLine]) -> None:
        self.kind, self.site, self.paired, self.path = kind, site, paired, path


class GivesUp(Exception):
    """There are more transitions than the proof follows."""


@dataclass(frozen=True, slots=True)
class Pardon:
    """Differences that are none: residual ones, and all that the steps of ``repaired`` and mere onlookers see."""

    residual: bool
    repaired: frozenset[Path]


@dataclass(slots=True, eq=False)
class Walk:
    """One run of the analysis, for one receiver.

    First the module runs, once; then outsiders call its functions, in any order and any number of times. ``pool``
    holds the states in which an outsider may call, with the path that led there, and ``results`` those in which each
    function may return to one. ``shared``: another optimizer that owns the gradient as well. ``beside``: the function
    that an outsider has called steps and clears other optimizers only, which do not own it.
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
                if one.function.root and self.pool and self._matters(name):
                    entries = (
                        {state: [] for state in self.start} if self._constructs(name) else self._entries(name)
                    )
                    entered = WitnessLine(
                        one.function.span.line, f"{called(name)} has run", one.function.span.file
                    )
                    for state in self._root(name, entries):
                        path = [*entries.get(state, []), entered]
                        self.results.setdefault(name, {}).setdefault(state, path)
                        if not self._constructs(name):
                            self.pool.setdefault(outside(state, trusting=self.trusting), path)
            if self._known() == known:
                return

    def _entries(self, name: str) -> dict[State, list[WitnessLine]]:
        """The states in which an outsider calls a function.

        Where he hands in both the optimizer and the loss, or an index of the optimizer, it may be another one each
        time; otherwise it is the same, or one with gradients of its own (the assumption closed-world).
        """
        function = self.functions[name].function
        entries = dict(self.pool)
        handed = {one for one in function.variables if not one.scope.startswith("class ")}
        if set(self.tracked_variables()) & handed and (
            any(one in handed for one in self.cell.indices) or function.loss_handed
        ):
            entries |= {
                state._replace(member=member): path
                for state, path in self.pool.items()
                for member in (True, False)
            }
        return entries

    def tracked_variables(self) -> tuple[Path, ...]:
        """The variables that the tracked receiver's text mentions."""
        return (self.cell.variable, *(one.variable for one in self.cell.indices))

    def _matters(self, name: str) -> bool:
        """Whether calls of a function can tell the versions apart, or change what a later call sees."""
        if name == self.cell.scope and self.functions[name].function.sealed:
            return True
        home = self.functions.get(self.cell.scope)
        if self.functions[name].function.sealed or (home is not None and home.function.sealed):
            return False
        if self._looks(name) or self._swaps(name):
            return True
        return self.functions[name].function.stray and self._changes(name)

    def _swaps(self, name: str) -> bool:
        """Whether a function by itself gives the optimizer other parameters, or puts one with others in its place.

        That is the file's own doing, whoever calls it; for an optimizer that an outsider hands in, he answers.
        """
        return any(
            isinstance(paired.event, Rebind)
            and (
                paired.event.target == GROUPS
                or (paired.event.target == MODULES and self.cell not in self.program.optimizers)
                or (
                    self.cell in self.program.swapped
                    and canonical(paired.event.target, one.environment) == self.cell
                )
            )
            for one in self.reached[name]
            for block in self.functions[one.function].events
            for paired in block
        )

    def _looks(self, name: str) -> bool:
        return any(
            isinstance(paired.event, Zero | Backward | Step | Read | Accumulate)
            for one in self.reached[name]
            for block in self.functions[one.function].events
            for paired in block
        )

    def _known(self) -> int:
        return len(self.pool) + sum(map(len, self.results.values()))

    def _constructs(self, name: str) -> bool:
        """Whether a function only sets up an instance: a new one, whose gradients are its own affair."""
        if self.functions[name].function.sealed:
            return True
        return name.endswith(".__init__") and not self._looks(name)

    def _root(self, name: str, entries: dict[State, list[WitnessLine]]) -> dict[State, None]:
        """The states in which a function returns to an outsider who calls it in one of ``entries``."""
        found: dict[State, None] = {}
        for tracked in self._aliases(name):
            self.tracked = tracked
            self.beside = name != "<module>" and tracked == self.cell and self._is_beside(name)
            route = self._route(Instance(name, ()))
            visited = route.visited
            for state, path in entries.items():
                if state in visited[0]:
                    continue
                try:
                    self._follow(route, state, visited)
                except Found as error:
                    error.path[:0] = path
                    raise
            found.update(dict.fromkeys(visited[route.function.function.exit]))
        return found

    def _aliases(self, root: str) -> list[Path]:
        """The receivers that may denote the tracked optimizer in calls of ``root``; the cell itself for none of them.

        Where none is used at all, only backwards and reads can matter.
        """
        used = receivers(self.functions, self.reached[root])
        if root == "<module>" or self.cell in used or not used:
            return [self.cell]
        variables = self.functions[root].function.variables
        found = [one for one in used if is_found(self.cell, one, variables)]
        handed = [one for one in used if one not in found]
        if self.shared in found:
            return [self.shared, *handed]
        # The gradient may as well belong to a third optimizer that is found, unless to none.
        others = [*handed, *(found if self.shared is not None else ())]
        return [*others, self.cell] if found or self._rebinds(root) else others

    def _route(self, instance: Instance) -> Route:
        routes = self.routes.setdefault((self.tracked, self.beside), {})
        found = routes.get(instance)
        if found is None:
            function = self.functions[instance.function]
            acts = [
                [
                    (index, act)
                    for index, paired in enumerate(block)
                    if (act := self._act(instance, paired)) is not None
                ]
                for block in function.events
            ]
            strays = self._strays(instance.function)
            successors = (
                [one.successors for one in function.function.blocks] if strays else shortcuts(function, acts)
            )
            found = routes[instance] = Route(instance, function, acts, successors, strays)
        return found

    def _function(self, route: Route, state: State) -> Exits:
        if state not in route.known:
            visited: Visited = [{} for _ in route.successors]
            raised = self._follow(route, state, visited)
            function = route.function.function
            raised.update(dict.fromkeys(visited[function.raise_exit]))
            route.known[state] = (tuple(visited[function.exit]), tuple(raised))
        return route.known[state]

    def _follow(self, route: Route, state: State, parents: Visited) -> dict[State, None]:
        """Visit all that is reached from a state of entry and was not visited yet; what is raised on the way."""
        function = route.function.function
        blocks = function.blocks
        parents[0][state] = None
        pending = [(0, state)]
        raised: dict[State, None] = {}
        for here in pending:
            block, entry = here
            self.meter.count += 1
            facts = self._anywhere(route, [entry])
            seen: dict[State, None] = dict.fromkeys(facts)
            for index, act in route.acts[block]:
                following: dict[State, None] = {}
                for fact in facts:
                    self.meter.count += 1
                    if self.meter.count > self.meter.limit:
                        raise GivesUp
                    try:
                        normal, exceptional = act(fact)
                    except Found as found:
                        found.path[:0] = self._path(route.function, parents, here, index)
                        raise
                    following.update(dict.fromkeys(normal))
                    seen.update(dict.fromkeys(exceptional))
                facts = self._anywhere(route, list(following))
                seen.update(dict.fromkeys(facts))
            on_raise = blocks[block].on_raise
            if on_raise == function.raise_exit:
                raised.update(seen)
            else:
                self._reach(parents, pending, here, (on_raise,), seen)
            self._reach(parents, pending, here, route.successors[block], facts)
        return raised

    @staticmethod
    def _reach(
        parents: Visited,
        pending: list[tuple[int, State]],
        source: tuple[int, State],
        targets: Iterable[int],
        facts: Iterable[State],
    ) -> None:
        for target in targets:
            known = parents[target]
            for fact in facts:
                if fact not in known:
                    known[fact] = source
                    pending.append((target, fact))

    def _path(
        self,
        function: PairedFunction,
        parents: Visited,
        end: tuple[int, State],
        index: int,
    ) -> list[WitnessLine]:
        """The notable events on the way from the function's entry to one event."""
        chain: list[int] = []
        one: tuple[int, State] | None = end
        while one is not None:
            chain.append(one[0])
            one = parents[one[0]][one[1]]
        chain.reverse()
        found = [stop(paired) for block in chain[:-1] for paired in function.events[block]]
        found += [stop(paired) for paired in function.events[chain[-1]][: index + 1]]
        return [line for line in found if line is not None]

    def _strays(self, name: str) -> list[str]:
        """Stray functions that change something and may have run at any point of a function, not on their way to it."""
        if name not in self.strays:
            self.strays[name] = [
                one
                for one, found in self.functions.items()
                if found.function.stray
                and not found.function.sealed
                and self._changes(one)
                and all(each.function != name for each in self.reached[one])
            ]
        return self.strays[name]

    def _anywhere(self, route: Route, facts: list[State]) -> list[State]:
        """States at a point of a function where stray functions may have run."""
        if not route.strays:
            return facts
        self.listened = True
        for fact in facts:
            if fact not in self.pooled:
                self.pooled.add(fact)
                self.pool.setdefault(outside(fact, trusting=self.trusting), [])
        found = [each for one in route.strays for each in self.results.get(one, ())]
        return list(dict.fromkeys([*facts, *found])) if found else facts

    def _is_beside(self, root: str) -> bool:
        """Whether optimizers step or clear in calls of ``root``, but not the one that owns the gradient."""
        used = receivers(self.functions, self.reached[root])
        return bool(used) and self.cell not in used

    def _changes(self, name: str) -> bool:
        """Whether a function looks at gradients, changes them, or gives a receiver another meaning."""
        return self._looks(name) or self._rebinds(name)

    def _rebinds(self, name: str) -> bool:
        """Whether a function gives the receiver or its module another meaning for others too."""
        source = self.owners.sources.get(self.cell)
        return any(
            isinstance(paired.event, Rebind)
            and (paired.event.target.rest or paired.event.target.scope != one.function)
            and (
                self.cell.depends_on(paired.event.target)
                or (source is not None and source.depends_on(paired.event.target))
            )
            for one in self.reached[name]
            for block in self.functions[one.function].events
            for paired in block
        )

    def _act(self, instance: Instance, paired: Paired) -> Act | None:
        """What an event does to a state: the states after it, and those in which it may raise; None for nothing.

        It may raise in the state before it and in those after it in any case, which are not named.
        """
        event = paired.event
        match event:
            case Zero():
                return self._act_of_zero(instance, paired, event)
            case Backward():
                if self.program.hooked:
                    return self._looking(paired, backward)
                return None if self._spares(instance, event) else _filled
            case Step():
                return self._act_of_step(instance, paired, event)
            case Read():
                return None if self.pardon.repaired else self._looking(paired)
            case Unknown():
                return self._act_of_unknown(instance, paired, event)
            case Suspend():
                elsewhere = self._elsewhere(instance)
                return None if elsewhere is None else lambda state: ((state, *elsewhere(state)), ())
            case Accumulate():
                return lambda state: ((state._replace(accumulating=True),), ())
            case Rebind():
                return self._act_of_rebind(instance, event)
            case Call():
                return self._act_of_call(instance, event)
            case _:
                return None

    def _spares(self, instance: Instance, event: Backward) -> bool:
        """Whether a backward visibly reaches modules only that do not hold the gradient."""
        if event.reaches is None:
            return False
        reached = [canonical(one, instance.environment) for one in event.reaches]
        return self.owners.spared(self.tracked, reached)

    def _looking(
        self, paired: Paired, then: Callable[[State], State] | None = None, *, strictly: bool = False
    ) -> Act:
        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            self._consume(paired, state, strictly=strictly)
            return (state if then is None else then(state),), ()

        return act

    def _act_of_zero(self, instance: Instance, paired: Paired, event: Zero) -> Act | None:
        receiver = canonical(event.receiver, instance.environment)
        if receiver.variable == NOTHING:
            return _never
        raises = event.bare and not paired.one_sided
        of_module = receiver != self.tracked
        if of_module and receiver != self.owners.sources.get(self.tracked) and not raises:
            return None
        concerns = not of_module or receiver == self.owners.sources.get(self.tracked)
        site = Site(instance.function, event.span.line, event.span.column)

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if raises and not state.same_nones:
                raise Found(Kind.FLAVOUR, Site("", event.span.line, 0), paired, [])
            if not concerns or (of_module and state.module is not Module.SAME):
                return (state,), ()
            return self._zero(paired, event, site, state), ()

        return act

    def _zero(self, paired: Paired, event: Zero, site: Site, state: State) -> Iterable[State]:
        if event.bare and paired.one_sided:
            raise Found(Kind.RAISES, site, paired, [])
        if paired.one_sided and self.program.referenced and event.flavour in IN_PLACE:
            raise Found(Kind.FLAVOUR, site, paired, [])
        if state.accumulating:
            if paired.one_sided:
                raise Found(Kind.CONDITIONAL, site, paired, [])
            return (state, *zero(state, event.flavour, site, in_before=True, in_after=True))
        return zero(state, event.flavour, site, in_before=paired.in_before, in_after=paired.in_after)

    def _act_of_step(self, instance: Instance, paired: Paired, event: Step) -> Act | None:
        """A step may use the gradient: its owner's does, another optimizer's unless visibly over another module."""
        stepping = canonical(event.receiver, instance.environment)
        if stepping.variable == NOTHING:
            return _never
        if stepping in self.pardon.repaired:
            return None
        if self.program.hooked:
            return self._looking(paired)
        if stepping != self.tracked:
            if self.beside or self.owners.apart(self.tracked, stepping):
                return None
            return self._looking(paired, strictly=self._steps())

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if state.member:
                self._consume(paired, state)
            return (state,), ()

        return act

    def _steps(self) -> bool:
        """Whether the receiver itself steps: then the step of another is another optimizer's, which no repair may change."""
        return any(
            isinstance(paired.event, Step) and canonical(paired.event.receiver, one.environment) == self.cell
            for found in self.reached.values()
            for one in found
            for block in self.functions[one.function].events
            for paired in block
        )

    def _act_of_unknown(self, instance: Instance, paired: Paired, event: Unknown) -> Act:
        elsewhere = self._elsewhere(instance, peers=event.trains) if event.calls_back else None

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if not state.elsewhere and not self.pardon.repaired:
                self._consume(paired, state)
            after = backward(state) if event.trains else unknown(state, trusting=self.trusting)
            replaced = rebound(after) if self.tracked.rest and not self.trusting else (after,)
            if not self.trusting:
                replaced = tuple(renamed(one, fresh=False) for one in replaced)
            return (*replaced, *(() if elsewhere is None else elsewhere(after))), ()

        return act

    def _act_of_call(self, instance: Instance, event: Call) -> Act:
        callee = instance.called(self.functions, event)
        inside = callee.function == self.tracked.scope and self.functions[callee.function].function.sealed
        found: list[Route] = []

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if not found:
                found.append(self._route(callee))
            if not inside:
                return self._function(found[0], state)
            # The optimizer is made in this call and dies with it.
            exits, raised = self._function(found[0], renewed(state)[0])
            return dict.fromkeys(renewed(one)[0] for one in exits), raised

        return act

    def _act_of_rebind(self, instance: Instance, event: Rebind) -> Act | None:
        source = self.owners.sources.get(self.tracked)
        target = canonical(event.target, instance.environment)
        if target == MODULES:
            if self.tracked not in self.program.optimizers:
                return (lambda state: (extended(state), ())) if event.fresh else _rebound
            if source is None:
                return None
            return lambda state: ((restructured(state, fresh=event.fresh),), ())
        if target == self.tracked:
            if source is not None and event.source is not None:
                return lambda state: (rebuilt(state), ())
            return (lambda state: (renewed(state), ())) if event.fresh else _rebound
        if self.tracked.depends_on(target):
            return _rebound
        if source is not None and source.depends_on(target):
            fresh = event.fresh and target == source
            return lambda state: ((renamed(state, fresh=fresh),), ())
        return None

    def _consume(self, paired: Paired, state: State, *, strictly: bool = False) -> None:
        """Raise Found where the versions differ for somebody who looks; ``strictly``: by old gradients, too."""
        if state.same:
            return
        if state.after_extra is not None:
            raise Found(Kind.STALE, state.after_extra, paired, [])
        site = state.before_extra or Site("", 0 if paired.event.span.file else paired.event.span.line, 0)
        if state.before_extra is None:
            raise Found(Kind.FLAVOUR, site, paired, [])
        if state.after_clear:
            raise Found(Kind.LOST, site, paired, [])
        if strictly or not self.pardon.residual:
            raise Found(Kind.RESIDUAL, site, paired, [])

    def _elsewhere(self, instance: Instance, *, peers: bool = False) -> Callable[[State], list[State]] | None:
        """States after code that may call back into the file: functions and instances that were handed around.

        A method's own class is left out, as the closed world's affair, unless a method of it is what is called on an
        object that cannot be told (``peers``). None where there is nothing to be called back.
        """
        here = None if peers else self.functions[instance.function].function.family
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


def _filled(state: State) -> tuple[Iterable[State], Iterable[State]]:
    return (backward(state),), ()


def _never(_: State) -> tuple[Iterable[State], Iterable[State]]:
    """A method is called on None: Python raises."""
    return (), ()


def _rebound(state: State) -> tuple[Iterable[State], Iterable[State]]:
    return rebound(state), ()
