"""The gradient events of one run, each with the lines on which it happened, as torch and Python tell of them."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PROGRAM = "<program>"


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that happened. ``lines``: of the program's frames, the innermost first; ``function``: of that one.

    ``owner`` tells the optimizer or the module, ``detail`` what there is to say besides.
    """

    kind: str
    lines: tuple[int, ...] = ()
    function: str = ""
    owner: int = 0
    detail: object = None


@dataclass(slots=True)
class Trace:
    """Collects tokens. ``kept``: objects whose identity stands in one, so that it stays their own."""

    tokens: list[Token] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)

    def happened(self, kind: str, owner: object = None, detail: object = None) -> None:
        """Add an event that happens now."""
        frames = [one for one in _frames(sys._getframe(1)) if one.f_code.co_filename == PROGRAM]
        if not frames:
            return
        self.kept.append(owner)
        lines = tuple(one.f_lineno for one in frames)
        self.tokens.append(
            Token(kind, lines, frames[0].f_code.co_name, 0 if owner is None else id(owner), detail)
        )

    def outside(self, kind: str, function: str) -> None:
        """Add what code outside the program does."""
        self.tokens.append(Token(kind, function=function))


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


@contextlib.contextmanager
def traced(trace: Trace | None) -> Iterator[None]:
    """Let a trace know of exceptions, and of everything in the program that looks at gradients."""
    if trace is None:
        yield
        return
    parameter: Any = torch.nn.Parameter
    gradient: Any = torch.Tensor.grad
    utils: Any = torch.nn.utils
    scaler: Any = torch.amp.GradScaler
    raised: list[BaseException] = []

    def seen(frame: FrameType, event: str, value: Any) -> Any:
        if frame.f_code.co_filename != PROGRAM:
            return None
        if event == "exception" and not isinstance(value[1], StopIteration):
            if not any(one is value[1] for one in raised):
                raised.append(value[1])
                trace.happened("raised")
        return seen

    def direct() -> bool:
        return sys._getframe(2).f_code.co_filename == PROGRAM

    def look(self: torch.Tensor) -> object:
        if direct():
            trace.happened("read")
        return gradient.__get__(self)

    def write(self: torch.Tensor, value: object) -> None:
        gradient.__set__(self, value)
        if direct():
            trace.happened("write")

    def reading(function: Any) -> Any:
        def watched(*args: Any, **options: Any) -> Any:
            result = function(*args, **options)
            if sys._getframe(1).f_code.co_filename == PROGRAM:
                trace.happened("read")
            return result

        return watched

    places = [(utils, "clip_grad_norm_"), (utils, "clip_grad_value_"), (scaler, "unscale_")]
    originals = [getattr(place, name) for place, name in places]
    parameter.grad = property(look, write)
    for (place, name), original in zip(places, originals, strict=True):
        setattr(place, name, reading(original))
    before = sys.gettrace()
    sys.settrace(seen)
    try:
        yield
    finally:
        sys.settrace(before)
        for (place, name), original in zip(places, originals, strict=True):
            setattr(place, name, original)
        del parameter.grad
