"""Hugging Face evaluate: metrics that predictions and references are handed to.

By their source (evaluate 0.4, ``module.py``; datasets before 3, ``metric.py``), ``add`` and ``add_batch`` write values to a
table, and ``compute`` reads it back for a score: no gradient is looked at, and no backward runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite
    from codemods.events import Event

LOADERS = frozenset({"evaluate.load", "datasets.load_metric"})
QUIET = frozenset("add add_batch compute".split())


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of a metric that the file loads by its name."""
    if site.name not in QUIET or site.base is None or site.facts.made(site.base) not in LOADERS:
        return None
    return ()
