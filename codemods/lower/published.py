"""Models that transformers makes, as they are or wrapped by peft, and what their methods do to gradients.

By their sources: ``from_pretrained`` makes a new model each time (transformers 4, ``modeling_utils.py``). ``get_peft_model``
and ``PeftModel.from_pretrained`` put new parameters into a model and freeze others, and look at no gradient (peft 0.21,
``mapping_func.py``, ``peft_model.py``). Of either, ``generate`` runs under ``no_grad``, and saving writes the
``state_dict``. A model of TensorFlow has no gradients of torch: ``compile`` and ``fit`` are its own affair, and on a
model of torch the one compiles its forward and the other does not exist.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.syntax import arguments

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.evidence import Evidence

WRAPPER = re.compile(r"peft(\.\w+)*\.(get_peft_model|PeftModel\w*\.from_pretrained)")
QUIET = frozenset(
    "generate get_nb_trainable_parameters num_parameters print_trainable_parameters push_to_hub save_pretrained".split()
)
KERAS = frozenset({"compile", "fit"})


def is_wrapper(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a call puts new parameters into the model that it is handed, and wraps it."""
    return WRAPPER.fullmatch(evidence.imported(call.func) or "") is not None


def is_published(evidence: Evidence, node: ast.expr) -> bool:
    """Whether a value is always such a model."""
    return _made(evidence, node, frozenset()) is True


def stays(evidence: Evidence, path: Path) -> bool:
    """Whether the file sets nothing on the object but settings, and layers of torch."""
    for one, values in evidence.bindings.items():
        if not one.rest or one.variable != path or one.rest[0] == ".config":
            continue
        for value in values:
            full = evidence.imported(value.func) if isinstance(value, ast.Call) else None
            if full is None or not full.startswith("torch.nn."):
                return False
    return True


def is_unchanged(evidence: Evidence, node: ast.expr) -> bool:
    """Whether a value is always such a model, with no part and no hook of the file's in it."""
    path = evidence.scopes.path(node)
    if not is_published(evidence, node):
        return False
    return path is None or (stays(evidence, path) and not any("hook" in one for one in evidence.uses(path)))


def wraps(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a call wraps such a model, and is handed no other."""
    if not is_wrapper(evidence, call):
        return False
    model = _model(call)
    others = [one for one in arguments(call) if one is not model]
    return model is not None and is_unchanged(evidence, model) and not any(map(evidence.holds, others))


def is_quiet(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a call is a method of such a model that looks at no gradient; those of Keras may run what they are handed."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in QUIET | KERAS:
        return False
    return is_unchanged(evidence, func.value) and not any(map(evidence.holds, arguments(call)))


def _made(evidence: Evidence, node: ast.expr | None, seen: frozenset[Path]) -> bool | None:
    """None: as the path that the question was about, of which other values decide."""
    if isinstance(node, ast.Call):
        inner = evidence.handed_through(node)
        if inner is not None:
            return _made(evidence, inner, seen)
        full = evidence.imported(node.func) or ""
        if WRAPPER.fullmatch(full):
            return _made(evidence, _model(node), seen)
        return harmless.NEW_MODEL.fullmatch(full) is not None
    path = evidence.scopes.path(node) if isinstance(node, ast.Name | ast.Attribute) else None
    if path is None or evidence.is_import(path):
        return False
    if path in seen:
        return None
    found = {
        id(one) not in evidence.iterated and _made(evidence, one, seen | {path})
        for one in evidence.given(path)
    }
    return False if False in found else True if True in found else None


def _model(call: ast.Call) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == "model"), None)
    return call.args[0] if call.args else named
