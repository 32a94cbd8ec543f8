"""The answers of a proof, and the path of source lines that a refusal shows."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.events import Accumulate, Backward, Call, Read, Step, Suspend, Unknown, Zero

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.events import Event, Path
    from codemods.proof.align import Paired
    from codemods.proof.gradstate import Site

LONGEST = 24
CLEARED = "  <- cleared here in the original"
INSTEAD = "  <- would be cleared here instead"


class Kind(Enum):
    """How the versions differ at the end of a witness."""

    STALE = "stale"
    """The rewritten version still holds gradients that the original has cleared. Never acceptable."""
    RESIDUAL = "residual"
    """The original carries old gradients on, the rewritten version does not: a repair, so an unsafe fix."""
    LOST = "lost"
    """The rewritten version has cleared gradients that the original is about to use. Never acceptable."""
    FLAVOUR = "flavour"
    """``None`` in one version, zeros in the other: momentum, weight decay and readers tell them apart."""
    CONDITIONAL = "conditional"
    """The moved call does nothing in some iterations, inside an accumulation context."""
    RAISES = "raises"
    """The moved statement fails on a gradient that is ``None``, as all of them are before the first backward."""


class WitnessLine(Struct, frozen=True):
    """One stop on the way: a 1-based line of the original, and what happens there.

    ``file``: the other file whose line it is; :func:`shortened` puts such stops at the line that calls them.
    """

    line: int
    text: str
    file: str = ""


class Same(Struct, frozen=True):
    """Both versions train the same, whoever calls this file."""


class SameIf(Struct, frozen=True):
    """Both versions train the same under the named assumptions.

    ``relies_on_opaque``: some call of code that cannot be followed is trusted to leave no gradients behind, or one that
    is followed into another file to mean what stands there.
    """

    assumptions: tuple[str, ...]
    relies_on_opaque: bool = False


class Differs(Struct, frozen=True):
    """At the last line of ``path``, somebody sees a difference; ``site`` is the ``zero_grad`` that caused it."""

    kind: Kind
    receiver: Path
    site: Site
    path: tuple[WitnessLine, ...]
    consumer: Event


class Unsure(Struct, frozen=True):
    """The analysis does not follow this program. ``receiver`` is set when only that optimizer's moves are in doubt.

    ``too_large``: nothing speaks against the moves but that there is more to follow than a bound allows.
    """

    reason: str
    receiver: Path | None = None
    too_large: bool = False


Proof = Same | SameIf | Differs | Unsure


def stop(paired: Paired) -> WitnessLine | None:
    """What a reader of a witness has to know of one event, None for nothing."""
    event = paired.event
    text = _text(event)
    if text is None:
        return None
    if isinstance(event, Zero) and paired.one_sided:
        text += CLEARED if paired.in_before else INSTEAD
    return WitnessLine(event.span.line, text, event.span.file)


def _text(event: Event) -> str | None:
    match event:
        case Zero(receiver=receiver, how=how):
            return f"{receiver.text}.zero_grad()" if how == "zero_grad()" else f"{how} ({receiver.text})"
        case Backward(text=text, call=call, reaches=reaches, frozen=frozen):
            written = call or f"{text}.backward()"
            filled = (reaches or frozenset()) - frozen
            return f"{written} may fill gradients of {_listed(filled)}" if filled else written
        case Step(receiver=receiver):
            return f"{receiver.text} steps"
        case Read(text=text):
            return f"{text} looks at gradients"
        case Unknown(reason=reason):
            return reason
        case Call(function=function):
            return f"{called(function)} is called"
        case Accumulate(text=text):
            return f"{text} is entered"
        case Suspend():
            return "other coroutines may run"
        case _:
            return None


def _listed(paths: Iterable[Path]) -> str:
    """Modules by their names, in a fixed order."""
    names = sorted({one.text for one in paths})
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def called(function: str) -> str:
    """A function by its name in the IR, as a reader calls it."""
    file, _, name = function.rpartition(":")
    return f"{name}() of {file}" if file else f"{name}()"


def shortened(path: list[WitnessLine]) -> tuple[WitnessLine, ...]:
    """The path without repeated neighbours; a long one keeps its end."""
    kept: list[WitnessLine] = []
    line = next((one.line for one in path if not one.file), 1)
    for each in path:
        line = line if each.file else each.line
        one = WitnessLine(line, f"{each.file}:{each.line}: {each.text}") if each.file else each
        if not kept or kept[-1] != one:
            kept.append(one)
    return tuple(kept[-LONGEST:])
