"""A lowered function under names that cannot meet those of another file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.events import Call, Path, Rebind, Step, Zero
from codemods.ir.nodes import Block, Region

if TYPE_CHECKING:
    from codemods.events import Event, Span
    from codemods.ir.nodes import Function


def path_abroad(path: Path, prefix: str) -> Path:
    """A path of another file; those that stand for nothing, or for anything, stay."""
    indices = tuple(path_abroad(one, prefix) for one in path.indices)
    if path.root in ("", "*", "None"):
        return Path(path.scope, path.root, path.rest, indices)
    if path.scope.startswith("class "):
        scope = f"class {prefix}{path.scope.removeprefix('class ')}"
    else:
        scope = prefix + path.scope
    return Path(scope, path.root, path.rest, indices)


def moved_abroad(function: Function, prefix: str, file: str) -> Function:
    """A function of another file: its name and variables get a prefix, its places that file's name."""
    blocks = tuple(
        Block(
            tuple(_event(event, prefix, file) for event in block.events),
            block.successors,
            block.on_raise,
            block.line,
        )
        for block in function.blocks
    )
    return replace(
        function,
        name=prefix + function.name,
        variables=tuple(path_abroad(one, prefix) for one in function.variables),
        blocks=blocks,
        regions=tuple(
            Region(one.entry, one.blocks, _span(one.span, file), one.loop) for one in function.regions
        ),
        span=_span(function.span, file),
        family=None if function.family is None else prefix + function.family,
        file=file,
    )


def _span(span: Span, file: str) -> Span:
    return span._replace(file=file)


def _event(event: Event, prefix: str, file: str) -> Event:
    span = _span(event.span, file)
    match event:
        case Zero() | Step():
            return replace(event, receiver=path_abroad(event.receiver, prefix), span=span)
        case Rebind():
            source = None if event.source is None else path_abroad(event.source, prefix)
            return replace(event, target=path_abroad(event.target, prefix), source=source, span=span)
        case Call():
            handed = tuple(
                (path_abroad(name, prefix), path_abroad(value, prefix)) for name, value in event.arguments
            )
            return replace(event, function=prefix + event.function, arguments=handed, span=span)
        case _:
            return replace(event, span=span)
