"""Python to IR: scopes and evidence about names, then expressions and statements, then the whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.findings import TooLarge
from codemods.lower.program import assembled
from codemods.lower.world import sketch_of, world_of
from codemods.timings import timed

if TYPE_CHECKING:
    import ast

    from codemods.files.neighbours import Vantage
    from codemods.ir.nodes import Program

__all__ = ["TooLarge", "lower"]


@timed("lower")
def lower(tree: ast.Module, vantage: Vantage | None = None) -> Program:
    """Lower a module; with a vantage, calls of functions of the run's other files are followed.

    Raises :class:`codemods.findings.TooLarge` when a function has more blocks than the analysis follows and
    ``RecursionError`` when expressions are nested deeper than the interpreter allows.
    """
    if vantage is None:
        return assembled(world_of(tree), {})
    from codemods.lower.linking import linked  # noqa: PLC0415 - a file by itself has no others

    return linked(sketch_of(tree), vantage)
