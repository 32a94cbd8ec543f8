"""How often each code and verdict was found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.findings import Verdict

if TYPE_CHECKING:
    from codemods.run import Summary


def render(summary: Summary) -> str:
    """A line for each code and verdict, the most frequent first; how many of them can be rewritten."""
    counts = Counter((one.code or "", one.verdict.value) for one in summary.findings)
    fixable = Counter((one.code or "", one.verdict.value) for one in summary.findings if one.fix is not None)
    shown = sorted(
        counts.items(), key=lambda item: (item[0][1] == Verdict.CANONICAL.value, -item[1], item[0])
    )
    width = max((len(str(count)) for count in counts.values()), default=0)
    rows = []
    for (code, verdict), count in shown:
        rewritten = fixable[code, verdict]
        note = f"  [{rewritten} with a fix]" if rewritten else ""
        rows.append(f"{count:>{width}}  {code:<5}  {verdict}{note}\n")
    return "".join(rows)
