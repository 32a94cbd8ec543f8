"""A control-flow graph under construction: blocks are drafted in order and frozen at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.findings import TooLarge
from codemods.ir.nodes import Block, Region

if TYPE_CHECKING:
    from codemods.events import Event, Span

LIMIT = 60_000


class Draft(Struct, eq=False):
    """A block that still grows."""

    line: int
    on_raise: int
    events: list[Event] = field(default_factory=list)
    successors: list[int] = field(default_factory=list)


class Graph(Struct, eq=False):
    """The blocks of one function. ``current`` takes the next event; after a jump it is a block nobody reaches."""

    blocks: list[Draft]
    current: int
    on_raise: int
    exit: int
    raise_exit: int
    regions: list[Region] = field(default_factory=list)

    def open(self, line: int) -> int:
        """A new block, not yet linked to anything."""
        if len(self.blocks) >= LIMIT:
            raise TooLarge
        self.blocks.append(Draft(line, self.on_raise))
        return len(self.blocks) - 1

    def link(self, source: int, target: int) -> None:
        """Control may go from ``source`` to ``target``."""
        if target not in self.blocks[source].successors:
            self.blocks[source].successors.append(target)

    def emit(self, event: Event) -> None:
        """Append an event to the current block."""
        self.blocks[self.current].events.append(event)

    def start(self, line: int, *sources: int) -> int:
        """Open a block, link it behind ``sources``, and go on in it."""
        block = self.open(line)
        for source in sources:
            self.link(source, block)
        self.current = block
        return block

    def jump(self, target: int, line: int) -> None:
        """End the current block with an edge to ``target``; what follows in the source is unreachable."""
        self.link(self.current, target)
        self.current = self.open(line)

    def region(self, entry: int, first: int, after: int, span: Span) -> None:
        """Blocks from number ``first`` to the newest are a loop's header and body, but for ``after``."""
        blocks = frozenset((entry, *range(first, len(self.blocks)))) - {after}
        self.regions.append(Region(entry, blocks, span, loop=True))

    def cell(self, first: int, span: Span) -> None:
        """Blocks from number ``first`` to the newest are a notebook's cell."""
        blocks = frozenset(range(first, len(self.blocks)))
        self.regions.append(Region(first, blocks, span, loop=False, cell=True))

    def frozen(self) -> tuple[Block, ...]:
        """The finished blocks."""
        return tuple(
            Block(tuple(one.events), tuple(one.successors), one.on_raise, one.line) for one in self.blocks
        )


def new_graph(line: int) -> Graph:
    """A graph with an entry (block 0), an exit and an exceptional exit, and nothing between."""
    blocks = [Draft(line, 2), Draft(line, 1), Draft(line, 2)]
    return Graph(blocks, current=0, on_raise=2, exit=1, raise_exit=2)
