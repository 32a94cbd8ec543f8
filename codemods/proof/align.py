"""Two lowered programs side by side: the same program, once the zero events are erased, or none to compare.

The paired program walks ONE control-flow graph; each event carries in which of the versions it stands.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.clearings import clearing_of, clears_only
from codemods.events import Call, Event, Rebind, Step, Zero
from codemods.syntax import callee_name, suites
from codemods.trees import alike, holding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path
    from codemods.ir.nodes import Function, Program


class NotTheSameProgram(Exception):
    """The versions differ in more than the places of their ``zero_grad`` calls."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Paired(Struct, frozen=True):
    """An event, where it stands in the version that has it, and which versions have it."""

    event: Event
    in_before: bool
    in_after: bool

    @property
    def one_sided(self) -> bool:
        """Whether only one version has it."""
        return self.in_before != self.in_after


class PairedFunction(Struct, frozen=True):
    """A function of both versions: the control flow of ``before``, and for each block the paired events.

    ``concerns``: the variables on which what it and its callees clear, step or rebind can turn.
    """

    function: Function
    events: tuple[tuple[Paired, ...], ...]
    concerns: frozenset[Path] = frozenset()


def pair(before: Program, after: Program) -> dict[str, PairedFunction]:
    """Lay the functions of two programs side by side. Raises :class:`NotTheSameProgram`."""
    if list(before.functions) != list(after.functions):
        raise NotTheSameProgram("they define different functions")
    if (before.hooked, before.sources, before.distinct) != (after.hooked, after.sources, after.distinct):
        raise NotTheSameProgram("their names mean different things")
    paired = {name: _pair_function(one, after.functions[name]) for name, one in before.functions.items()}
    concerns = _concerns(paired)
    return {name: replace(one, concerns=frozenset(concerns[name])) for name, one in paired.items()}


def _concerns(functions: dict[str, PairedFunction]) -> dict[str, set[Path]]:
    """For each function the variables on which what it clears, steps or rebinds can turn, by way of its calls too."""
    found: dict[str, set[Path]] = {}
    callers: dict[str, list[tuple[str, Call]]] = {name: [] for name in functions}
    for name, one in functions.items():
        found[name] = set()
        for paired in (each for block in one.events for each in block):
            event = paired.event
            if isinstance(event, Call):
                callers[event.function].append((name, event))
            elif isinstance(event, Zero | Step):
                found[name].update(_variables(event.receiver))
            elif isinstance(event, Rebind):
                found[name].update(_variables(event.target))
                found[name].update(() if event.source is None else _variables(event.source))
    pending = dict.fromkeys(functions)
    while pending:
        name, _ = pending.popitem()
        for caller, call in callers[name]:
            count = len(found[caller])
            found[caller].update(one for one in found[name] if one.scope != name)
            for parameter, value in call.arguments:
                if parameter in found[name]:
                    found[caller].update(_variables(value))
            if len(found[caller]) > count:
                pending[caller] = None
    return found


def _variables(path: Path) -> Iterator[Path]:
    yield path.variable
    for one in path.indices:
        yield from _variables(one)


def _pair_function(before: Function, after: Function) -> PairedFunction:
    if (
        len(before.blocks) != len(after.blocks)
        or before.root != after.root
        or before.variables != after.variables
    ):
        raise NotTheSameProgram(f"{before.name}() has another control flow")
    events: list[tuple[Paired, ...]] = []
    for old, new in zip(before.blocks, after.blocks, strict=True):
        if old.successors != new.successors or old.on_raise != new.on_raise:
            raise NotTheSameProgram(f"{before.name}() has another control flow")
        events.append(tuple(_pair_events(before.name, list(old.events), list(new.events))))
    return PairedFunction(before, tuple(events))


def _pair_events(name: str, old: list[Event], new: list[Event]) -> list[Paired]:
    paired: list[Paired] = []
    i = j = 0
    while i < len(old) or j < len(new):
        first = old[i] if i < len(old) else None
        second = new[j] if j < len(new) else None
        if first is not None and first == second:
            paired.append(Paired(first, in_before=True, in_after=True))
            i, j = i + 1, j + 1
        elif isinstance(second, Zero) and not (isinstance(first, Zero) and second in _run(old, i)):
            paired.append(Paired(second, in_before=False, in_after=True))
            j += 1
        elif isinstance(first, Zero):
            paired.append(Paired(first, in_before=True, in_after=False))
            i += 1
        else:
            raise NotTheSameProgram(f"{name}() does other things than clearing gradients in another order")
    return paired


def _run(events: list[Event], start: int) -> list[Event]:
    """The zero events that follow each other from ``start`` on."""
    end = start
    while end < len(events) and isinstance(events[end], Zero):
        end += 1
    return events[start:end]


def same_but_for_zeros(before: ast.Module, after: ast.Module) -> bool:
    """Whether two modules are equal once the statements that clear gradients are erased. Changes both trees."""
    return alike(_erased(before), _erased(after))


def is_zero_statement(node: ast.stmt) -> bool:
    """Whether a statement is nothing but a ``zero_grad`` call, or clears gradients by hand."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Await):
        value = value.value
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr == "zero_grad"
    ) or clearing_of(node) is not None


def _erased(tree: ast.Module) -> ast.Module:
    helpers = {
        one.name
        for one in holding(tree)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and clears_only(one)
    }
    for node in holding(tree):
        for suite in suites(node):
            suite[:] = [one for one in suite if not is_zero_statement(one) and not _calls(one, helpers)]
    return tree


def _calls(node: ast.stmt, names: set[str]) -> bool:
    """Whether a statement is nothing but a call of a function with one of these names."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Call) and callee_name(value) in names
