"""The IR as text, for tests and for eyes: one line an event, marks left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import (
    Accumulate,
    Backward,
    Call,
    Event,
    Mark,
    Read,
    Rebind,
    Step,
    Suspend,
    Unknown,
    Zero,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.ir.nodes import Function, Program


def show_event(event: Event) -> str:
    """One event in a few words, the same in both versions of a program."""
    match event:
        case Zero(receiver=receiver, flavour=flavour, bare=bare):
            return f"zero {receiver.text} ({flavour.value}{', raises on None' if bare else ''})"
        case Backward(text=text):
            return f"backward {text}"
        case Step(receiver=receiver):
            return f"step {receiver.text}"
        case Read(text=text):
            return f"read {text}"
        case Rebind(target=target, source=source):
            return f"rebind {target.text}" + (f" over {source.text}" if source else "")
        case Unknown(reason=reason):
            return f"unknown: {reason}"
        case Accumulate(text=text):
            return f"accumulate {text}"
        case Call(function=function, arguments=arguments):
            handed = ", ".join(f"{name.text}={value.text}" for name, value in arguments)
            return f"call {function}({handed})"
        case Suspend():
            return "suspend"
        case Mark():
            return "mark"


def show(program: Program) -> str:
    """Every function that does something, block by block."""
    return "\n".join(line for one in program.functions.values() for line in _function(one))


def _function(function: Function) -> Iterator[str]:
    yield f"{function.name}{' (root)' if function.root else ''}:"
    for number, block in enumerate(function.blocks):
        successors = " ".join(map(str, block.successors)) or "-"
        raises = "" if block.on_raise == function.raise_exit else f" !{block.on_raise}"
        yield f"  {number} -> {successors}{raises}"
        for event in block.events:
            if not isinstance(event, Mark):
                yield f"    {event.span.line}: {show_event(event)}"
