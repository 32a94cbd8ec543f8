"""What changes which parameters an optimizer has: stores into its ``param_groups``, under whatever name.

``group["lr"] = 0.1`` changes none; everything that could take a parameter out, or put one in, does.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.within import within
from codemods.syntax import GETTERS, arguments, callee_name

if TYPE_CHECKING:
    from codemods.lower.evidence import Evidence

KEYED = frozenset({"pop", "setdefault"})


def means_groups(evidence: Evidence, node: ast.expr | None) -> bool:
    """Whether a value may be a list of parameter groups, one such group, or the list of parameters in it."""
    if isinstance(node, ast.Attribute):
        path = evidence.scopes.path(node)
        if holds_groups(evidence, node.value) or (path is None and means_groups(evidence, node.value)):
            return True
        return node.attr == "param_groups" or path in evidence.groups
    if isinstance(node, ast.Name):
        return evidence.scopes.path(node) in evidence.groups
    if isinstance(node, ast.Subscript):
        named = _is_setting(node.slice)
        return holds_groups(evidence, node.value) or (not named and means_groups(evidence, node.value))
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in GETTERS:
            if means_groups(evidence, node.func.value):
                return True
        if isinstance(node.func, ast.Lambda) and means_groups(evidence, node.func.body):
            return True
        if callee_name(node) in harmless.SCALARS or evidence.builds_optimizer(node):
            return False
        return any(means_groups(evidence, one) for one in arguments(node))
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return means_groups(evidence, node.elt)
    if isinstance(node, ast.Dict) or node is None:
        return False
    return any(means_groups(evidence, one) for one in within(evidence, node) if one is not node)


def holds_groups(evidence: Evidence, node: ast.expr) -> bool:
    """Whether a value is an object that has groups in it, under a name or an index that is no setting of a group."""
    path = evidence.scopes.path(node)
    if path is not None:
        return path in evidence.grouping
    if isinstance(node, ast.Call):
        made = evidence.imported(node.func) in ("builtins.dict", "types.SimpleNamespace")
        return made and any(means_groups(evidence, one.value) for one in node.keywords)
    if isinstance(node, ast.List | ast.Tuple):
        return any(holds_groups(evidence, one) for one in node.elts)
    return isinstance(node, ast.Dict) and any(means_groups(evidence, one) for one in node.values)


def spread_grouping(evidence: Evidence) -> bool:
    """Note what has groups in it; whether there was any that was not known."""
    count = len(evidence.grouping)
    for path, values in evidence.bindings.items():
        given = [one for one in (*values, *evidence.handed.get(path, ())) if one is not None]
        if any(holds_groups(evidence, one) for one in given):
            evidence.grouping.add(path)
        if path.rest and any(isinstance(one, ast.Attribute) and means_groups(evidence, one) for one in given):
            evidence.grouping.add(path._replace(rest=path.rest[:-1], indices=()))
    for path, call in evidence.filled:
        if any(means_groups(evidence, one) for one in arguments(call)):
            evidence.grouping.add(path)
    return len(evidence.grouping) > count


def passes_groups_on(evidence: Evidence, value: ast.expr) -> bool:
    """Whether a name bound to ``value`` may mean groups; one that goes through the parameters of a group does not."""
    if id(value) in evidence.iterated and isinstance(value, ast.Subscript):
        if isinstance(value.slice, ast.Constant) and value.slice.value == "params":
            return False
    return means_groups(evidence, value)


def stores_into_groups(evidence: Evidence, target: ast.expr) -> bool:
    """Whether binding, deleting or extending a target may change the parameters of an optimizer."""
    if isinstance(target, ast.Subscript):
        return not _is_setting(target.slice) and means_groups(evidence, target.value)
    return False


def regroups(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a method that changes a container is called on groups, other than to change a setting."""
    if not isinstance(call.func, ast.Attribute) or not means_groups(evidence, call.func.value):
        return False
    if call.func.attr == "update" and not call.args:
        return any(one.arg in (None, "params") for one in call.keywords)
    return not (call.func.attr in KEYED and call.args and _is_setting(call.args[0]))


def _is_setting(key: ast.expr) -> bool:
    """Whether a key is that of a hyper-parameter: any text but ``params``."""
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value != "params"
