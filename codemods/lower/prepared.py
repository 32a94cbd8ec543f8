"""What comes back under the name that it was handed in by: ``model, optimizer = accelerator.prepare(model, optimizer)``.

By their sources (accelerate 1.15, ``accelerator.py``; lightning 2.6, ``fabric/fabric.py``), these methods return what they
are handed in the same order, each as it is or in a wrapper over the same parameters, with the gradients that are there.
Where a strategy swaps the parameters, the new ones have no gradients. So the name means what it meant before. It does for
``model = model.to(device)``, since a module returns itself, and for ``model = get_peft_model(model, config)``, which puts new
parameters into the model and returns it in a wrapper.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.published import is_published, is_wrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.evidence import Evidence

WRAPPING = frozenset("prepare prepare_model prepare_optimizer setup setup_module setup_optimizers".split())


ASKED = frozenset("modules named_modules named_parameters parameters".split())
"""What a module is asked for, and no tensor."""


def forget_wrapping(evidence: Evidence) -> None:
    """Take such bindings out, and remember their targets as wrapped."""
    for node in evidence.scopes.all(ast.Assign):
        if not isinstance(node.value, ast.Call):
            continue
        for target, given in _handed_back(evidence, node, node.value):
            path = evidence.scopes.path(target)
            if path is None or path != evidence.scopes.path(given) or path.indices:
                continue
            evidence.wrapped.add(id(target))
            bound = evidence.bindings[path]
            at = next((number for number, one in enumerate(bound) if one is given or one is node.value), None)
            if at is not None:
                del bound[at]
            if not bound:
                del evidence.bindings[path]


def _handed_back(evidence: Evidence, node: ast.Assign, call: ast.Call) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment with what the call was handed in the same place."""
    if len(node.targets) == 1 and _returns_model(evidence, node.targets[0], call):
        yield node.targets[0], node.targets[0]
        return
    host = evidence.path(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if host is None or not isinstance(call.func, ast.Attribute) or call.func.attr not in WRAPPING:
        return
    if len(node.targets) != 1 or not evidence.is_host(host):
        return
    whole = node.targets[0]
    targets = whole.elts if isinstance(whole, ast.Tuple | ast.List) else [whole]
    starred = any(isinstance(one, ast.Starred) for one in (*targets, *call.args))
    if not starred and len(targets) == len(call.args):
        yield from zip(targets, call.args, strict=True)


def _returns_model(evidence: Evidence, target: ast.expr, call: ast.Call) -> bool:
    """Whether a call moves a module, or wraps a model of transformers, and returns it under its own name."""
    path = evidence.scopes.path(target)
    if path is None:
        return False
    if is_wrapper(evidence, call):
        return (
            bool(call.args) and evidence.scopes.path(call.args[0]) == path and is_published(evidence, target)
        )
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in harmless.MOVES:
        return False
    defined = {getattr(one, "name", "") for one in evidence.scopes.inner}
    asked = evidence.uses(path) & ASKED
    return bool(asked) and evidence.scopes.path(call.func.value) == path and not harmless.MOVES & defined
