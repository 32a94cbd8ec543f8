"""The lifetime of gradients over one iteration, drawn: when there are some, and when they are clear."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from codemods.lifetime import Kind, Lifetime, State, lifetimes, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.findings import Finding

WIDTH, TOP, TRACK, EDGE = 720, 34, 20, 96
"""Of the picture, of what stands above the track, of the track itself, and of the words at its left."""
HEIGHT = TOP + TRACK + 26
NAMES = {State.LIVE: "gradients", State.MAYBE: "perhaps gradients", State.CLEAR: "clear"}


def drawn(before: str, after: str, finding: Finding) -> str:
    """Both versions of a training step, a picture for each optimizer; nothing where it cannot be told."""
    try:
        old, new = lifetimes(before), lifetimes(after)
    except RecursionError:  # the engine allows itself more frames than a picture is worth
        return ""
    where = [one for one in places(before).get(finding.line, ()) if one in old and one in new]
    chosen = [one for one in where if old[one].receiver in finding.optimizers]
    return "".join(_figure(old[one], new[one]) for one in chosen)


def _figure(old: Lifetime, new: Lifetime) -> str:
    length = max(len(old.happenings), len(new.happenings))
    pictures = "".join(_picture(one, name, length) for one, name in ((old, "before"), (new, "after")))
    note = "One iteration that follows another." if old.loop else "One call."
    name = escape(old.receiver)
    states = [one for one in NAMES if one in (*old.states, *new.states)]
    legend = "".join(f'<span class="legend"><i class="{one.value}"></i>{NAMES[one]}</span>' for one in states)
    return (
        f'<figure class="lifetime"><figcaption>When <code>{name}</code> has gradients. {note}{legend}</figcaption>'
        f"{pictures}</figure>"
    )


def _picture(one: Lifetime, name: str, length: int) -> str:
    step = (WIDTH - EDGE - 10) / (length + 1)
    xs = [EDGE, *(EDGE + step * (number + 1) for number in range(length)), WIDTH - 10]
    rows = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_told(one, name))}">',
        f'<text class="version" x="0" y="{TOP + TRACK / 2 + 4:g}">{name}</text>',
        *_track(one, xs),
        *_marks(one, xs),
        "</svg>",
    ]
    return "".join(rows)


def _track(one: Lifetime, xs: Sequence[float]) -> Iterator[str]:
    """A band for every stretch of one state, wide where gradients live and thin where they are clear."""
    ends = [*xs[: len(one.happenings) + 1], xs[-1]]
    start = 0
    for index, state in enumerate(one.states):
        if index + 1 < len(one.states) and one.states[index + 1] is state:
            continue
        left, right = ends[start], ends[index + 1]
        thick = 4 if state is State.CLEAR else TRACK
        top = TOP + (TRACK - thick) / 2
        yield f'<rect class="{state.value}" x="{left:g}" y="{top:g}" width="{right - left:g}" height="{thick}"/>'
        start = index + 1


def _marks(one: Lifetime, xs: Sequence[float]) -> Iterator[str]:
    for happening, x in zip(one.happenings, xs[1:], strict=False):
        kind = "zero" if happening.kind is Kind.ZERO else happening.kind.value
        dashed = "" if happening.sure else " unsure"
        name = happening.kind.value + ("" if happening.sure else "?")
        yield f'<line class="{kind}{dashed}" x1="{x:g}" x2="{x:g}" y1="{TOP - 8}" y2="{TOP + TRACK + 6}"/>'
        yield f'<text class="name {kind}" x="{x:g}" y="{TOP - 14}">{name}</text>'
        yield f'<text class="line" x="{x:g}" y="{HEIGHT - 4}">line {happening.line}</text>'


def _told(one: Lifetime, name: str) -> str:
    """The picture in words."""
    words = [f"{name}: at the start {NAMES[one.states[0]]}"]
    for happening, state in zip(one.happenings, one.states[1:], strict=True):
        words.append(f"{happening.kind.value} on line {happening.line}, then {NAMES[state]}")
    return "; ".join(words)
