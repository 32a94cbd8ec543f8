"""The intermediate representation: functions of basic blocks of gradient events.

A block's events run in order. Control then goes to one of ``successors``; at any point in the block, before or
after an event takes effect, it may instead go to ``on_raise``. Block 0 is the entry. ``exit`` and ``raise_exit``
are empty blocks: the normal and the exceptional end of the function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from codemods.events import Event, Path, Span
    from codemods.files.neighbours import Vantage


class Block(Struct, frozen=True):
    """A basic block. ``line`` is where it starts in the source, for messages alone."""

    events: tuple[Event, ...]
    successors: tuple[int, ...]
    on_raise: int
    line: int


class Region(Struct, frozen=True):
    """The body of a loop, of a function or of a notebook's cell: the smallest place that can be a training step.

    ``blocks`` are the blocks of the body, those of nested loops too; ``entry`` is where an iteration starts (the
    loop's header, the function's entry). ``suite`` tells which loop: its first line, 0 for the function's body.
    """

    entry: int
    blocks: frozenset[int]
    span: Span
    loop: bool
    cell: bool = False


class Function(Struct, frozen=True):
    """One function, method, lambda, or the module itself (``<module>``).

    ``root``: nobody in the file calls it, or its name is handed around, so that code outside the file may call it,
    any number of times. ``handed_around``: code that this file calls may call it back. ``family``: the class family
    of a method. ``stray``: its code may run where no call of it is seen, as a value or by a protocol of the language
    (an operator, an iteration, a property, a decorator). ``loss_handed``: it runs a backward on a loss that it is handed. ``sealed``: every model and optimizer that it touches is made in it and does not leave it. ``finds``: it runs a backward or looks at gradients, and gets at a model or an optimizer that it is not handed. ``regions``: the function's body first, then its loops.
    ``file``: the other file of the run that defines it.
    """

    name: str
    variables: tuple[Path, ...]
    blocks: tuple[Block, ...]
    exit: int
    raise_exit: int
    regions: tuple[Region, ...]
    span: Span
    root: bool = False
    handed_around: bool = False
    family: str | None = None
    stray: bool = False
    loss_handed: bool = False
    sealed: bool = False
    finds: bool = False
    file: str = ""


class Program(Struct, frozen=True, eq=False):
    """All functions of one file by qualified name, the module first.

    ``hooked``: the file registers gradient hooks or defines a backward that looks at gradients, so any backward and
    any step may look at any gradient.
    ``sources``: the path M for each path that is only ever bound to ``Optimizer(M.parameters(), ...)``.
    ``distinct``: paths bound exactly once, each to a constructor call of its own that is handed nothing shared.
    ``certain``: paths that never hold ``None``. ``nullable``: words that the file itself compares with or sets to None.
    ``veto``: why nothing in the file can be proved. ``referenced``: the file takes hold of gradients. ``linked``: it calls functions of other files that are followed. ``vantage``: the
    file among the other files of the run, whose functions are here too as far as this one calls them. ``written``: what
    stands in the source for the full names of private attributes. ``parts``: the parameters of each optimizer that is
    only ever built over parameters listed one by one, for verdicts alone. ``custom``: some calls are what they are by names
    of the user's own. ``swapped``: paths that different functions bind to optimizers built over different parameters.
    ``optimizers``: receivers, and what is handed to functions, that are optimizers for sure and no modules.
    ``builders``: functions that make optimizers. ``crossed``: the scopes of classes whose instances share a model, but not the
    optimizer.
    """

    functions: dict[str, Function]
    hooked: bool
    sources: dict[Path, Path]
    distinct: frozenset[Path]
    certain: frozenset[Path]
    nullable: frozenset[str] = frozenset()
    veto: str | None = None
    referenced: bool = False
    linked: bool = False
    vantage: Vantage | None = None
    written: dict[str, str] = field(default_factory=dict)
    parts: dict[Path, frozenset[Path]] = field(default_factory=dict)
    custom: bool = False
    swapped: frozenset[Path] = frozenset()
    optimizers: frozenset[Path] = frozenset()
    builders: frozenset[str] = frozenset()
    crossed: frozenset[str] = frozenset()

    @property
    def module(self) -> Function:
        """The module's own body."""
        return self.functions["<module>"]
