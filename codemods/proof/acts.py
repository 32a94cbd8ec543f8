"""What each event does to the state of one receiver's gradient, and who would see a difference then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.events import (
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
    Module,
    Site,
    State,
    backward,
    extended,
    grown,
    rebound,
    rebuilt,
    renamed,
    renewed,
    restructured,
    trained_anew,
    unknown,
    zero,
)
from codemods.proof.instances import Instance, Ownership, canonical
from codemods.proof.witness import Kind, WitnessLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.ir.nodes import Program
    from codemods.proof.align import Paired, PairedFunction
    from codemods.proof.route import Act, Exits

IN_PLACE = frozenset({Flavour.ZEROS, Flavour.CUSTOM, Flavour.UNKNOWN})
"""Clearings that may show in a gradient that somebody has kept."""


MADE_LATER = ".optimizers()"
"""The optimizers of a LightningModule are made once its constructor has run, which alone gives it its modules."""


class Found(Exception):
    """Somebody can tell the versions apart: how, whose fault, where, and the way there."""

    def __init__(self, kind: Kind, site: Site, paired: Paired, path: list[WitnessLine]) -> None:
        self.kind, self.site, self.paired, self.path = kind, site, paired, path


class Pardon(Struct, frozen=True):
    """Differences that are none: residual ones, and all that the steps of ``repaired`` and mere onlookers see."""

    residual: bool
    repaired: frozenset[Path]


class Acts(Struct, frozen=True, eq=False):
    """What events do, as one root names the receiver: ``tracked``.

    ``beside``: the root steps and clears other optimizers only, which do not own the gradient. ``apart``: the receiver
    steps, so that the step of another is another optimizer's. ``enter`` follows a call into a function; ``elsewhere``
    gives the states after code that may call back into the file, None where there is nothing to be called back.
    """

    program: Program
    functions: dict[str, PairedFunction]
    tracked: Path
    beside: bool
    apart: bool
    owners: Ownership
    pardon: Pardon
    trusting: bool
    enter: Callable[[Instance], Callable[[State], Exits]]
    elsewhere: Callable[[str, bool], Callable[[State], Iterable[State]] | None]

    def act(self, instance: Instance, paired: Paired) -> Act | None:
        """What an event does to a state: the states after it, and those in which it may raise; None for nothing.

        It may raise in the state before it and in those after it in any case, which are not named.
        """
        event = paired.event
        match event:
            case Zero():
                return self._act_of_zero(instance, paired, event)
            case Backward():
                if self.program.hooked:
                    return self._looking(paired, _added)
                return self._act_of_backward(instance, event)
            case Step():
                return self._act_of_step(instance, paired, event)
            case Read():
                return None if self.pardon.repaired else self._looking(paired)
            case Unknown():
                return self._act_of_unknown(instance, paired, event)
            case Suspend():
                elsewhere = self.elsewhere(instance.function, False)
                return None if elsewhere is None else lambda state: ((state, *elsewhere(state)), ())
            case Accumulate():
                return lambda state: ((state._replace(accumulating=True),), ())
            case Rebind():
                return self._act_of_rebind(instance, event)
            case Call():
                return self._act_of_call(instance, event)
            case _:
                return None

    def _act_of_backward(self, instance: Instance, event: Backward) -> Act | None:
        if self._spares(instance, event):
            return None
        module = self.owners.sources.get(self.tracked, self.tracked)
        if module not in {canonical(one, instance.environment) for one in event.frozen}:
            return _filled

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            spared = state.member and state.module is Module.SAME
            return (state if spared else _added(state),), ()

        return act

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
            return self._looking(paired, strictly=self.apart)

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if state.member:
                self._consume(paired, state)
            return (state,), ()

        return act

    def _act_of_unknown(self, instance: Instance, paired: Paired, event: Unknown) -> Act:
        elsewhere = self.elsewhere(instance.function, event.trains) if event.calls_back else None

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if event.anew and not self.program.hooked:
                after = trained_anew(state, leaves=event.leaves)
                return (state, after) if elsewhere is None else (state, after, *elsewhere(after)), ()
            if (event.steps or not state.elsewhere) and not self.pardon.repaired:
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
        entered: list[Callable[[State], Exits]] = []

        def act(state: State) -> tuple[Iterable[State], Iterable[State]]:
            if not entered:
                entered.append(self.enter(callee))
            if not inside:
                return entered[0](state)
            # The optimizer is made in this call and dies with it.
            exits, raised = entered[0](renewed(state)[0])
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
            if event.grows:
                return lambda state: (grown(state), ())
            return lambda state: ((restructured(state, fresh=event.fresh),), ())
        if target == self.tracked:
            if source is not None and event.source is not None:
                return lambda state: (rebuilt(state), ())
            return (lambda state: (renewed(state), ())) if event.fresh else _rebound
        if self.tracked.depends_on(target):
            return _rebound
        if source is not None and source.depends_on(target):
            if MADE_LATER in self.tracked.rest:
                return None
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


def _filled(state: State) -> tuple[Iterable[State], Iterable[State]]:
    return (_added(state),), ()


def _added(state: State) -> State:
    """A backward of the file adds to the gradient: whoever uses it behind that is no mere onlooker."""
    return backward(state)._replace(elsewhere=False)


def _never(_: State) -> tuple[Iterable[State], Iterable[State]]:
    """A method is called on None: Python raises."""
    return (), ()


def _rebound(state: State) -> tuple[Iterable[State], Iterable[State]]:
    return rebound(state), ()
