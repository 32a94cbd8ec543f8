"""What a file shows at a glance for the analysis of reach: whether it can be followed at all, and where nothing records."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.closed import MOVING
from codemods.lower.ownership import hooked
from codemods.lower.reach.computed import takes_from_sets
from codemods.lower.world import REFLECTION, is_generator
from codemods.syntax import FUNCTIONS, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.events import Path
    from codemods.lower.world import World

DUNDERS = frozenset(
    "__init__ __len__ __getitem__ __iter__ __next__ __repr__ __str__ __call__ __enter__ __exit__ __main__ __name__ "
    "__file__ __doc__ __version__ __all__ __author__ __future__".split()
)
"""Names between double underscores that change nothing about how values are computed from each other."""

SWITCHES = frozenset(
    "enable_grad set_grad_enabled _set_grad_enabled enter_context __enter__ __exit__".split()
)
"""What may switch recording on, or leave a context, where nobody sees it."""

SILENCERS = frozenset({"torch.no_grad", "torch.inference_mode"})


def can_be_followed(world: World) -> bool:
    """Whether nothing in a file gives names, attributes or a backward itself a meaning that cannot be seen."""
    if hooked(world) or any(name == "*" for _, name in world.evidence.imports):
        return False
    if any(
        one.partition(".")[0] in ("__main__", "importlib", "inspect")
        for one in world.evidence.imports.values()
    ):
        return False
    return not any(_hides(world, node) for node in world.scopes.of_node)


def _hides(world: World, node: ast.AST) -> bool:
    """Whether a node may do to values what cannot be seen."""
    if isinstance(node, ast.Name):
        return node.id in REFLECTION | {"setattr", "delattr", "__builtins__"} and not _plain_getattr(
            world, node
        )
    if isinstance(node, ast.Attribute):
        full = world.evidence.imported(node)
        if full is not None and (full in INTERPRETER or not isinstance(node.ctx, ast.Load)):
            return True
        return node.attr in UNSEEN or (node.attr.startswith("__") and node.attr not in DUNDERS)
    if isinstance(node, FUNCTIONS):
        name = getattr(node, "name", "")
        hidden = name.startswith("__") and name not in DUNDERS
        return hidden or name == "backward" or isinstance(node, ast.AsyncFunctionDef)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Call) and callee_name(node.func) == "type"
    if isinstance(node, ast.ClassDef):
        return bool(node.keywords) or any(
            one.rpartition(".")[2] == "Function" for one in world.foreign_bases(node)
        )
    return False


INTERPRETER = frozenset({"sys.modules", "gc.get_objects", "gc.get_referrers"})
UNSEEN = frozenset("attrgetter methodcaller saved_tensors_hooks import_module _backward_hooks".split())


def _plain_getattr(world: World, node: ast.Name) -> bool:
    """Whether ``getattr`` is called here with an attribute's name as a constant: that is ``x.name``."""
    return node.id == "getattr" and node in {
        call.func
        for call in world.scopes.of_node
        if isinstance(call, ast.Call)
        and len(call.args) in (2, 3)
        and isinstance(call.args[1], ast.Constant)
        and isinstance(call.args[1].value, str)
        and not call.args[1].value.startswith("__")
    }


def silent_nodes(world: World) -> frozenset[int]:
    """The expressions (by ``id``) that run where no graph is recorded: below ``with torch.no_grad():`` for sure."""
    found: set[int] = set()
    items: set[int] = set()
    for node in world.scopes.of_node:
        if isinstance(node, ast.With):
            if any(_silences(world, one.context_expr) for one in node.items) and _is_plain_with(world, node):
                items.update(id(one.context_expr) for one in node.items if _silences(world, one.context_expr))
                if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in walk(node)):
                    return frozenset()
                for statement in node.body:
                    found.update(id(one) for one in _here(world, statement))
        elif isinstance(node, ast.FunctionDef):
            decorators = [one for one in node.decorator_list if _silences(world, one)]
            items.update(map(id, decorators))
            if decorators and not is_generator(node):
                for statement in node.body:
                    found.update(id(one) for one in _here(world, statement))
    for node in world.scopes.of_node:
        word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if word in SWITCHES:
            return frozenset()
        if isinstance(node, ast.Call) and id(node) in items:
            items.add(id(node.func))
    for node in world.scopes.of_node:
        if isinstance(node, ast.Name | ast.Attribute) and world.evidence.imported(node) in SILENCERS:
            if id(node) not in items:
                return frozenset()
    if takes_from_sets(world):
        found -= {
            id(one)
            for one in world.scopes.of_node
            if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub)
        }
    return frozenset(found)


def _silences(world: World, node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and world.evidence.imported(node.func) in SILENCERS
    )


def _is_plain_with(world: World, node: ast.With) -> bool:
    """Whether no context of a statement can switch recording on again."""
    return all(
        isinstance(one.context_expr, ast.Call)
        and (world.evidence.imported(one.context_expr.func) or "").startswith(CONTEXTS)
        for one in node.items
    )


CONTEXTS = (
    "torch.no_grad",
    "torch.inference_mode",
    "torch.autocast",
    "torch.amp.",
    "torch.cuda.",
    "contextlib.nullcontext",
)


def _here(world: World, node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is evaluated with it: not what runs later, nor below contexts that are not known."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        later = (*FUNCTIONS, ast.ClassDef, ast.GeneratorExp)
        if not isinstance(one, later) and not (isinstance(one, ast.With) and not _is_plain_with(world, one)):
            pending.extend(children(one))


def built_of(world: World, site: Path) -> frozenset[str] | None:
    """The families of the classes of which a module may be made; None where that is not in sight."""
    value = world.evidence.sole_binding(site)
    for _ in range(4):
        while (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr in MOVING
        ):
            value = value.func.value
        if not (isinstance(value, ast.Call) and world.evidence.imported(value.func) == "copy.deepcopy"):
            break
        path = world.evidence.path(value.args[0]) if value.args else None
        value = None if path is None else world.evidence.sole_binding(path)
    if not isinstance(value, ast.Call):
        return None
    full = world.evidence.imported(value.func)
    if full is None and isinstance(value.func, ast.Name):
        built = world.definition(value.func.id, world.scopes.of_node[value.func])
        return mentioned(world, [value]) if isinstance(built, ast.ClassDef) else None
    return mentioned(world, [value]) if (full or "").startswith("torch.nn.") else None


def mentioned(world: World, nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The families of all classes that some code mentions, directly or in the classes and functions it mentions."""
    families = world.scopes.families
    seen: set[str] = set()
    pending = list(nodes)
    while pending:
        for one in walk(pending.pop()):
            word = one.id if isinstance(one, ast.Name) else ""
            if not word or word in seen:
                continue
            seen.add(word)
            if word in families:
                pending += [each for each in world.all_classes if families[each.name] == families[word]]
            pending += [each for name, each in world.functions.items() if name == word]
    return frozenset(families[one] for one in seen if one in families)
