"""Which planned moves hold: all are proved at once, those at fault are dropped, and the rest is proved again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.lower import lower
from codemods.plan import Layout
from codemods.proof.align import NotTheSameProgram, pair
from codemods.proof.instances import entered_from_outside
from codemods.proof.lockstep import CLOSED_WORLD, prove
from codemods.proof.witness import Differs, Kind, Same, SameIf, Unsure
from codemods.syntax import parse

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from codemods.ir.nodes import Program
    from codemods.moves import Move

Refusal = Differs | Unsure


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a set of moves. ``assumes``: the assumptions of each accepted move, none when proved outright.

    ``repairs``: refused moves that only keep old gradients out of a step, and that hold together with the others.
    """

    accepted: tuple[Move, ...] = ()
    assumes: dict[Move, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[Move, Refusal] = field(default_factory=dict)
    repairs: tuple[Move, ...] = ()


def moved(text: str, moves: Sequence[Move]) -> ast.Module:
    """The tree of ``text`` with the moves carried out on it. Raises what :func:`codemods.syntax.parse` raises."""
    tree = parse(text)
    layout = Layout(tree, text)
    planned = []
    for move in sorted(moves):
        place = layout.at(move.statement)
        planned.append((place.suite, place.statement, layout.at(move.before).statement))
    gone = {id(statement) for _, statement, _ in planned}
    for suite, statement, before in planned:
        assert id(before) not in gone, "a target stands before its backward, a moved statement behind a step"
        suite.remove(statement)
        suite.insert(suite.index(before), statement)
    return tree


def attempt(program: Program, text: str, moves: Sequence[Move], *, strict: bool = False) -> Trial:
    """Find the largest set of moves that dropping one culprit after another leads to, and why the others fell.

    ``strict`` drops the moves whose proof needs an assumption.
    """
    accepted = sorted(moves)
    refused: dict[Move, Refusal] = {}
    assumes: dict[Move, tuple[str, ...]] = {}
    while accepted:
        after = lower(moved(text, accepted))
        try:
            functions = pair(program, after)
        except NotTheSameProgram as error:
            return Trial(
                refused={
                    **refused,
                    **dict.fromkeys(accepted, Unsure(f"moving it changes more: {error.reason}")),
                }
            )
        proof = prove(program, functions)
        if isinstance(proof, Same | SameIf):
            proof_relies = isinstance(proof, SameIf) and proof.relies_on_opaque
            outside = entered_from_outside(functions)
            names = {move: _function(program, move) for move in accepted}
            needed = proof.assumptions if isinstance(proof, SameIf) else ()
            inside = tuple(one for one in needed if one == CLOSED_WORLD) if proof_relies else ()
            assumes = {move: needed if names[move] in outside else inside for move in accepted}
            weak = [move for move in accepted if assumes[move]] if strict else []
            if not weak:
                break
            for move in weak:
                refused[move] = Unsure(f"--strict: the proof assumes {' and '.join(assumes[move])}")
            accepted = [move for move in accepted if move not in weak]
            continue
        guilty = _guilty(proof, accepted)
        refused.update(dict.fromkeys(guilty, proof))
        accepted = [move for move in accepted if move not in guilty]
    assumes = {move: assumes.get(move, ()) for move in accepted}
    return Trial(tuple(accepted), assumes, refused, _repairs(program, text, accepted, refused))


def _function(program: Program, move: Move) -> str:
    """The innermost function that holds a statement."""
    inside = [
        one
        for one in program.functions.values()
        if one.span.line <= move.statement.line <= one.span.end_line or one.name == "<module>"
    ]
    return max(inside, key=lambda one: (one.name != "<module>", one.span.line)).name


def _guilty(proof: Refusal, accepted: Sequence[Move]) -> list[Move]:
    """The moves that a refusal is about: the one zero that caused a difference, else all."""
    if isinstance(proof, Differs):
        at = {(move.statement.line, move.statement.column) for move in accepted}
        site = (proof.site.line, proof.site.column)
        if site in at:
            return [move for move in accepted if (move.statement.line, move.statement.column) == site]
        lined = [move for move in accepted if move.statement.line == proof.site.line]
        if lined:
            return lined
    return list(accepted)


def _repairs(
    program: Program, text: str, accepted: Sequence[Move], refused: dict[Move, Refusal]
) -> tuple[Move, ...]:
    found: list[Move] = []
    for move, proof in refused.items():
        if isinstance(proof, Differs) and proof.kind is Kind.RESIDUAL:
            together = [*accepted, *found, move]
            functions = pair(program, lower(moved(text, together)))
            if isinstance(prove(program, functions, allow_residual=True), Same | SameIf):
                found.append(move)
    return tuple(found)
