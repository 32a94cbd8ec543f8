"""What a Trainer of transformers does to gradients, if it runs none of the file's code that might look at them.

By its source (transformers 4 and 5, ``trainer.py``), its constructor moves the model and keeps it. ``evaluate`` and
``predict`` run the model's forward under ``no_grad`` and hand ``compute_metrics`` arrays; ``push_to_hub`` and
``save_model`` write its ``state_dict``. ``train`` clears the gradients of its model by ``zero_grad()`` before it tells
any callback or runs any batch, and again behind each optimizer step: with one batch a step, it leaves them clear. All of
them tell the callbacks, which are handed the model and the optimizer.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.events import Unknown
from codemods.lower import harmless
from codemods.lower.published import is_unchanged, stays
from codemods.syntax import FUNCTIONS, arguments
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.events import Path, Span
    from codemods.lower.world import World

QUIET = frozenset("create_model_card evaluate predict push_to_hub save_model save_state".split())
LOOKED_UP = QUIET | {"args", "state", "train"}
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
PATCHED = re.compile(r"transformers(\.\w+)*\.\w*Trainer\.\w+")
ONE_BATCH_A_STEP = frozenset(
    "output_dir overwrite_output_dir do_train do_eval eval_strategy evaluation_strategy eval_steps logging_dir "
    "logging_steps logging_strategy learning_rate weight_decay adam_beta1 adam_beta2 adam_epsilon max_grad_norm "
    "per_device_train_batch_size per_device_eval_batch_size num_train_epochs max_steps warmup_steps warmup_ratio "
    "lr_scheduler_type save_strategy save_steps save_total_limit load_best_model_at_end metric_for_best_model seed "
    "fp16 bf16 push_to_hub hub_model_id report_to predict_with_generate remove_unused_columns label_names".split()
)
"""Arguments of TrainingArguments that leave it at one batch a step, by the loop of the class itself."""


def makes_trainer(world: World, call: ast.Call) -> bool:
    """Whether a call makes a Trainer of the library that is handed nothing but a model of the library that holds any."""
    evidence = world.evidence
    if not harmless.TRAINER.fullmatch(evidence.imported(call.func) or "") or _changes_library(world):
        return False
    if len(call.args) > POSITIONAL or any(isinstance(one, ast.Starred) for one in call.args):
        return False
    given = _given(call)
    if not given.keys() <= set(SETTINGS) or "model" not in given:
        return False
    model = given.pop("model")
    return is_unchanged(evidence, model) and all(looks_at_none(world, one) for one in given.values())


def only_looks(world: World, call: ast.Call) -> bool:
    """Whether a call is a method of such a Trainer that looks at no gradient."""
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr in QUIET and _trainers(world, call, func.value) != []


def trains_anew(world: World, call: ast.Call, span: Span) -> Unknown | None:
    """What ``trainer.train()`` of such a Trainer does."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "train":
        return None
    trainers = _trainers(world, call, func.value)
    if not trainers:
        return None
    leaves = not all(_steps_each_batch(world, one) for one in trainers)
    reason = f"{ast.unparse(func)}() trains the model of a Trainer"
    return Unknown(reason, span, trains=True, anew=True, leaves=leaves)


def _trainers(world: World, call: ast.Call, base: ast.expr) -> list[ast.Call]:
    """The calls that make what a method is called on, where all are such Trainers and nothing else happens to them."""
    evidence = world.evidence
    if any(map(evidence.holds, arguments(call))):
        return []
    if isinstance(base, ast.Call):
        return [base] if makes_trainer(world, base) else []
    path = evidence.scopes.path(base)
    if path is None or path.rest:
        return []
    values = evidence.given(path)
    if not evidence.uses(path) <= LOOKED_UP or not stays(evidence, path) or _is_handed_on(world, path):
        return []
    calls = [one for one in values if isinstance(one, ast.Call) and makes_trainer(world, one)]
    return calls if len(calls) == len(values) else []


def _is_handed_on(world: World, path: Path) -> bool:
    """Whether a variable is used for anything but to look an attribute up on it."""
    scopes = world.scopes
    loads = sum(isinstance(one.ctx, ast.Load) and scopes.path(one) == path for one in scopes.all(ast.Name))
    bases = [one.value for one in scopes.all(ast.Attribute)]
    return loads != sum(isinstance(one, ast.Name) and scopes.path(one) == path for one in bases)


def _changes_library(world: World) -> bool:
    """Whether the file may exchange methods of the library's classes: it sets some, names one in a text, or hands one on."""
    evidence = world.evidence
    for one in evidence.bindings:
        if one.rest and evidence.imports.get((one.scope or "<module>", one.root), "").startswith(
            "transformers"
        ):
            return True
    if any(
        isinstance(one.value, str) and PATCHED.fullmatch(one.value) for one in world.scopes.all(ast.Constant)
    ):
        return True
    plain: set[int] = set()
    for node in world.scopes.of_node:
        if isinstance(node, ast.Call):
            plain.add(id(node.func))
        elif isinstance(node, ast.Attribute):
            plain.add(id(node.value))
        elif isinstance(node, ast.ClassDef):
            plain.update(map(id, node.bases))
        elif isinstance(node, ast.arg | ast.AnnAssign):
            plain.add(id(node.annotation))
    return any(
        harmless.TRAINER.fullmatch(evidence.imported(one) or "")
        for one in (*world.scopes.all(ast.Name), *world.scopes.all(ast.Attribute))
        if id(one) not in plain
    )


def _given(call: ast.Call) -> dict[str, ast.expr]:
    given = dict(zip(SETTINGS, call.args, strict=False))
    given.update((one.arg or "", one.value) for one in call.keywords)
    return given


def _steps_each_batch(world: World, trainer: ast.Call) -> bool:
    """Whether a Trainer's arguments leave it at one batch a step, so that it ends with cleared gradients."""
    evidence = world.evidence
    args = _given(trainer).get("args")
    if args is None:
        return True
    path = evidence.scopes.path(args)
    values = [args] if path is None else evidence.given(path)
    if path is not None and not stays(evidence, path):
        return False
    return bool(values) and all(
        isinstance(one, ast.Call)
        and harmless.TRAINING_ARGUMENTS.fullmatch(evidence.imported(one.func) or "")
        and len(one.args) <= 1
        and not any(isinstance(given, ast.Starred) for given in one.args)
        and {given.arg for given in one.keywords} <= ONE_BATCH_A_STEP
        for one in values
    )


def looks_at_none(world: World, value: ast.expr) -> bool:
    """Whether no name that a value is made of holds a model, nor any in the functions and classes behind it."""
    evidence = world.evidence
    pending: list[ast.AST] = [value]
    seen: set[ast.AST | Path] = set()
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        if isinstance(one, (*FUNCTIONS, ast.ClassDef)) and world.touches(one):
            return False
        for node in walk(one):
            if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
                continue
            inner = _defined(world, node)
            if inner is not None:
                pending.append(inner)
                continue
            path = evidence.scopes.path(node)
            if (
                path is not None
                and harmless.COLLATOR.fullmatch(evidence.built(path))
                and evidence.is_data(path)
            ):
                continue
            if evidence.holds(node):
                return False
            if path is not None and path not in seen:
                seen.add(path)
                pending.extend(each for each in evidence.bindings.get(path, ()) if each is not None)
    return True


def _defined(world: World, node: ast.expr) -> ast.AST | None:
    return world.definition(node.id, world.scopes.of_node[node]) if isinstance(node, ast.Name) else None
