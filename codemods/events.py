"""The gradient events: what a program can do to the ``.grad`` of parameters, and nothing else.

An event says *what* happens (its compared fields) and *where* it stands (``span``, never compared), so two
versions of a program can be laid side by side although their lines moved.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from msgspec import Struct


class Span(NamedTuple):
    """Lines ``line`` to ``end_line``, 1-based, of the statement or expression; ``column`` counts UTF-8 bytes.

    ``file`` is set where it stands in another file than the one that is judged.
    """

    line: int
    column: int = 0
    end_line: int = 0
    file: str = ""


class Path(NamedTuple):
    """An access path, the meaning of a receiver's text: a root variable and what is looked up on it.

    ``scope`` names the function (or ``""`` for the module, ``class X`` for the instance of a class family) that
    binds ``root``: two paths with equal fields denote the same object as long as nothing rebinds them.
    ``indices`` are the variables that its subscripts look at.
    """

    scope: str
    root: str
    rest: tuple[str, ...] = ()
    indices: tuple[Path, ...] = ()

    @property
    def text(self) -> str:
        """The receiver as the user wrote it."""
        return self.root + "".join(self.rest)

    @property
    def variable(self) -> Path:
        """The root variable alone."""
        return Path(self.scope, self.root) if self.rest or self.indices else self

    def extended(self, rest: tuple[str, ...], indices: tuple[Path, ...] = ()) -> Path:
        """This path with further look-ups behind it."""
        return Path(self.scope, self.root, self.rest + rest, self.indices + indices)

    def depends_on(self, target: Path) -> bool:
        """Whether a new value for ``target`` can change what this path denotes.

        A new attribute counts on any object, since two roots may be names of one object; and what is set below this
        path, a new submodule say, may change which gradients belong to it.
        """
        if target.root == ANYTHING.root or any(one.depends_on(target) for one in self.indices):
            return True
        if not target.rest:
            return self.variable == target.variable
        shorter = min(len(self.rest), len(target.rest))
        if self.variable == target.variable and self.rest[:shorter] == target.rest[:shorter]:
            return True
        last = target.rest[-1]
        if not last.startswith("["):
            return last in self.rest
        return any(
            one.startswith("[") and _may_be_one(self.rest[:index][-1:], target.rest[:-1][-1:])
            for index, one in enumerate(self.rest)
        )


def _may_be_one(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether two containers, by the last look-up of each, may be the same: not under two different attributes."""
    named = all(one and one[0].startswith(".") for one in (first, second))
    return not named or first == second


ANYTHING = Path("", "*")
"""The target of a rebinding that may concern every name: ``setattr``, ``exec``, a store into ``__dict__``."""

GROUPS = Path("", "*", (".param_groups",))
"""The target where some optimizer, whatever its name, gets other parameters: the same object with other gradients."""

MODULES = Path("", "*", (".modules",))
"""The target where some module, whatever its name, gets other submodules or parameters, or loses some."""


class Flavour(Enum):
    """What ``zero_grad`` leaves behind. ``DEFAULT`` is ``None`` since torch 2.0 and zeros before it.

    ``CUSTOM``: what a name of the user's own leaves behind, ``None`` each time or zeros each time.
    """

    NONE = "None"
    ZEROS = "zeros"
    DEFAULT = "default"
    CUSTOM = "custom"
    UNKNOWN = "unknown"


class _Happening(Struct, frozen=True, eq=False):
    """Events are equal when the same happens, wherever it stands."""

    def _what(self) -> tuple[object, ...]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        """Whether the same happens."""
        return isinstance(other, _Happening) and type(self) is type(other) and self._what() == other._what()

    def __hash__(self) -> int:
        """By what happens."""
        return hash(self._what())


class Zero(_Happening, frozen=True, eq=False):
    """The gradients of ``receiver`` are cleared. ``statement``: the call is a statement of its own.

    ``how``: what clears them, for messages. ``bare``: it raises where a gradient is ``None``. ``whole``: all that
    belong to a module or an optimizer are cleared; else the receiver is one parameter, or a list of some.
    """

    receiver: Path
    flavour: Flavour
    span: Span
    statement: bool = True
    written: str = ""
    how: str = "zero_grad()"
    bare: bool = False
    whole: bool = True

    def _what(self) -> tuple[object, ...]:
        return (self.receiver, self.flavour, self.bare)


class Backward(_Happening, frozen=True, eq=False):
    """Gradients are added to parameters. ``call``: how it is written where that is not ``text.backward()``.

    ``reaches``: the modules of whose parameters it can be at most; None where that is not in sight, so to any.
    ``frozen``: modules of which no parameter takes a gradient when it runs.
    """

    text: str
    span: Span
    call: str = ""
    reaches: frozenset[Path] | None = None
    frozen: frozenset[Path] = frozenset()

    def _what(self) -> tuple[object, ...]:
        return (self.text,)


class Step(_Happening, frozen=True, eq=False):
    """An optimizer uses the gradients of ``receiver``. ``written`` is its text at this place.

    ``alone``: why nothing is put in order around this step, a clause for people; empty for a step like torch's.
    ``call``: how it is written where that is not ``written.step()``.
    """

    receiver: Path
    span: Span
    written: str = ""
    alone: str = ""
    call: str = ""

    def _what(self) -> tuple[object, ...]:
        return (self.receiver,)


class Read(_Happening, frozen=True, eq=False):
    """Gradients are looked at, or scaled where they are (a clip, an unscale)."""

    text: str
    span: Span

    def _what(self) -> tuple[object, ...]:
        return (self.text,)


class Rebind(_Happening, frozen=True, eq=False):
    """``target`` gets a new value; ``source`` is the path M of a value built as ``Optimizer(M.parameters(), ...)``.

    ``fresh``: the value was constructed here from nothing that holds parameters, so its gradients are clear.
    ``grows``: a module gets new parameters and keeps all that it had.
    """

    target: Path
    source: Path | None
    span: Span
    fresh: bool = False
    grows: bool = False

    def _what(self) -> tuple[object, ...]:
        return (self.target, self.source, self.fresh, self.grows)


class Unknown(_Happening, frozen=True, eq=False):
    """Code that cannot be followed and that could do anything to gradients.

    ``trains``: what is called says by its name that it computes gradients, so it is taken to leave some behind.
    ``calls_back``: it holds functions of this file that touch gradients, or instances with such methods.
    ``anew``: it trains one module as a library is known to: clears that one's gradients before it uses any, and leaves
    all others alone. ``leaves``: when it is done, they may be filled. ``steps``: the file has an optimizer step that cannot
    be told.
    """

    reason: str
    span: Span
    trains: bool = False
    calls_back: bool = False
    anew: bool = False
    leaves: bool = True
    steps: bool = False

    def _what(self) -> tuple[object, ...]:
        return (self.reason, self.trains, self.calls_back, self.anew, self.leaves, self.steps)


class Accumulate(_Happening, frozen=True, eq=False):
    """A context that makes ``zero_grad`` and ``step`` do nothing in some iterations is entered."""

    text: str
    span: Span

    def _what(self) -> tuple[object, ...]:
        return (self.text,)


class Suspend(_Happening, frozen=True, eq=False):
    """An ``await``: other functions of the file may run here."""

    span: Span

    def _what(self) -> tuple[object, ...]:
        return ()


class Call(_Happening, frozen=True, eq=False):
    """A function of the same file runs; ``arguments`` maps its variables to paths of the caller.

    ``statement``: the call is a statement of its own, and hands over nothing without a path.
    """

    function: str
    arguments: tuple[tuple[Path, Path], ...]
    span: Span
    statement: bool = False

    def _what(self) -> tuple[object, ...]:
        return (self.function, self.arguments)


class Mark(_Happening, frozen=True, eq=False):
    """A statement that does nothing to gradients but can raise."""

    span: Span

    def _what(self) -> tuple[object, ...]:
        return ()


NOTHING = Path("", "None")
"""What a parameter denotes when ``None`` is handed in: calling a method on it can only raise."""

Event = Zero | Backward | Step | Read | Rebind | Unknown | Accumulate | Suspend | Call | Mark
