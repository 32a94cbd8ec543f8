"""What a Trainer of transformers does beside training: it looks at no gradient, if it runs none of the file's code that might.

By its source (transformers 4, ``trainer.py``), ``evaluate`` and ``predict`` run the model's forward under ``no_grad`` and hand
``compute_metrics`` arrays; ``push_to_hub`` and ``save_model`` write its ``state_dict``. All of them tell the callbacks,
which are handed the model and the optimizer.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.syntax import FUNCTIONS, FunctionNode, arguments
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World

QUIET = frozenset("create_model_card evaluate predict push_to_hub save_model".split())
SETTINGS = (
    "model",
    "args",
    "data_collator",
    "train_dataset",
    "eval_dataset",
    "tokenizer",
    "processing_class",
    "compute_metrics",
)
"""What a Trainer may be made with and still be known. Of the first five the order is known, too."""
POSITIONAL = 5


def only_looks(world: World, call: ast.Call) -> bool:
    """Whether a call is such a method of a Trainer of the library, made for one of the library's models."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in QUIET:
        return False
    evidence = world.evidence
    path = evidence.scopes.path(func.value)
    if path is None or path.rest or any(map(evidence.holds, arguments(call))):
        return False
    values = evidence.bindings.get(path, ())
    stays = not any(one.rest and one.variable == path for one in evidence.bindings)
    known = evidence.uses(path) <= QUIET | {"train"}
    return bool(values) and stays and known and all(_is_plain(world, one) for one in values)


def _is_plain(world: World, made: ast.expr | None) -> bool:
    """Whether a value is a Trainer of the library that is handed nothing but a model of the library that holds any."""
    evidence = world.evidence
    if not isinstance(made, ast.Call) or not harmless.TRAINER.fullmatch(evidence.imported(made.func) or ""):
        return False
    if len(made.args) > POSITIONAL or any(isinstance(one, ast.Starred) for one in made.args):
        return False
    given = dict(zip(SETTINGS, made.args, strict=False))
    given.update((one.arg or "", one.value) for one in made.keywords)
    if not given.keys() <= set(SETTINGS) or "model" not in given:
        return False
    model = given.pop("model")
    metrics = given.pop("compute_metrics", None)
    if not harmless.NEW_MODEL.fullmatch(evidence.made(model)) or any(map(evidence.holds, given.values())):
        return False
    return metrics is None or _scores(world, metrics)


def _scores(world: World, function: ast.expr) -> bool:
    """Whether a value is a function of this file in which no name holds a model, nor in those that it calls."""
    pending = [_defined(world, function)]
    seen: set[FunctionNode] = set()
    while pending:
        one = pending.pop()
        if one is None or world.touches(one):
            return False
        if one in seen:
            continue
        seen.add(one)
        for node in walk(one):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                inner = _defined(world, node)
                if inner is not None:
                    pending.append(inner)
                elif world.evidence.holds(node):
                    return False
    return True


def _defined(world: World, node: ast.expr) -> FunctionNode | None:
    if not isinstance(node, ast.Name):
        return None
    found = world.definition(node.id, world.scopes.of_node[node])
    return found if isinstance(found, FUNCTIONS) else None
