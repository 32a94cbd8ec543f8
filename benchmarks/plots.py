"""Two pictures of what was measured, as SVG that is readable on light and on dark pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from benchmarks.measure import middle
from benchmarks.races import SIZES
from benchmarks.tools import AST_GREP, GRADORDER, RG, RUFF

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.state import State

INK, FAINT = "#24292f", "#c8ccd0"
DARK = {INK: "#e6edf3", FAINT: "#484f58"}
"""Colours of text and frame, and what they become on a dark page."""

COLOURS = {GRADORDER: "#d9480f", RUFF: "#7048e8", AST_GREP: "#2b8a3e", RG: "#868e96"}

GROUPS = {
    "start-up": ("start-up", "imports"),
    "find and read": ("discover", "read"),
    "parse": ("parse",),
    "lower": ("lower",),
    "judge and plan": ("judge", "plan"),
    "trials": ("trial",),
    "rewrite": ("rewrite",),
    "proof": ("proof",),
    "report and rest": ("report", "write", "other"),
}
SHADES = ("#adb5bd", "#74c0fc", "#4dabf7", "#1971c2", "#63e6be", "#f59f00", "#e64980", "#c92a2a", "#dee2e6")


def growth(state: State, path: Path) -> None:
    """Seconds against the number of files, both axes logarithmic. Without such a race the picture stays what it was."""
    if not any(f"{training}-{size}" in state.races for training in ("none", "rare") for size in SIZES):
        return
    plt = _pyplot()
    figure, axes = plt.subplots(1, 2, figsize=(8.2, 3.4), sharey=True, layout="constrained")
    for axis, (training, title) in zip(
        axes,
        (("none", "no file with training code"), ("rare", "1 file in 18 with training code")),
        strict=True,
    ):
        found = {
            size: state.races[f"{training}-{size}"] for size in SIZES if f"{training}-{size}" in state.races
        }
        for name, colour in COLOURS.items():
            values = [middle(one.runs[name]) for one in found.values()]
            axis.plot(list(found), values, "o-", color=colour, label=name, linewidth=2, markersize=4)
        axis.set(xscale="log", yscale="log", xlabel="files", title=title)
        axis.set_xticks(list(found), [f"{size:,}" for size in found])
        axis.minorticks_off()
        axis.yaxis.set_major_formatter("{x:g}")
        axis.grid(color=FAINT, linewidth=0.6)
    axes[0].set_ylabel("seconds")
    axes[0].legend(frameon=False)
    _save(figure, path)


def stages(state: State, path: Path) -> None:
    """The share of each stage in gradorder's computing, a bar a race."""
    plt = _pyplot()
    shown = [one for one in state.races.values() if one.stages][::-1]
    figure, axis = plt.subplots(figsize=(8.2, 1.1 + 0.33 * len(shown)), layout="constrained")
    left = [0.0] * len(shown)
    for (group, names), shade in zip(GROUPS.items(), SHADES, strict=True):
        shares = [100 * _of(one.stages, names) / sum(one.stages.values()) for one in shown]
        axis.barh([one.title.replace("`", "") for one in shown], shares, left=left, color=shade, label=group)
        left = [one + more for one, more in zip(left, shares, strict=True)]
    axis.set(xlim=(0, 100), xlabel="% of the computing")
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    _save(figure, path)


def _of(stages: dict[str, float], names: tuple[str, ...]) -> float:
    return sum(seconds for stage, seconds in stages.items() if stage.partition(":")[0] in names)


def _pyplot() -> Any:
    import matplotlib as mpl  # noqa: PLC0415 - slow, and large

    mpl.use("svg")
    from matplotlib import pyplot  # noqa: PLC0415

    pyplot.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "gradorder",
            "font.family": "sans-serif",
            "font.size": 9,
            "axes.titlesize": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
            "axes.edgecolor": FAINT,
        }
    )
    return pyplot


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
    rules = "".join(
        f'[style*="{what}: {light}"]{{{what}:{dark} !important}}'
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    text = re.sub(r"(<svg [^>]*>)", lambda found: found.group(1) + style, path.read_text(), count=1)
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
