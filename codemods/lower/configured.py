"""The optimizers of a LightningModule that optimises by hand, and the module that each of them is over.

By the documentation and source of Lightning 2.6: the Trainer asks ``configure_optimizers`` for them once it fits, and
``self.optimizers()`` gives them in that order. The Trainer ties no parameters together, and between the calls it makes
it switches ``requires_grad`` of none.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.events import Path
from codemods.lower import harmless
from codemods.lower.uses import Uses, uses_of
from codemods.syntax import FUNCTIONS, callee_name, stepped
from codemods.trees import walk

if TYPE_CHECKING:
    from codemods.lower.world import World

CONFIGURE = "configure_optimizers"
KNOWN = frozenset("clip_gradients manual_backward optimizers toggle_optimizer untoggle_optimizer".split())
"""Methods of a LightningModule that neither keep what they are handed nor hand out anything but optimizers."""

RUNS = frozenset({"fit", "predict", "test", "validate"})
"""Methods of a Trainer that are handed the module."""

INSPECTING = frozenset(
    "apply children get_parameter get_submodule modules named_children named_modules named_parameters parameters "
    "state_dict".split()
)
"""Methods of a module that lead to those in it, and to their parameters."""

FIGURES = frozenset(
    "current_epoch estimated_stepping_batches global_rank global_step is_global_zero is_last_batch log_dir logger "
    "max_epochs max_steps num_training_batches sanity_checking training world_size".split()
)
"""Attributes of a Trainer that lead to no optimizer."""


def configured(world: World) -> dict[Path, Path]:
    """The module of each optimizer of the file's one LightningModule, by what ``self.optimizers()`` gives; or nothing."""
    owners = [one for one in world.all_classes if _is_lightning(world, one)]
    if len(owners) != 1 or not _stays_with_the_trainer(world, uses_of(world), owners[0]):
        return {}
    method = world.method(owners[0], CONFIGURE)
    built = _built(world, method) if isinstance(method, ast.FunctionDef) else None
    if built is None:
        return {}
    this = Path("class " + world.scopes.families[owners[0].name], "self")
    whole = this.extended((".optimizers()",))
    single, values = built
    found = [_module(world, one) for one in values]
    sources = [one for one in found if one is not None and one.variable == this]
    if len(sources) != len(values) or len(set(sources)) != len(sources):
        return {}
    if single:
        return {whole: sources[0]}
    return {whole.extended((f"[{index}]",)): one for index, one in enumerate(sources)}


def is_known_of_lightning(world: World, func: ast.expr) -> bool:
    """Whether a method is one of Lightning's own, called on ``self``, that keeps nothing of what it is handed."""
    if not isinstance(func, ast.Attribute) or func.attr not in KNOWN or not isinstance(func.value, ast.Name):
        return False
    path = world.scopes.path(func.value)
    if path is None or not path.scope.startswith("class ") or path.root != "self":
        return False
    defined = any(one.rpartition(".")[2].partition("#")[0] == func.attr for one in world.functions)
    owner = next((one.method_of for one in world.scopes.of_node[func].enclosing() if one.method_of), None)
    stored = func.attr in world.scopes.stored | world.scopes.computed
    return not defined and not stored and owner is not None and _is_lightning(world, owner)


def is_configuring(world: World, node: ast.AST) -> bool:
    """Whether a function is that method of a LightningModule."""
    scope = world.scope(node)
    return (
        getattr(node, "name", "") == CONFIGURE
        and scope.method_of is not None
        and _is_lightning(world, scope.method_of)
    )


def _is_lightning(world: World, one: ast.ClassDef) -> bool:
    return any(harmless.LIGHTNING_MODULE.fullmatch(base) for base in world.foreign_bases(one))


def _stays_with_the_trainer(world: World, uses: Uses, owner: ast.ClassDef) -> bool:
    """Whether instances of a class are handed to a Trainer at most, and nobody takes optimizers out of it."""
    family = world.scopes.families[owner.name]
    if sum(one == family for one in world.scopes.families.values()) > 1 or len(owner.bases) != 1:
        return False
    around = world.scope(owner).parent
    if around is None or world.definition(owner.name, around) is not owner:
        return False
    if owner.decorator_list or owner.keywords:
        return False
    switched = [
        one
        for path, values in world.evidence.bindings.items()
        if (path.rest or (path.root,))[-1].lstrip(".") == "automatic_optimization"
        for one in values
    ]
    if not switched or not all(isinstance(one, ast.Constant) and one.value is False for one in switched):
        return False
    this = Path("class " + family, "self")
    if not all(only_looked_into(uses, one) for one in uses.names[this]):
        return False
    for node in world.scopes.all(ast.Name):
        if (
            node.id == owner.name
            and isinstance(node.ctx, ast.Load)
            and not _is_made_for_a_trainer(world, uses, node)
        ):
            return False
    return all(_is_quiet(world, uses, one) for one in world.scopes.all(ast.Attribute))


def only_looked_into(uses: Uses, this: ast.Name) -> bool:
    """Whether an instance is asked for an attribute, or called for its forward: nobody is handed it."""
    parent = uses.parent(this)
    return isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is this)


def _is_made_for_a_trainer(world: World, uses: Uses, name: ast.Name) -> bool:
    call = uses.parent(name)
    if not isinstance(call, ast.Call) or call.func is not name:
        return False
    parent = uses.parent(call)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        path = world.scopes.path(parent.targets[0])
        if path is None or path.rest:
            return False
        return all(
            isinstance(uses.parent(one), ast.Attribute) or _is_fitted(uses, one) for one in uses.names[path]
        )
    return isinstance(parent, ast.Attribute | ast.Expr) or _is_fitted(uses, call)


def _is_fitted(uses: Uses, node: ast.expr) -> bool:
    call = uses.parent(node)
    return isinstance(call, ast.Call) and callee_name(call) in RUNS and isinstance(call.func, ast.Attribute)


def _is_quiet(world: World, uses: Uses, node: ast.Attribute) -> bool:
    """Whether an attribute is no way to the optimizers but ``self.optimizers()``, nor to their parameters."""
    parent = uses.parent(node)
    called = isinstance(parent, ast.Call) and parent.func is node
    if node.attr == "optimizers":
        return called and isinstance(node.value, ast.Name)
    if node.attr == "trainer":
        return isinstance(parent, ast.Attribute) and parent.attr in FIGURES
    if node.attr in INSPECTING and not _is_own(world, node.value):
        # What is asked of the instance as a whole leads to all its modules; clipping only looks at gradients.
        outer = uses.parent(parent) if called and parent is not None else None
        clips = isinstance(outer, ast.Call) and callee_name(outer) in ("clip_grad_norm_", "clip_grad_value_")
        return (
            clips and isinstance(parent, ast.Call) and isinstance(outer, ast.Call) and outer.args[0] is parent
        )
    if node.attr == "lr_schedulers":
        return called and parent is not None and _only_steps(world, uses, parent)
    return node.attr not in ("optimizer", "strategy", "fit_loop", "toggled_optimizer", "unfreeze")


def _is_own(world: World, base: ast.expr) -> bool:
    """Whether something is an attribute: a module of the instance, or of something else."""
    path = world.scopes.path(base)
    return path is not None and bool(path.rest)


def _only_steps(world: World, uses: Uses, call: ast.AST) -> bool:
    parent = uses.parent(call)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return isinstance(parent, ast.Attribute) and parent.attr == "step"
    target = parent.targets[0]
    names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    paths = [world.scopes.path(one) for one in names]
    return all(
        path is not None
        and not path.rest
        and all(getattr(uses.parent(one), "attr", "") == "step" for one in uses.names[path])
        for path in paths
    )


def _built(world: World, method: ast.FunctionDef) -> tuple[bool, list[ast.expr]] | None:
    """Whether a method returns one optimizer, and what it returns, each as the expression that makes it."""
    *body, last = method.body
    if method.decorator_list:
        return None
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    if not all(isinstance(one, ast.Assign | ast.Expr) for one in body):
        return None
    if any(
        isinstance(one, (*FUNCTIONS, ast.NamedExpr, ast.Yield)) for part in method.body for one in walk(part)
    ):
        return None
    value = last.value
    if (
        isinstance(value, ast.Tuple)
        and len(value.elts) == 2
        and all(isinstance(one, ast.List) for one in value.elts)
    ):
        value = value.elts[0]  # optimizers, and their schedulers
    listed = isinstance(value, ast.List | ast.Tuple)
    items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    found: list[ast.expr] = []
    for one in items:
        path = world.scopes.path(one) if isinstance(one, ast.Name) else None
        made = one if path is None else world.evidence.sole_binding(path)
        if made is None or not world.evidence.builds_optimizer(made):
            return None
        found.append(made)
    # Of a list with one optimizer ``self.optimizers()`` gives that optimizer.
    return (len(found) == 1, found) if found and (listed or len(found) == 1) else None


def _module(world: World, value: ast.expr) -> Path | None:
    """M for ``Optimizer(self.M.parameters(), ...)``."""
    first = stepped(value) if isinstance(value, ast.Call) else None
    if not isinstance(first, ast.Call) or not isinstance(first.func, ast.Attribute):
        return None
    if first.func.attr != "parameters" or first.args or first.keywords:
        return None
    path = world.scopes.path(first.func.value)
    return path if path is not None and len(path.rest) == 1 else None
