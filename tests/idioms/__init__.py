"""What the tests of the idioms share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Mark
from codemods.ir.show import show_event
from codemods.lower import lower
from codemods.syntax import parse

if TYPE_CHECKING:
    from codemods.events import Event


def events(text: str) -> list[Event]:
    """What a straight line of statements does, marks left out."""
    blocks = lower(parse(text)).module.blocks
    return [one for block in blocks for one in block.events if not isinstance(one, Mark)]


def shown(*lines: str) -> list[str]:
    """The events of the last line as text."""
    found = events("\n".join(lines))
    return [show_event(one) for one in found if one.span.line == len(lines)]
