"""What a function does to gradients, calls included, in its caller's words: for verdicts and plans, not for proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.events import NOTHING, Accumulate, Backward, Call, Path, Read, Rebind, Step, Unknown, Zero

if TYPE_CHECKING:
    from codemods.events import Event, Span
    from codemods.ir.nodes import Function, Program


class Effect(Struct, frozen=True):
    """One thing that happens at one place of a function, perhaps inside a function called there.

    ``direct``: the function's own event, not that of a callee. ``origin``: where the event itself stands.
    """

    event: Backward | Step | Zero | Read | Unknown | Accumulate | Rebind
    block: int
    index: int
    span: Span
    direct: bool
    origin: tuple[str, Span]

    @property
    def place(self) -> tuple[int, int]:
        """Block and index in it."""
        return self.block, self.index

    @property
    def receiver(self) -> Path | None:
        """The receiver of a zero or a step."""
        return self.event.receiver if isinstance(self.event, Zero | Step) else None


def _renamed(path: Path, arguments: dict[Path, Path]) -> Path:
    meaning = arguments.get(path.variable)
    return path if meaning is None else meaning.extended(path.rest, path.indices)


class Effects:
    """The effects of every function of a program, computed once each, callees first."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[str, tuple[Effect, ...]] = {}

    def of(self, function: Function) -> tuple[Effect, ...]:
        """Effects in source order of the blocks; a callee's stand at its call, each kind and receiver once."""
        if function.name not in self._known:
            found: list[Effect] = []
            for number, block in enumerate(function.blocks):
                for index, event in enumerate(block.events):
                    found.extend(self._at(function.name, event, number, index))
            self._known[function.name] = tuple(found)
        return self._known[function.name]

    def _at(self, function: str, event: Event, block: int, index: int) -> list[Effect]:
        if isinstance(event, Backward | Step | Zero | Read | Unknown | Accumulate | Rebind):
            return [Effect(event, block, index, event.span, True, (function, event.span))]
        if not isinstance(event, Call):
            return []
        arguments = dict(event.arguments)
        found: dict[object, Effect] = {}
        for one in self.of(self._program.functions[event.function]):
            inner = one.event
            if isinstance(inner, Zero):
                receiver = _renamed(inner.receiver, arguments)
                inner = replace(
                    inner, receiver=receiver, span=event.span, statement=False, written=receiver.text
                )
            elif isinstance(inner, Step):
                receiver = _renamed(inner.receiver, arguments)
                inner = Step(receiver, event.span, receiver.text, inner.alone)
            elif isinstance(inner, Rebind):
                inner = Rebind(_renamed(inner.target, arguments), inner.source, event.span)
            if not (isinstance(inner, Zero | Step) and inner.receiver.variable == NOTHING):
                found.setdefault(
                    (inner, one.origin), Effect(inner, block, index, event.span, False, one.origin)
                )
        return list(found.values())
