"""Where the time of a run went: a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.clock import Timings


def render(timings: Timings) -> str:
    """A line for each stage, the longest first, and what all of it comes to."""
    total = sum(timings.stages.values())
    width = max(len(stage) for stage in (*timings.stages, "stage"))
    rows = [f"{'stage':<{width}}  seconds  share\n"]
    rows += [
        f"{stage:<{width}}  {seconds:7.3f}  {seconds / max(total, 1e-9):5.1%}\n"
        for stage, seconds in timings.stages.items()
    ]
    processes = "1 process" if timings.processes == 1 else f"{timings.processes} processes"
    rows.append(
        f"{'total':<{width}}  {total:7.3f}  in {processes}; {timings.elapsed:.3f} from start to end\n"
    )
    return "".join(rows)
