"""Draws loss and peak memory of both versions over the steps: an SVG by itself, a PNG through matplotlib."""

from __future__ import annotations

import importlib.util
import math
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.verify.session import Point, Result, Run

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP, BOTTOM = 840, 210, 76, 24, 80, 46, 48
MOST = 2000
"""Points drawn of one line; more would not be seen."""
STYLES = (("as it stands", "#1f6feb", 3.5, ""), ("rewritten", "#d1570b", 1.5, "5 4"))
"""The rewritten line lies on the other one, thin and dashed, so that both are seen where they are the same."""

Line = list[tuple[int, float]]


class Panel(Struct, frozen=True):
    """One coordinate system: a line for each version. ``from_zero``: heights can be compared by eye."""

    label: str
    lines: tuple[Line, ...]
    from_zero: bool


class CannotPlot(Exception):
    """No picture can be made in that place or format. Says why."""


def check(file: str | None) -> None:
    """Raise :class:`CannotPlot` for what :func:`draw` could not write, before anything is run."""
    if file is None:
        return
    path = Path(file)
    if path.suffix not in (".svg", ".png"):
        raise CannotPlot("a picture is a .svg or a .png file")
    if not path.parent.is_dir():
        raise CannotPlot(f"there is no folder {path.parent}")
    if path.suffix == ".png" and importlib.util.find_spec("matplotlib") is None:
        raise CannotPlot(
            "a .png file needs matplotlib: pip install 'gradorder[plot]'. A .svg file needs nothing"
        )


def draw(result: Result, file: str | None) -> None:
    """Write the picture of the last two runs, if there are any. Raises :class:`CannotPlot` where it cannot be written."""
    if file is None or len(result.runs) < 2:
        return
    before, after = result.runs[-2:]
    title = " ".join(result.options.command)
    try:
        if Path(file).suffix == ".png":
            _png(title, _panels(before, after), file)
        else:
            Path(file).write_text(_svg(title, _panels(before, after)), encoding="utf-8")
    except OSError as error:
        raise CannotPlot(f"{file}: {(error.strerror or str(error)).lower()}") from error


def _panels(before: Run, after: Run) -> list[Panel]:
    runs = (before, after)
    kind = "peak memory, MiB" if before.cuda is None else "peak CUDA memory, MiB"
    losses = tuple(_thinned([(at, one.loss) for at, one in enumerate(run.points, 1)]) for run in runs)
    memory = tuple(_thinned([(at, _mebibytes(one)) for at, one in enumerate(run.points, 1)]) for run in runs)
    return [
        Panel("loss at the last backward before the step", losses, from_zero=False),
        Panel(kind, memory, from_zero=True),
    ]


def _mebibytes(point: Point) -> float | None:
    return None if point.memory is None else point.memory / 2**20


def _thinned(points: Sequence[tuple[int, float | None]]) -> Line:
    """At most :data:`MOST` points; of each stretch that is left out, the lowest and the highest stay."""
    seen = [(at, value) for at, value in points if value is not None and math.isfinite(value)]
    if len(seen) <= MOST:
        return seen
    size = -(-len(seen) // (MOST // 2))
    kept: set[tuple[int, float]] = set()
    for start in range(0, len(seen), size):
        stretch = seen[start : start + size]
        kept |= {min(stretch, key=lambda one: one[1]), max(stretch, key=lambda one: one[1])}
    return sorted(kept | {seen[0], seen[-1]})


def ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers that span an interval."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _span(panel: Panel) -> tuple[float, float]:
    values = [value for line in panel.lines for _, value in line] or [0.0, 1.0]
    if panel.from_zero:
        return 0.0, max(values) or 1.0
    low, high = min(values), max(values)
    if high - low <= max(abs(low), abs(high)) * 1e-6:
        around = max(abs(low) * 0.05, 1e-3)
        low, high = low - around, high + around
    return low, high


def _svg(title: str, panels: Sequence[Panel]) -> str:
    last = max([at for panel in panels for line in panel.lines for at, _ in line] or [1])
    height = TOP + len(panels) * PANEL + (len(panels) - 1) * GAP + BOTTOM
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    fonts = 'font-family="system-ui, sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {fonts} fill="#24292f" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="14" font-weight="600">{escape(_shortened(title))}</text>',
    ]
    x = LEFT
    for name, color, width, dashes in STYLES:
        parts.append(_stroke(f"M{x} 41H{x + 28}", color, width, dashes))
        parts.append(f'<text x="{x + 35}" y="45">{name}</text>')
        x += 150
    for number, panel in enumerate(panels):
        parts += _panel(TOP + number * (PANEL + GAP), panel, last, named=number == len(panels) - 1)
    return "\n".join([*parts, "</svg>\n"])


def _panel(top: int, panel: Panel, last: int, *, named: bool) -> list[str]:
    right, bottom = WIDTH - RIGHT, top + PANEL
    marks = ticks(*_span(panel))
    low, high = marks[0], marks[-1]

    def across(at: float) -> float:
        return round(LEFT + (right - LEFT) * ((at - 1) / max(last - 1, 1)), 2)

    def up(value: float) -> float:
        return round(bottom - PANEL * (value - low) / (high - low), 2)

    parts = [f'<text x="{LEFT}" y="{top - 6}" fill="#57606a">{escape(panel.label)}</text>']
    for value in marks:
        parts.append(f'<path d="M{LEFT} {up(value)}H{right}" stroke="#eaeef2"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up(value) + 4}" text-anchor="end">{value:,.10g}</text>')
    for at in _steps(last):
        parts.append(f'<path d="M{across(at)} {bottom}v4" stroke="#8c959f"/>')
        parts.append(f'<text x="{across(at)}" y="{bottom + 18}" text-anchor="middle">{at:,}</text>')
    parts.append(f'<path d="M{LEFT} {top}V{bottom}H{right}" fill="none" stroke="#8c959f"/>')
    for line, (_, color, width, dashes) in zip(panel.lines, STYLES, strict=True):
        path = "L".join(f"{across(at)} {up(value)}" for at, value in line)
        if len(line) == 1:
            path += "h0.01"
        parts.append(_stroke(f"M{path}" if line else "", color, width, dashes))
    if not any(panel.lines):
        middle = f'x="{(LEFT + right) // 2}" y="{(top + bottom) // 2}" text-anchor="middle"'
        parts.append(f'<text {middle} fill="#57606a">nothing was seen</text>')
    if named:
        parts.append(
            f'<text x="{right}" y="{bottom + 36}" text-anchor="end" fill="#57606a">optimizer step</text>'
        )
    return parts


def _steps(last: int) -> list[int]:
    """Whole steps to name below a panel: the first, the last, and round ones that leave room between."""
    if last < 3:
        return list(range(1, last + 1))
    marks = [int(one) for one in ticks(1, last) if one == int(one)]
    room = last / 12
    return [1, *(one for one in marks if 1 + room < one < last - room), last]


def _stroke(path: str, color: str, width: float, dashes: str) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width}" stroke-linejoin="round" '
        f'stroke-linecap="{"butt" if dashes else "round"}"{dashed}/>'
    )


def _shortened(title: str) -> str:
    return title if len(title) <= 96 else title[:47] + " … " + title[-46:]


def _png(title: str, panels: Sequence[Panel], file: str) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - not installed with gradorder

    figure = Figure(figsize=(WIDTH / 100, (TOP + len(panels) * (PANEL + GAP)) / 100), layout="constrained")
    figure.suptitle(_shortened(title), x=0.02, ha="left", fontsize=11)
    for place, panel in zip(figure.subplots(len(panels), sharex=True), panels, strict=True):
        for line, (name, color, width, dashes) in zip(panel.lines, STYLES, strict=True):
            style = "--" if dashes else "-"
            place.plot(
                *(zip(*line, strict=True) if line else ([], [])), style, color=color, lw=width, label=name
            )
        place.set_title(panel.label, loc="left", fontsize=9)
        if panel.from_zero:
            place.set_ylim(bottom=0)
        place.grid(axis="y", color="#eaeef2")
        place.spines[["top", "right"]].set_visible(False)
    figure.axes[-1].set_xlabel("optimizer step", loc="right")
    figure.axes[0].legend(frameon=False, ncols=2, loc="upper right")
    figure.savefig(file, dpi=150, format="png")
