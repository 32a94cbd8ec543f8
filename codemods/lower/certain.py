"""Receivers that are certainly optimizers or modules, never ``None``, wherever they are bound at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.lower.calls import Target, resolve

if TYPE_CHECKING:
    import ast

    from codemods.events import Path
    from codemods.ir.nodes import Function
    from codemods.lower.world import World


def certain_paths(world: World, functions: dict[str, Function], calls: list[ast.Call]) -> frozenset[Path]:
    """Paths that are only ever bound to a constructed optimizer or module, parameters by every call in the file.

    A parameter counts only when nobody outside the file may call its function.
    """
    evidence = world.evidence
    certain = {
        path
        for path, values in evidence.bindings.items()
        if values and all(one is not None and (evidence.builds_optimizer(one) or world.builds_module(one)) for one in values)
    }
    handed: dict[Path, list[Path | None]] = {}
    for call in calls:
        target = resolve(world, call, None)
        if isinstance(target, Target):
            for parameter, value in target.arguments:
                handed.setdefault(parameter, []).append(value)
            for parameter in target.fresh:
                handed.setdefault(parameter, []).append(None)
    changed = True
    while changed:
        changed = False
        for parameter, values in handed.items():
            function = functions.get(parameter.scope)
            if parameter in certain or function is None or function.root:
                continue
            if evidence.bindings.get(parameter) == [None] and all(one in certain for one in values):
                certain.add(parameter)
                changed = True
    return frozenset(certain)
