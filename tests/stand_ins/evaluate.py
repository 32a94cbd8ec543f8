"""Hugging Face evaluate: a metric that keeps what it is handed, and averages it."""

from __future__ import annotations

from typing import Any


class Metric:
    """The share of predictions that are right."""

    def __init__(self) -> None:
        self.rows: list[bool] = []

    def add_batch(self, predictions: Any, references: Any) -> None:
        self.rows += [bool(one) for one in (predictions == references).flatten()]

    def compute(self) -> float:
        return sum(self.rows) / len(self.rows)


def load(name: str) -> Metric:
    assert name
    return Metric()
