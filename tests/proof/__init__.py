"""What the tests of the proof share."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from codemods.lower import lower
from codemods.proof.align import pair
from codemods.proof.lockstep import prove
from codemods.proof.witness import Differs
from codemods.syntax import parse

if TYPE_CHECKING:
    from codemods.ir.nodes import Program
    from codemods.proof.witness import Proof


def lowered(text: str) -> Program:
    """The program of an indented text."""
    return lower(parse(dedent(text).lstrip("\n")))


def proof(before: str, after: str, *, allow_residual: bool = False) -> Proof:
    """What the proof says of two versions."""
    program = lowered(before)
    return prove(program, pair(program, lowered(after)), allow_residual=allow_residual)


def difference(before: str, after: str) -> Differs:
    """The difference that the proof finds between two versions."""
    found = proof(before, after)
    assert isinstance(found, Differs), found
    return found
