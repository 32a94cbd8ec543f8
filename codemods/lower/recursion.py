"""Functions that run again while they run: because they call themselves, or because a call that cannot be told may be one of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.lower.launchers import launched
from codemods.lower.resolve import Opaque, Target, resolve
from codemods.syntax import FUNCTIONS

if TYPE_CHECKING:
    from codemods.lower.scopes import Scope
    from codemods.lower.world import World


@dataclass(frozen=True, slots=True)
class Recursion:
    """``visible``: functions whose calls, followed one by one, come back to them. ``functions``: these, and those to which a
    call may come back that is not followed. ``calls``: such calls as no name shows to be one of a function of the file.
    """

    visible: frozenset[str]
    functions: frozenset[str]
    calls: frozenset[ast.Call]


def recursion(world: World) -> Recursion:
    """What may come back to itself in a file."""
    callees: dict[str, set[str]] = {name: set() for name in world.functions}
    opaque: list[tuple[str, ast.Call, frozenset[str]]] = []
    for node in world.scopes.all(ast.Call):
        caller = function_around(world.scopes.of_node[node])
        if caller is None:
            continue
        target = resolve(world, node, None) or launched(world, node)
        if isinstance(target, Target):
            callees[caller].add(target.name)
        elif isinstance(target, Opaque) or _calls_a_value(world, node):
            opaque.append((caller, node, _meant(world, node)))
    visible = frozenset().union(*_cycles(callees))
    if not any(meant for _, _, meant in opaque):
        return Recursion(visible, visible, frozenset())
    for caller, _, meant in opaque:
        callees[caller] |= meant
    cycles = _cycles(callees)
    home = {name: cycle for cycle in cycles for name in cycle}
    calls = frozenset(node for caller, node, meant in opaque if meant & home.get(caller, frozenset()))
    return Recursion(visible, frozenset(home), calls)


def _calls_a_value(world: World, call: ast.Call) -> bool:
    """Whether what is called is looked up or computed, and functions of this file are among what it is found in."""
    func = call.func
    if world.evidence.imported(func) is not None or call in world.links:
        return False
    if isinstance(func, ast.Attribute):
        return world.scopes.path(func) in world.evidence.reentrant
    return world.evidence.calls_back(func)


def _meant(world: World, call: ast.Call) -> frozenset[str]:
    """The functions that a call may run: those of its name, and functions that go around as values."""
    plain = isinstance(call.func, ast.Name)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    return frozenset(
        full
        for full, node in world.functions.items()
        if world.touches(node)
        and (
            isinstance(node, ast.Lambda)
            or node.name in world.escaping
            or node.name in world.spelled
            or (node.name == name and (plain or world.scope(node).method_of is not None))
        )
    )


def function_around(scope: Scope) -> str | None:
    """The function that a place is in, by its full name; None at the top level of the file."""
    one: Scope | None = scope
    while one is not None:
        if isinstance(one.node, FUNCTIONS):
            return one.name
        one = one.parent
    return None


def _cycles(callees: dict[str, set[str]]) -> list[frozenset[str]]:
    """The sets of functions that reach each other, and the functions that reach themselves (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    found: list[frozenset[str]] = []
    for start, first in callees.items():
        work: list[tuple[str, list[str]]] = [(start, sorted(first))] if start not in index else []
        if work:
            index[start] = low[start] = len(index)
            open_.append(start)
        while work:
            name, pending = work[-1]
            if pending:
                callee = pending.pop()
                if callee not in index:
                    index[callee] = low[callee] = len(index)
                    open_.append(callee)
                    work.append((callee, sorted(callees[callee])))
                elif callee in open_:
                    low[name] = min(low[name], index[callee])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == index[name]:
                component = open_[open_.index(name) :]
                del open_[open_.index(name) :]
                if len(component) > 1 or name in callees[name]:
                    found.append(frozenset(component))
    return found
