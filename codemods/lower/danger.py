"""What is to be feared of a call that is neither an event nor followed into a function of the file."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.evidence import FILLERS
from codemods.lower.initialise import initialises
from codemods.lower.keepers import ITERATING
from codemods.lower.published import KERAS, is_quiet, wraps
from codemods.lower.trainers import looks_at_none, makes_trainer, only_looks
from codemods.syntax import CARRYING, FUNCTIONS, arguments, callee_name, makes_container
from codemods.trees import children
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.world import World


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 50 else text[:47] + "..."


def danger(world: World, call: ast.Call) -> str | None:
    """Why a call that is neither an event nor followed may touch gradients; None when nothing says so."""
    reason = danger_of_arguments(world, call)
    if reason is not None:
        return reason
    evidence = world.evidence
    name = callee_name(call)
    full = evidence.imported(call.func) or ""
    if _is_known(full) or _formats(call) or makes_trainer(world, call) or wraps(evidence, call):
        return None
    if evidence.keeps(call.func, iterated=True):
        return f"{_text(call.func)}() was handed a model or an optimizer when it was made, and is not defined in this file"
    handed = [one for one in arguments(call) if evidence.holds(one)]
    if isinstance(call.func, ast.Attribute) and not full:
        if name in FILLERS and is_container(world, call.func.value):
            return None
        if not handed and evidence.is_forward(call.func):
            return None
        reason = _danger_of_method(world, call, call.func)
        if reason is not None or _is_quiet_method(world, call.func, handed):
            return reason
    elif isinstance(call.func, ast.Name) and not full and evidence.is_forward(call.func):
        return None
    if full.rpartition(".")[0] in evidence.owning and not evidence.is_forward(call.func):
        return f"{_text(call.func)}() comes from {full.rpartition('.')[0]}, which owns a model or an optimizer of this file"
    built = full.startswith(("torch.optim.", "torch.nn."))
    if handed and not built:
        return f"{_text(call.func)}() is handed {_text(handed[0])} and cannot be followed from this file"
    if handed and "hook" in name:
        return f"{_text(call.func)}() is handed {_text(handed[0])}"
    words = [one for one in (name, full.rpartition(".")[2]) if harmless.GRADIENT_WORD.search(one)]
    if not words or name in harmless.GRADIENT_SWITCHES:
        return None
    if (built and not handed) or evidence.builds_optimizer(call) or name[:1].isupper():
        return None
    return f"{_text(call.func)}() cannot be followed from this file and its name says that it deals with gradients"


def danger_of_arguments(world: World, call: ast.Call) -> str | None:
    """What makes even a known function dangerous: functions of the file in its arguments, or all names at hand."""
    evidence = world.evidence
    name = callee_name(call)
    full = evidence.imported(call.func) or ""
    callbacks = [one for one in arguments(call) if _calls_back(world, one)]
    if callbacks:
        return f"{_text(call.func)}() is handed {_text(callbacks[0])}, which touches gradients"
    blind = name in ("exec", "eval", "globals", "locals") or (name == "vars" and not call.args)
    if blind and isinstance(call.func, ast.Name):
        return f"{name}() can reach every name"
    if full.startswith("builtins.") and name not in harmless.SCALARS | LAZY:
        if any(evidence.keeps(one, iterated=name in ITERATING) for one in arguments(call)):
            return f"{name}() runs {_text(call)}"
    if full.startswith("builtins.") and name in CALLERS and _hands_over(world, call):
        return f"{name}() runs {_text(call)}"
    copied = next(arguments(call), None) if full == "copy.deepcopy" else None
    if copied is not None and not _is_whole(world, copied) and evidence.holds(copied):
        return f"{_text(call)} may copy gradients"
    return None


def _is_known(full: str) -> bool:
    """Whether a function, by its full name, leaves gradients alone."""
    if full.startswith(("builtins.", *harmless.PREFIXES)) or full in harmless.FUNCTIONS:
        return True
    return full.startswith("torch.") and not full.startswith(harmless.TORCH_BUT)


def _formats(call: ast.Call) -> bool:
    """Whether a call is a method of a text that is written out here, which names no gradient: ``"{}".format(loss)``."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(base, ast.Constant) and isinstance(base.value, str) and "grad" not in base.value


def _is_quiet_method(world: World, func: ast.Attribute, handed: list[ast.expr]) -> bool:
    """Whether a method is a scheduler's, or one that every module and optimizer has."""
    path = world.evidence.scopes.path(func.value)
    if path is not None and world.evidence.is_scheduler(path):
        return not any(map(world.evidence.owns, handed))
    return func.attr in harmless.MODULE_METHODS and world.evidence.holds(func.value) and not handed


LAZY = frozenset("enumerate filter iter map reversed zip".split())
"""Builtins that iterate only when somebody iterates what they gave back."""

CALLERS = frozenset("filter iter map max min reduce sorted sum".split())
"""Builtins that call what they are handed."""


def _hands_over(world: World, call: ast.Call) -> bool:
    """Whether a builtin is handed both a model and a function that could look at it."""
    parts = list(arguments(call))
    if not parts:
        return False
    if isinstance(next(iter(call.args), None), ast.Starred) and world.evidence.holds(parts[0]):
        return True
    functions: list[ast.expr] = [one for one in parts if isinstance(one, ast.Name | ast.Attribute)]
    if callee_name(call) in ("filter", "iter", "map", "reduce") and not isinstance(parts[0], ast.Lambda):
        functions.append(parts[0])
    functions += [
        one.value for one in call.keywords if one.arg == "key" and not isinstance(one.value, ast.Lambda)
    ]
    functions = [one for one in functions if not world.evidence.holds(one)]
    functions = [one for one in functions if not (world.evidence.imported(one) or "").startswith("builtins.")]
    return bool(functions) and any(world.evidence.holds(one) for one in parts)


def _is_whole(world: World, node: ast.expr) -> bool:
    """Whether a value is a module (its parameters are copied without gradients) or the like of a state dict."""
    path = world.evidence.path(node)
    if isinstance(node, ast.Call):
        given_back = (world.evidence.imported(node.func) or "").startswith("builtins.")
        given_back = given_back or callee_name(node) in ("__getitem__", "get", "pop", "popitem", "popleft")
        return isinstance(node.func, ast.Name | ast.Attribute) and not given_back
    return path is not None and world.evidence.is_module(path)


def is_container(world: World, node: ast.expr) -> bool:
    """Whether a name is only ever bound to a new list, dict or set."""
    path = world.scopes.path(node)
    values = [] if path is None else world.evidence.bindings.get(path, [])
    return bool(values) and all(
        id(one) not in world.evidence.iterated and makes_container(one) for one in values
    )


def _calls_back(world: World, value: ast.expr) -> bool:
    if isinstance(value, ast.Lambda):
        return world.touches(value)
    if isinstance(value, ast.Name):
        found = world.definition(value.id, world.scopes.of_node[value])
        return world.scopes.path(value) in world.evidence.callbacks or (
            isinstance(found, FUNCTIONS) and world.touches(found)
        )
    if isinstance(value, ast.Attribute) and world.evidence.imported(value) is None:
        if value.attr in GRADIENT_ATTRIBUTES - {"grad"}:
            return True
        return any(world.touches(one) for one in world.methods_named(value.attr))
    if isinstance(value, ast.Call):
        return any(_calls_back(world, one) for one in arguments(value))
    if isinstance(value, (*CARRYING, ast.GeneratorExp, ast.IfExp, ast.ListComp, ast.SetComp)):
        parts = (one.iter if isinstance(one, ast.comprehension) else one for one in children(value))
        return any(_calls_back(world, one) for one in parts if isinstance(one, ast.expr))
    return False


MODES = frozenset({"eval", "train"})
"""Methods of modules that switch a mode, and of trainers that run one."""


def _is_mode_switch(world: World, call: ast.Call, base: ast.expr, path: Path | None) -> bool:
    """Whether ``x.train()`` is a module's or an optimizer's: by use, by construction, or as a model is called."""
    evidence = world.evidence
    if len(call.args) > 1 or any(one.arg != "mode" for one in call.keywords):
        return False
    if path is None:
        # What a getter gives: self.unwrapped().eval()
        return isinstance(base, ast.Call) and re.match(harmless.MODEL_WORD, callee_name(base)) is not None
    if not path.rest and path.scope.startswith("class "):
        return _derives_from_module(world, call)
    if path in evidence.called or evidence.uses(path) & MODULE_USES:
        return True
    values = evidence.bindings.get(path, [])
    if values and all(one is not None and world.builds_module(one) for one in values):
        return True
    word = (path.rest or (path.root,))[-1]
    return (
        word.startswith("[") or re.match(harmless.MODEL_WORD, word) is not None or evidence.is_optimizer(path)
    )


MODULE_USES = frozenset(
    "buffers children modules named_buffers named_children named_modules named_parameters parameters zero_grad".split()
)
"""Methods that a module has and a trainer has not."""


def _derives_from_module(world: World, call: ast.Call) -> bool:
    """Whether ``self`` is a module: by a base of torch or Lightning, or because the class has a forward of its own."""
    for one in world.scopes.of_node[call].enclosing():
        if one.method_of is not None:
            bases = world.foreign_bases(one.method_of)
            known = any(
                base.startswith("torch.nn.") or harmless.LIGHTNING_MODULE.fullmatch(base) for base in bases
            )
            return known or world.method(one.method_of, "forward") is not None
    return False


def _danger_of_method(world: World, call: ast.Call, func: ast.Attribute) -> str | None:
    evidence = world.evidence
    base = func.value
    path = evidence.scopes.path(base)
    if path is not None and evidence.is_data(path) and not any(map(evidence.holds, arguments(call))):
        return None
    if func.attr in MODES and not _is_mode_switch(world, call, base, path):
        return f"{_text(func)}() may run a training: nothing here shows that {_text(base)} is a module"
    if path is not None and not path.rest and path.scope.startswith("class "):
        attribute = path.extended((f".{func.attr}",))
        if attribute in evidence.callbacks:
            return f"{_text(func)}() may call back into functions of this file"
        if attribute in evidence.bindings or func.attr in harmless.MODULE_METHODS:
            return None
        own = next(
            (one.method_of for one in world.scopes.of_node[call].enclosing() if one.method_of is not None),
            None,
        )
        if own is not None and world.overrides(own, func.attr):
            return None
        return f"{_text(func)}() is not defined in this file, and self holds the gradients' owners"
    if not evidence.holds(base) or _is_own_super(world, call, base):
        return None
    if func.attr in harmless.MODULE_METHODS | harmless.TENSOR_METHODS:
        return None
    if path is not None and initialises(world, call):
        built = evidence.bindings.get(path, ())
        if evidence.is_module(path) or (built and all(one and world.builds_module(one) for one in built)):
            return None
    if (path is not None and evidence.is_scheduler(path)) or only_looks(world, call):
        return None
    if is_quiet(evidence, call):
        if func.attr not in KERAS or all(looks_at_none(world, one) for one in arguments(call)):
            return None
    return f"{_text(func)}() is a method of {_text(base)} that this file does not define"


def _is_own_super(world: World, call: ast.Call, base: ast.expr) -> bool:
    """Whether a method is looked up on ``super(Own, self)``: :func:`codemods.lower.resolve.resolve` has followed it."""
    if not isinstance(base, ast.Call) or callee_name(base) != "super" or len(base.args) != 2 or base.keywords:
        return False
    scope = next((one for one in world.scopes.of_node[call].enclosing() if one.method_of is not None), None)
    if scope is None or scope.method_of is None:
        return False
    names = [one.id for one in base.args if isinstance(one, ast.Name)]
    return names == [scope.method_of.name, scope.parameters[0]]
