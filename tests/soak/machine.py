"""A concrete interpreter of the IR: it follows a lowered program along the branches that a run took under torch.

At each event of the run it keeps every place in which the program may be: a stack of functions, blocks and events, and
what is known of the objects that paths denote. When no place is left, the run did what the IR does not have: the
lowering has left out an edge or an event, has put one too many, or takes one object for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from codemods.events import NOTHING, Backward, Call, Flavour, Path, Read, Rebind, Step, Unknown, Zero
from codemods.proof.align import pair
from codemods.proof.instances import Instance, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.events import Event
    from codemods.ir.nodes import Program
    from codemods.proof.align import PairedFunction
    from tests.soak.trace import Token

KINDS: dict[str, type] = {"zero": Zero, "step": Step, "backward": Backward, "read": Read}
FLAVOURS = {None: Flavour.DEFAULT, True: Flavour.NONE, False: Flavour.ZEROS}


class Frame(NamedTuple):
    """A function that runs, and the event that is next in it."""

    instance: Instance
    block: int
    event: int


class Place(NamedTuple):
    """Where a run may be: the innermost frame last. ``known``: the objects that paths were seen to denote."""

    stack: tuple[Frame, ...]
    known: frozenset[tuple[Path, int]]

    def top(self, block: int, index: int) -> Place:
        """Another place in the innermost function."""
        return self._replace(stack=(*self.stack[:-1], Frame(self.stack[-1].instance, block, index)))


@dataclass(frozen=True, slots=True)
class Machine:
    """Follows runs of one lowered program."""

    program: Program
    functions: dict[str, PairedFunction]

    def rejected(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """The tokens up to the first one that no place allows; none when the run is one of the program's."""
        places = {Place((), frozenset())}
        for number, token in enumerate(tokens):
            places = {after for place in self._closed(places) for after in self._taken(place, token)}
            if not places:
                return tokens[: number + 1]
        return ()

    def _closed(self, places: Iterable[Place]) -> set[Place]:
        found = set(places)
        pending = list(found)
        while pending:
            for after in self._silent(pending.pop()):
                if after not in found:
                    found.add(after)
                    pending.append(after)
        return found

    def _silent(self, place: Place) -> Iterator[Place]:
        """Where a run may go on without an event that torch could tell of."""
        if not place.stack:
            return
        *callers, (instance, number, index) = place.stack
        function = self.program.functions[instance.function]
        block = function.blocks[number]
        if index < len(block.events):
            event = block.events[index]
            after = place.top(number, index + 1)
            if isinstance(event, Call):
                callee = instance.called(self.functions, event)
                yield place._replace(stack=(*place.stack, Frame(callee, 0, 0)))
            elif isinstance(event, Rebind):
                target = canonical(event.target, instance.environment)
                known = frozenset(one for one in place.known if not one[0].depends_on(target))
                yield after._replace(known=known)
            elif not isinstance(event, tuple(KINDS.values())) or _kept(event) or _by_hand(event):
                yield after
            return
        for one in block.successors:
            yield place.top(one, 0)
        if callers and number in (function.exit, function.raise_exit):
            caller, at, call = callers[-1]
            returned = Frame(caller, at, call + 1)
            if number == function.raise_exit:
                returned = Frame(caller, self.program.functions[caller.function].blocks[at].on_raise, 0)
            yield place._replace(stack=(*callers[:-1], returned))

    def _taken(self, place: Place, token: Token) -> Iterator[Place]:
        """Where a run may be after what torch tells of."""
        if token.kind == "enters":
            if not place.stack:
                known = frozenset(one for one in place.known if not one[0].scope.startswith(token.function))
                yield Place((Frame(Instance(token.function, ()), 0, 0),), known)
            return
        if not place.stack:
            return
        instance, number, index = place.stack[-1]
        function = self.program.functions[instance.function]
        block = function.blocks[number]
        if token.kind in ("returns", "fails"):
            if len(place.stack) == 1 and number == (
                function.exit if token.kind == "returns" else function.raise_exit
            ):
                yield place._replace(stack=())
            return
        event = block.events[index] if index < len(block.events) else None
        if token.kind == "raised":
            yield place.top(block.on_raise, 0)
            if not _runs(instance.function, token):
                yield place  # in a function that does nothing to gradients, and so has no frame here
        elif isinstance(event, Unknown) and event.span.line in token.lines:
            yield place
        elif _by_hand(event) and any(_spans(event, line) for line in token.lines):
            yield place  # one clearing of the IR, a token for each parameter
        elif event is not None and _tells(event, token):
            seen = self._known(place, instance, event, token)
            if seen is not None:
                yield place.top(number, index + 1)._replace(known=seen)

    def _known(
        self, place: Place, instance: Instance, event: Event, token: Token
    ) -> frozenset[tuple[Path, int]] | None:
        """What is known once an event has shown which object its receiver is; None when it was another one before."""
        if not isinstance(event, Zero | Step):
            return place.known
        path = canonical(event.receiver, instance.environment)
        if path.variable == NOTHING or any(
            one == path and owner != token.owner for one, owner in place.known
        ):
            return None
        return place.known | {(path, token.owner)}


def _kept(event: Event) -> bool:
    """Whether an event is a look at a gradient that a name stands for, of which torch does not know."""
    return isinstance(event, Read) and event.text.isidentifier()


def _by_hand(event: Event | None) -> bool:
    """Whether an event is a clearing that is spelled out, of which torch tells parameter by parameter."""
    return isinstance(event, Zero) and event.how != "zero_grad()"


def _spans(event: Event | None, line: int) -> bool:
    return isinstance(event, Zero) and event.span.line <= line <= max(event.span.line, event.span.end_line)


def _tells(event: Event, token: Token) -> bool:
    """Whether an event of the IR is what torch tells of."""
    kind = KINDS.get(token.kind)
    if kind is None or not isinstance(event, kind):
        return False
    # A call of a function that only clears is a zero where it stands.
    lines = token.lines if isinstance(event, Zero) else token.lines[:1]
    if event.span.line not in lines:
        return False
    return not isinstance(event, Zero) or event.flavour in (FLAVOURS[token.detail], Flavour.UNKNOWN)  # type: ignore[index]


def _runs(function: str, token: Token) -> bool:
    """Whether an exception comes from the frame of that function itself, or from a comprehension in it."""
    own = function.rpartition(".")[2].partition("#")[0]
    return token.function == own or (token.function.startswith("<") and token.function != "<module>")


def machine(program: Program) -> Machine:
    """The interpreter of a lowered program."""
    return Machine(program, pair(program, program))
