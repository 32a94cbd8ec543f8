"""Whose a gradient is in functions that do not use the receiver by which it is followed.

An outsider may hand the same optimizer in under any other name, or one with gradients of its own. But what a function
finds without being handed it, another attribute of the same instance or another global, is there in every call alike:
either the gradient belongs to that optimizer as well, in all of them, or in none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import NOTHING, Path, Step, Zero
from codemods.proof.instances import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.proof.align import PairedFunction
    from codemods.proof.instances import Instance, Ownership


def receivers(functions: dict[str, PairedFunction], reached: Iterable[Instance]) -> list[Path]:
    """What is cleared or steps in the instances that a root reaches."""
    found: dict[Path, None] = {}
    for one in reached:
        for paired in (each for block in functions[one.function].events for each in block):
            if isinstance(paired.event, Zero | Step):
                found[canonical(paired.event.receiver, one.environment)] = None
    found.pop(NOTHING, None)
    return list(found)


def is_found(cell: Path, receiver: Path, variables: Iterable[Path]) -> bool:
    """Whether a function with these parameters has a receiver without being handed it, nor an instance with it."""
    if cell.scope and not cell.scope.startswith("class "):
        return False
    if receiver.scope == cell.scope:
        return True
    return receiver.variable not in variables and not receiver.scope.startswith("class ")


def sharers(
    functions: dict[str, PairedFunction], reached: dict[str, list[Instance]], cell: Path, owners: Ownership
) -> list[Path | None]:
    """The optimizers to which the gradient may belong besides the receiver's: none, or one that a function finds.

    Those that are visibly over another module hold none of its gradients.
    """
    found: dict[Path | None, None] = {None: None}
    for root, instances in reached.items():
        used = receivers(functions, instances)
        if root != "<module>" and cell not in used:
            variables = functions[root].function.variables
            shared = [one for one in used if not owners.apart(cell, one)]
            found.update((one, None) for one in shared if is_found(cell, one, variables))
    return list(found)
