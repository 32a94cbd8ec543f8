"""What an idiom is shown of one call: enough to name its events, nothing of how the rest works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from codemods.events import Event, Path, Span


class Facts(Protocol):
    """What the file says about its names."""

    def is_optimizer(self, path: Path) -> bool:
        """Whether ``path`` is an optimizer by use, by construction or by its name."""

    def is_scheduler(self, path: Path) -> bool:
        """Whether ``path`` is a learning-rate scheduler."""

    def owns(self, node: ast.expr) -> bool:
        """Whether an expression names a model or an optimizer, by its use or its construction."""

    def constructor(self, path: Path) -> str:
        """The last word of what ``path`` is built by when that is one call, else an empty string."""

    def built(self, path: Path) -> str:
        """The full name of the imported class that ``path`` is always built by or annotated with, else empty."""

    def made(self, node: ast.expr) -> str:
        """As ``built``, of any expression."""

    def uses(self, path: Path) -> set[str]:
        """The attributes that the file looks up on ``path``."""

    def holds(self, node: ast.expr) -> bool:
        """Whether a value may hold a model, an optimizer, a parameter, or a function that touches gradients."""

    def calls_back(self, node: ast.AST) -> bool:
        """Whether an expression mentions functions of this file that touch gradients, or instances that have some."""

    def trains_by_hand(self, node: ast.expr) -> bool:
        """Whether a value is made of a class of this file that says ``automatic_optimization = False``."""

    def full_name(self, node: ast.expr) -> str:
        """The full dotted name of something imported, else an empty string."""

    def registers(self, *names: str) -> bool:
        """Whether the file hands a function that touches gradients to a call of one of these names."""

    def path(self, node: ast.expr) -> Path | None:
        """What an expression denotes, names that only stand for another path replaced; None when computed."""


class CallSite(Struct, frozen=True):
    """One call. ``base`` is the object of a method call, ``receiver`` its path when it has one.

    ``full`` is the dotted name when what is called was imported. ``statement``: the call is a whole statement.
    ``bases``: for a call on ``self``, the full names of the classes of other files that its class derives from.
    """

    node: ast.Call
    name: str
    base: ast.expr | None
    receiver: Path | None
    full: str | None
    span: Span
    statement: bool
    facts: Facts
    bases: tuple[str, ...] = ()


class Idiom(Protocol):
    """A module below ``codemods/idioms``: how one framework spells the events."""

    def recognise(self, site: CallSite) -> Sequence[Event] | None:
        """The events of a call, none for one known to do nothing, None for a call that is not this idiom's."""
