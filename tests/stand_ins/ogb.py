"""Open Graph Benchmark: what scores predictions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

MODULES = ("graphproppred",)


class Evaluator:
    """Scores what it is handed, and keeps nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def eval(self, given: dict[str, Any]) -> dict[str, float]:
        return {"acc": float((given["y_true"] > 0).eq(given["y_pred"] > 0).float().mean())}


graphproppred = SimpleNamespace(Evaluator=Evaluator)
