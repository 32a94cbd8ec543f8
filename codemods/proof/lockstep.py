"""The proof: two versions of a program, one control-flow graph, one gradient, every path.

For each receiver whose ``zero_grad`` moved, the set of reachable :class:`State` is computed to a fixed point over
the paired program, calls followed. Somebody who looks at the gradient (an optimizer's step, a read, code that
cannot be followed) in a state that is not ``same`` is a difference, and the path to it is the witness.

Why one receiver at a time is enough: a gradient's value is the sum of the backward contributions since it was last
cleared. Taking only one receiver's zeros into account, both versions are shown to have the same last clearing; the
true one is the latest over all receivers, so it is the same too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.custom import IDIOMS
from codemods.events import (
    NOTHING,
    Path,
    Zero,
)
from codemods.proof.acts import Found, Pardon
from codemods.proof.gradstate import (
    CLEAN,
    DIRTY,
    for_names,
)
from codemods.proof.instances import Instance, Ownership, TooMany, canonical, instances, ownership
from codemods.proof.sharing import sharers
from codemods.proof.walk import GivesUp, Meter, Walk
from codemods.proof.witness import (
    CLEARED,
    INSTEAD,
    Differs,
    Kind,
    Proof,
    Same,
    SameIf,
    Unsure,
    WitnessLine,
    shortened,
)
from codemods.timings import timed

if TYPE_CHECKING:

    from codemods.ir.nodes import Program
    from codemods.proof.align import PairedFunction
    from codemods.proof.gradstate import State

CLEAN_ENTRY = "clean-entry"
"""Gradients are clear when outsiders first call a function of the file."""

CLOSED_WORLD = "closed-world"
"""Code outside the file, between its calls and in the calls that this file makes of it, adds nothing to these
gradients and does not swap the optimizer; nor does it read them between its calls."""


class Allowed(Struct, frozen=True):
    """Differences that are meant.

    ``residual``: old gradients that only the original carries into a step. ``repaired``: a function and receivers of it
    whose own steps, and everybody who only looks, may see other gradients; the steps of all others must not.
    """

    residual: bool = False
    repaired: tuple[str, tuple[Path, ...]] | None = None


NOTHING_ALLOWED = Allowed()


@timed("walk")
def prove(
    program: Program,
    functions: dict[str, PairedFunction],
    *,
    allowed: Allowed = NOTHING_ALLOWED,
    meter: Meter | None = None,
) -> Proof:
    """Whether both versions of a paired program train the same, but for what is ``allowed``.

    Answers for all moves at once: the first difference found ends the proof. ``program`` is the version before. ``meter``
    says how far the proof may go, and is told how far it went.
    """
    meter = Meter() if meter is None else meter
    if program.veto is not None:
        return Unsure(program.veto)
    if allowed.repaired is not None and program.hooked:
        return Unsure("hooks of the file may look at gradients or change them at any time")
    roots = ["<module>", *(name for name, one in functions.items() if one.function.root)]
    try:
        reached = {root: instances(functions, root) for root in roots}
    except TooMany:
        reason = "functions of this file are called with too many combinations of arguments"
        return Unsure(reason, too_large=True)
    owners = ownership(program, [one for found in reached.values() for one in found])
    pardon = Pardon(allowed.residual, _repaired(allowed, reached))
    cells: dict[Path, None] = {}
    outright = True
    for root in roots:
        for one in reached[root]:
            for paired in (each for block in functions[one.function].events for each in block):
                if isinstance(paired.event, Zero) and paired.one_sided:
                    receiver = canonical(paired.event.receiver, one.environment)
                    if receiver.variable == NOTHING:
                        continue
                    cells[receiver] = None
                    outright = outright and root == "<module>"
    needs_clean = False
    # A third file may exchange the functions of another.
    needs_closed = program.linked
    for cell in cells:
        proof = _prove_cell(program, functions, cell, reached, owners, pardon, meter, trusting=False)
        if proof is not None:
            needs_closed = True
            proof = _prove_cell(program, functions, cell, reached, owners, pardon, meter, trusting=True)
        if proof is not None:
            return proof
        if not outright and not needs_clean:
            needs_clean = not _holds_from_any_start(program, functions, cell, reached, owners, pardon, meter)
    assumptions = (IDIOMS,) if program.custom else ()
    if outright:
        if needs_closed:
            return SameIf((CLOSED_WORLD, *assumptions), relies_on_opaque=True)
        return SameIf(assumptions) if assumptions else Same()
    assumptions = (*((CLEAN_ENTRY,) if needs_clean else ()), CLOSED_WORLD, *assumptions)
    return SameIf(assumptions, relies_on_opaque=needs_closed)


def _repaired(allowed: Allowed, reached: dict[str, list[Instance]]) -> frozenset[Path]:
    """What the repaired receivers denote, under all arguments that their function is called with."""
    if allowed.repaired is None:
        return frozenset()
    name, receivers = allowed.repaired
    return frozenset(
        canonical(receiver, one.environment)
        for found in reached.values()
        for one in found
        if one.function == name
        for receiver in receivers
    )


def _prove_cell(
    program: Program,
    functions: dict[str, PairedFunction],
    cell: Path,
    reached: dict[str, list[Instance]],
    owners: Ownership,
    pardon: Pardon,
    meter: Meter,
    *,
    trusting: bool,
) -> Differs | Unsure | None:
    try:
        for shared in sharers(functions, reached, cell, owners):
            starts = _starts(program, CLEAN)
            Walk(program, functions, cell, reached, starts, owners, pardon, trusting, shared, meter).run()
    except Found as found:
        return Differs(found.kind, cell, found.site, _told(found, cell), found.paired.event)
    except GivesUp:
        reason = "the file has more paths than the proof follows: with smaller functions it could be followed"
        return Unsure(reason, cell, too_large=True)
    return None


def _starts(program: Program, states: tuple[State, ...]) -> tuple[State, ...]:
    return for_names(states) if program.custom else states


def _holds_from_any_start(
    program: Program,
    functions: dict[str, PairedFunction],
    cell: Path,
    reached: dict[str, list[Instance]],
    owners: Ownership,
    pardon: Pardon,
    meter: Meter,
) -> bool:
    """Whether functions that outsiders call may as well be entered with gradients of any kind."""
    try:
        for shared in sharers(functions, reached, cell, owners):
            starts = _starts(program, CLEAN + DIRTY)
            Walk(program, functions, cell, reached, starts, owners, pardon, True, shared, meter).run()
    except (Found, GivesUp):
        return False
    return True


def _told(found: Found, cell: Path) -> tuple[WitnessLine, ...]:
    """The path of a difference; the zero that caused it is put in where it hides in a call."""
    path = shortened(found.path)
    if any(one.line == found.site.line for one in path) or not found.site.function:
        return path
    side = CLEARED if found.kind is Kind.STALE else INSTEAD
    return (*path[:-1], WitnessLine(found.site.line, f"{cell.text}.zero_grad(){side}"), *path[-1:])
