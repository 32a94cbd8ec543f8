"""What the file says about its names: which hold a model, an optimizer or parameters, which are schedulers.

Everything here errs on the side of "may hold": a name too many makes the analysis refuse, never rewrite. One pass
over the tree collects bindings and uses; a fixed point then carries "holds" along assignments and calls (collect.py).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.events import Path
from codemods.lower import harmless
from codemods.lower.held import Held
from codemods.lower.keepers import NOBODY, Keepers
from codemods.lower.loose import ANY
from codemods.lower.published import is_published
from codemods.syntax import GETTERS, arguments, callee_name, dotted
from codemods.trees import children, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.lower.scopes import Scopes

GRADIENT_ATTRIBUTES = frozenset({"backward", "zero_grad", "grad", "step"})
HOLDER_METHODS = frozenset(
    "add_param_group eval load_state_dict modules named_modules named_parameters parameters state_dict "
    "zero_grad".split()
)
HOLDER_USES = (
    HOLDER_METHODS
    | harmless.MODULE_METHODS
    | GRADIENT_ATTRIBUTES
    | {"forward", "param_groups", "module", "model"}
)
MODULE_METHODS = frozenset("eval modules named_modules named_parameters parameters".split())
FILLERS = frozenset("add append appendleft extend insert put setdefault update".split())
ACCUMULATING = frozenset({"accumulate", "no_sync", "no_backward_sync"})
LOOKED_UP = (ast.Name, ast.Attribute, ast.Subscript)
HOLDING_NOTHING = frozenset({ast.Compare, ast.Constant, ast.JoinedStr, ast.UnaryOp})
TENSOR_EVIDENCE = frozenset(
    "argmax backward cpu detach item numpy size squeeze tolist unsqueeze view".split()
)


LIBRARIES = ("contextlib", "copy", "functools", "itertools", "operator", "torch", "types")
"""Libraries without models or optimizers of their own, parts of which may get another name: ``adam = torch.optim.Adam``."""

INSIDE = frozenset("__closure__ __defaults__ __globals__ __kwdefaults__".split())
"""Attributes of functions that hold what their code has at hand."""

NO_OPERATORS = frozenset(
    "__call__ __enter__ __getattr__ __getattribute__ __getitem__ __iter__ __next__".split()
)
"""Methods that the language calls otherwise than for an operator."""

MAKERS = frozenset(
    "functools.partial collections.namedtuple typing.NamedTuple dataclasses.make_dataclass types.new_class".split()
)
"""What they make gives back, when it is called, what it is handed."""


class Told(Struct, frozen=True):
    """What is known of a file from others. ``handed``: parameters that models, optimizers or parameters are handed to.

    ``lookups``: how others look theirs up. ``touching``: imported names of functions that touch gradients.
    """

    handed: frozenset[Path] = frozenset()
    lookups: frozenset[str] = frozenset()
    touching: frozenset[str] = frozenset()


NOTHING_TOLD = Told()


class Evidence(Struct, eq=False):
    """The collected facts of one module; only read once :func:`codemods.lower.collect.collect` has returned.

    ``collected``: imports, bindings and uses are complete, so that what follows of them alone is worked out once.
    ``added``: what an object gets by ``+=``, by a slice or an index that is computed. ``members``: for each variable of a class body, what is looked up by its name on any object.
    ``holding``: classes with a model or the like in their bodies. ``deletions``: how many of the bindings without a value are a ``del``. ``starred``: names may come from ``import *``.
    """

    scopes: Scopes
    imports: dict[tuple[str, str], str] = field(default_factory=dict)
    returning: set[str] = field(default_factory=set)
    bindings: dict[Path, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    deletions: dict[Path, int] = field(default_factory=dict)
    methods: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    called: set[Path] = field(default_factory=set)
    iterated: set[int] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    lazy: set[int] = field(default_factory=set)
    aliases: dict[Path, Path] = field(default_factory=dict)
    handed: dict[Path, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    annotations: dict[Path, ast.expr] = field(default_factory=dict)
    asked: list[tuple[Path, ast.Call]] = field(default_factory=list)
    filled: list[tuple[Path, ast.Call]] = field(default_factory=list)
    added: list[tuple[Path, ast.expr]] = field(default_factory=list)
    captured: list[tuple[Path, ast.expr]] = field(default_factory=list)
    members: dict[Path, list[Path]] = field(default_factory=dict)
    holding: set[str] = field(default_factory=set)
    held_attributes: set[str] = field(default_factory=set)
    touching: set[str] = field(default_factory=set)
    holders: Held = field(default_factory=Held)
    callbacks: set[Path] = field(default_factory=set)
    reentrant: set[Path] = field(default_factory=set)
    losses: set[Path] = field(default_factory=set)
    gradients: set[Path] = field(default_factory=set)
    opaque: set[Path] = field(default_factory=set)
    accumulating: set[Path] = field(default_factory=set)
    groups: set[Path] = field(default_factory=set)
    grouped: bool = False
    regrouped: bool = False
    held_variables: set[Path] = field(default_factory=set)
    held_lookups: set[str] = field(default_factory=set)
    indexed: bool = False
    owning: set[str] = field(default_factory=set)
    keepers: Keepers = NOBODY
    iterators: Keepers = NOBODY
    hooked: bool = False
    constructors: dict[Path, tuple[int, str]] = field(default_factory=dict)
    wrapped: set[int] = field(default_factory=set)
    asked_of: set[Path] = field(default_factory=set)
    functions_in: dict[tuple[ast.expr, int], list[ast.expr]] = field(default_factory=dict)
    makers: dict[tuple[Path, int], tuple[int, str]] = field(default_factory=dict)
    _functions: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    starred: bool = False
    collected: bool = False
    settled: bool = False
    full_names: dict[ast.expr, str | None] = field(default_factory=dict)
    data: dict[Path, bool] = field(default_factory=dict)
    schedulers: dict[Path, bool] = field(default_factory=dict)
    handing_back: dict[str, bool] = field(default_factory=dict)

    def imported(self, node: ast.expr) -> str | None:
        """The full dotted name of something imported or built in, None for the file's own names."""
        if not self.collected:
            return self._imported(node)
        if node not in self.full_names:
            self.full_names[node] = self._imported(node)
        return self.full_names[node]

    def _imported(self, node: ast.expr) -> str | None:
        name = node
        while isinstance(name, ast.Attribute):
            name = name.value
        if not isinstance(name, ast.Name):
            return None
        root = name.id
        owner = self.scopes.binding(root, self.scopes.of_node[name])
        full = self.imports.get((owner.name, root))
        if full is None and root in owner.bound:
            return self._renamed(self.scopes.variable(root, owner), dotted(node) or "")
        if full is None and root not in harmless.BUILTINS:
            return None
        text = dotted(node) or ""
        rest = text.partition(".")[2]
        if full is not None:
            rebound = self.bindings.get(self.scopes.variable(root, owner))
            return None if rebound else full + ("." + rest if rest else "")
        return "builtins." + text

    def _renamed(self, path: Path, text: str) -> str | None:
        """The full name of what is looked up on a variable that only stands for a part of a library without models."""
        value = self._sole_thing(path) if self.collected else None
        if value is None or id(value) in self.iterated or path in self.asked_of:
            return None
        named = next(iter(value.args), None) if isinstance(value, ast.Call) else None
        if not isinstance(value, ast.Name | ast.Attribute | ast.Call):
            return None
        self.asked_of.add(path)
        try:
            full = self.imported(value.func if isinstance(value, ast.Call) else value) or ""
        finally:
            self.asked_of.discard(path)
        if isinstance(value, ast.Call):
            if full not in ("importlib.import_module", "builtins.__import__"):
                return None
            full = str(named.value) if isinstance(named, ast.Constant) else ""
        rest = text.partition(".")[2]
        # A module that was imported whole holds no more under another name than under its own.
        known = bool(full) and (full.startswith(("builtins.", *LIBRARIES)) or "." not in full)
        return full + ("." + rest if rest else "") if known else None

    def _sole_thing(self, path: Path) -> ast.expr | None:
        """The one value that ``path`` is bound to, apart from the constant None."""
        values = [
            one
            for one in self.bindings.get(path, ())
            if not (isinstance(one, ast.Constant) and one.value is None)
        ]
        return values[0] if len(values) == 1 else None

    def source(self, node: ast.expr) -> str | None:
        """As :meth:`imported`, names that only stand for something imported replaced."""
        for _ in range(4):
            full = self.imported(node)
            path = None if full is not None else self.scopes.path(node)
            value = None if path is None else self._sole_thing(path)
            if full is not None or not isinstance(value, ast.Name | ast.Attribute):
                return full
            node = value
        return None

    def is_iterated(self, value: ast.expr | None) -> bool:
        """Whether a name that is bound to ``value`` goes through it, and not through what is written out there."""
        return id(value) in self.iterated and not isinstance(value, ast.List | ast.Tuple | ast.Set)

    def is_import(self, path: Path) -> bool:
        """Whether the root of a path is a name that an import binds."""
        return (path.scope or "<module>", path.root) in self.imports

    def is_autograd(self, node: ast.expr) -> bool:
        """Whether ``something.grad`` is the function ``torch.autograd.grad``, not a gradient."""
        return self.imported(node) in ("torch.autograd.grad", "torch.func.grad", "functorch.grad", "jax.grad")

    def calls_back(self, node: ast.AST) -> bool:
        """Whether an expression mentions functions of this file that touch gradients, or instances that have some."""
        for one in walk(node):
            if isinstance(one, ast.Name):
                if one.id in self.touching or self.scopes.path(one) in self.reentrant:
                    return True
            elif isinstance(one, ast.Attribute):
                if one.attr in self.touching or self.scopes.path(one) in self.reentrant:
                    return True
            elif isinstance(one, ast.Lambda) and self.scopes.inner[one].name in self.touching:
                return True
        return False

    def is_data(self, path: Path) -> bool:
        """Whether every value of ``path`` is made by a library that holds no parameters but those it is handed: none."""
        if path in self.data:
            return self.data[path]
        found = self._is_data(path)
        if self.settled and not self.asked_of:
            self.data[path] = found
        return found

    def _is_data(self, path: Path) -> bool:
        values = self.bindings.get(path, [])
        if not values or path in self.asked_of:
            return bool(values)
        self.asked_of.add(path)
        try:
            return all(
                isinstance(one, ast.Call)
                and id(one) not in self.iterated
                and (self._makes_data(one) or self._makes_collator(path, one))
                for one in values
            )
        finally:
            self.asked_of.discard(path)

    def _makes_data(self, call: ast.Call) -> bool:
        full = self.imported(call.func) or ""
        if harmless.DATA.match(full) is None:
            return False
        return not any(self.holds(one) for one in arguments(call))

    def _makes_collator(self, path: Path, call: ast.Call) -> bool:
        """Whether a call makes a collator of transformers, for one of its models at most, that stays as it was made."""
        return self.is_plain_collator(call) and not any(
            one.rest and one.variable == path for one in self.bindings
        )

    def is_plain_collator(self, call: ast.Call) -> bool:
        """Whether a call makes a collator of transformers, for one of its models at most."""
        if harmless.COLLATOR.fullmatch(self.imported(call.func) or "") is None:
            return False
        return not any(
            self.holds(one) and harmless.NEW_MODEL.fullmatch(self.made(one)) is None
            for one in arguments(call)
        )

    def given(self, path: Path) -> list[ast.expr | None]:
        """The values that ``path`` is bound to, without the times that it is deleted: behind a ``del`` it has none."""
        values = list(self.bindings.get(path, ()))
        for _ in range(self.deletions.get(path, 0)):
            values.remove(None)
        return values

    def sole_binding(self, path: Path) -> ast.expr | None:
        """The one value that ``path`` is ever bound to, None when there are several or it is unclear."""
        values = self.bindings.get(path, [])
        return values[0] if len(values) == 1 else None

    def is_optimizer(self, path: Path, depth: int = 3) -> bool:
        """Whether the file treats ``path`` as an optimizer: by use, by construction, or by its name or an older one."""
        if self.methods.get(path, set()) & {"zero_grad", "add_param_group", "param_groups"}:
            return not self.is_module(path)
        if any(self.builds_optimizer(value) for value in self.bindings.get(path, ())):
            return True
        words = [path.root, *(one for one in path.rest if one.startswith("."))]
        named = any(harmless.OPTIMIZER_WORD.search(one.lstrip(".")) for one in words)
        return (named or self._renames_optimizer(path, depth)) and not self.is_scheduler(path)

    def _renames_optimizer(self, path: Path, depth: int) -> bool:
        """Whether a name is bound to an optimizer by that one's name, or goes through several of them."""
        for value in self.bindings.get(path, ()) if depth else ():
            given = [value]
            if id(value) in self.lazy:
                continue
            if id(value) in self.iterated:
                if isinstance(value, ast.List | ast.Tuple):
                    given = list(value.elts)
                elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
                    given = [value.func.value] if value.func.attr == "values" else []
            for one in given:
                meant = self.scopes.path(one) if isinstance(one, ast.Name | ast.Attribute) else None
                if meant is not None and meant != path and self.is_optimizer(meant, depth - 1):
                    return True
        return False

    def builds_optimizer(self, value: ast.expr | None) -> bool:
        """Whether an expression is ``SomeOptimizer(model.parameters(), ...)`` or from ``torch.optim``."""
        if not isinstance(value, ast.Call):
            return False
        name = self.imported(value.func) or ""
        if "lr_scheduler" in name:
            return False
        if self.starred and isinstance(value.func, ast.Name) and not name:
            if not self.named(value.func.id) and any(one.arg == "lr" for one in value.keywords):
                return True
        return name.startswith("torch.optim.") or any(
            isinstance(one, ast.Call) and callee_name(one) == "parameters" for one in arguments(value)
        )

    def is_module(self, path: Path) -> bool:
        """Whether ``path`` is used as a ``torch.nn.Module``: called, or asked for its parameters."""
        return path in self.called or bool(self.methods.get(path, set()) & MODULE_METHODS)

    def is_forward(self, node: ast.expr) -> bool:
        """Whether calling this is the forward of a module: something that is also asked for its parameters.

        ``model.module(x)`` is that of the module below a wrapper.
        """
        path = self.path(node)
        if isinstance(node, ast.Attribute) and node.attr == "module":
            wrapper = self.path(node.value)
            if wrapper is not None and self.is_module(wrapper):
                return True
        return path is not None and bool(self.methods.get(path, set()) & MODULE_METHODS)

    def keeps(self, node: ast.expr, *, iterated: bool = False) -> bool:
        """Whether a value is, or has at hand, an object of another library that keeps a model it was handed.

        ``iterated``: what a function of another library gave back, that was handed one, may be such an object, too.
        """
        known = self.iterators if iterated else self.keepers
        return known is not NOBODY and known.keeps(self, node)

    def owns(self, node: ast.expr) -> bool:
        """Whether an expression names a model or an optimizer, by its use or its construction."""
        path = self.path(node)
        if path is not None:
            return self.is_module(path) or self.is_optimizer(path)
        if isinstance(node, ast.Call) and not (self.imported(node.func) or "").startswith("builtins."):
            if isinstance(node.func, ast.Attribute) and node.func.attr in GETTERS:
                return self.owns(node.func.value)
            return self.hands_back(node) and any(map(self.owns, arguments(node)))
        return not isinstance(node, ast.Attribute) and any(
            self.owns(one) for one in children(node) if isinstance(one, ast.expr)
        )

    def hands_back(self, call: ast.Call) -> bool:
        """Whether a function of the file gives back what it is handed, as it is."""
        if isinstance(call.func, ast.Lambda):
            return isinstance(call.func.body, ast.Name)
        name = callee_name(call)
        if name not in self.handing_back:
            self.handing_back[name] = any(map(self._gives_parameter, self.named(name)))
        return self.handing_back[name]

    def _gives_parameter(self, function: ast.AST) -> bool:
        own = self.scopes.inner[function].parameters
        return any(
            isinstance(one, ast.Return) and isinstance(one.value, ast.Name) and one.value.id in own
            for one in walk(function)
        )

    def is_scheduler(self, path: Path) -> bool:
        """Whether ``path`` is a learning-rate scheduler: nothing but its construction or its name says so."""
        if path not in self.schedulers:
            self.schedulers[path] = self._is_scheduler(path)
        return self.schedulers[path]

    def _is_scheduler(self, path: Path) -> bool:
        values = self.bindings.get(path, [])
        named = [callee_name(one) for one in values if isinstance(one, ast.Call)]
        if self.methods.get(path, set()) & {"zero_grad", "add_param_group"}:
            return False
        if any(self.builds_optimizer(one) for one in values):
            return False
        if named and len(named) == len(values):
            if all(one.endswith("LR") or harmless.SCHEDULER_WORD.search(one) for one in named):
                return True
        return harmless.SCHEDULER_NAME.search((path.rest or (path.root,))[-1]) is not None

    def holds(self, node: ast.expr | ast.comprehension) -> bool:
        """Whether a value may hold a model, an optimizer, a parameter, or a function that touches gradients."""
        if isinstance(node, LOOKED_UP):
            return self._path_holds(node)
        if isinstance(node, ast.Call):
            return self._result_holds(node)
        operated = isinstance(node, ast.BinOp | ast.Compare | ast.UnaryOp) and self._overloads()
        if type(node) in HOLDING_NOTHING and not operated:
            return False
        if isinstance(node, ast.Lambda):
            return self.scopes.inner[node].name in self.touching or any(
                isinstance(one, ast.Name) and self._path_holds(one) for one in walk(node.body)
            )
        if isinstance(node, ast.BinOp) and not (
            operated or isinstance(node.op, ast.Add | ast.BitOr | ast.Mult)
        ):
            return False
        if isinstance(node, ast.comprehension):
            return self.holds(node.iter)
        return any(self.holds(one) for one in children(node) if isinstance(one, ast.expr | ast.comprehension))

    def _overloads(self) -> bool:
        """Whether an operator may give a model or the like, by a method of a class of the file."""
        return any(one.startswith("__") and one not in NO_OPERATORS for one in self.returning)

    def _path_holds(self, node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
        if isinstance(node, ast.Attribute):
            if node.attr in harmless.CARRIER_VALUES and not self._known(node):
                return False
            gradient = node.attr in GRADIENT_ATTRIBUTES and not self.is_autograd(node)
            if gradient or (node.attr == "value" and self.holds(node.value)):
                return True
        elif isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            inside = any(
                isinstance(one, ast.Attribute) and one.attr == "param_groups" for one in walk(node.value)
            )
            if inside and isinstance(key, str) and key != "params":
                return False
        elif self.scopes.binding(node.id, self.scopes.of_node[node]).name + "." + node.id in self.touching:
            return True
        elif node.id in self.holding:
            return True
        path = self.scopes.path(node)
        if path is not None and path.rest and path not in self.holders and self.imported(node) is not None:
            return False
        whole: ast.expr = node
        while isinstance(whole, ast.Subscript):
            whole = whole.value
        stored = isinstance(whole, ast.Attribute) and (
            whole.attr in INSIDE or not self.held_attributes.isdisjoint((whole.attr, ANY))
        )
        if path is None:
            if isinstance(node, ast.Attribute) and self._is_looked_up_in_instance(node):
                return True
            given = self.returning & {"__getattr__", "__getattribute__"}
            stored = stored or (
                isinstance(node, ast.Attribute) and (bool(given) or node.attr in self.returning)
            )
            return stored or any(self.holds(one) for one in children(node) if isinstance(one, ast.expr))
        if path in self.holders:
            return True
        if self.is_data(path.variable):
            return False
        if stored or (path.rest and path.variable.extended((".__dict__",)) in self.holders):
            return True
        if not path.rest:
            return path.root in self.touching and path.scope == ""
        return self.holders.changes(path) if path.scope.startswith("class ") else self.holders.has_above(path)

    def _is_looked_up_in_instance(self, node: ast.Attribute) -> bool:
        """Whether a method of the file looks an attribute up in an instance that holds models or optimizers."""
        if (
            "__getattr__" not in self.scopes.computed
            or node.attr in self.scopes.computed | self.scopes.stored
        ):
            return False
        owner = self.scopes.path(node.value)
        return owner is not None and not owner.rest and self.holders.has_instance(owner.scope)

    def aliases_gradient(self, node: ast.expr) -> bool:
        """Whether a value may share memory with some ``.grad``, so that clearing in place would show in it."""
        if isinstance(node, ast.Attribute):
            if node.attr in ("grad", "_grad"):
                return not self.is_autograd(node)
            return node.attr not in harmless.FRESH_FROM_GRAD and self.aliases_gradient(node.value)
        if isinstance(node, ast.Name):
            return self.scopes.path(node) in self.gradients
        if isinstance(node, ast.Subscript | ast.Starred | ast.Await):
            return self.aliases_gradient(node.value)
        if isinstance(node, ast.Call):
            name = callee_name(node)
            if isinstance(node.func, ast.Attribute) and self.aliases_gradient(node.func.value):
                return name not in harmless.FRESH_FROM_GRAD
            return name not in harmless.PURE_ON_GRADIENTS and any(
                self.aliases_gradient(one) for one in arguments(node)
            )
        if isinstance(
            node, ast.BinOp | ast.Compare | ast.UnaryOp | ast.JoinedStr | ast.Constant | ast.Lambda
        ):
            return False
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self.aliases_gradient(node.elt)
        if isinstance(node, ast.DictComp):
            return self.aliases_gradient(node.value)
        return any(self.aliases_gradient(one) for one in children(node) if isinstance(one, ast.expr))

    def constructor(self, path: Path) -> str:
        """The last word of what ``path`` is built by when all its bindings agree, else an empty string."""
        values = self.bindings.get(path, ())
        known = self.constructors.get(path)
        if known is None or known[0] != len(values):
            known = self.constructors[path] = (len(values), self._constructor(values))
        return known[1]

    def _constructor(self, values: Sequence[ast.expr | None]) -> str:
        words: set[str] = set()
        for value in values:
            branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            words.update(callee_name(one) for one in branches if isinstance(one, ast.Call))
            if not any(isinstance(one, ast.Call) for one in branches):
                words.add("")
        return words.pop() if len(words) == 1 else ""

    def made(self, node: ast.expr) -> str:
        """As :meth:`built`, of any expression."""
        path = self.scopes.path(node)
        return self.built(path) if path is not None else self._built(Path("", ""), node, 4)

    def built(self, path: Path, depth: int = 4) -> str:
        """The full name of the imported class that ``path`` is always built by or annotated with, else empty."""
        size = len(self.bindings.get(path, ()))
        known = self.makers.get((path, depth))
        if known is None or known[0] != size:
            known = self.makers[path, depth] = (size, self._maker(path, depth))
        return known[1]

    def _maker(self, path: Path, depth: int) -> str:
        names = {self._built(path, value, depth) for value in self.given(path)}
        return names.pop() if len(names) == 1 else ""

    def _built(self, path: Path, value: ast.expr | None, depth: int) -> str:
        if value is None:
            annotation = self.annotations.get(path)
            if annotation is not None:
                return self.imported(annotation) or ""
            # A parameter is what every call in the file hands in.
            handed = (
                {self._built(path, one, depth - 1) for one in self.handed.get(path, ())} if depth else set()
            )
            return handed.pop() if len(handed) == 1 else ""
        if isinstance(value, ast.Call):
            inner = self.handed_through(value)
            if inner is not None:
                return self._built(path, inner, depth - 1) if depth else ""
            return self.imported(value.func) or ""
        if isinstance(value, ast.IfExp):
            names = {self._built(path, one, depth) for one in (value.body, value.orelse)}
            return names.pop() if len(names) == 1 else ""
        source = self.scopes.path(value) if isinstance(value, ast.Name | ast.Attribute) else None
        return "" if source is None or source == path or not depth else self.built(source, depth - 1)

    def handed_through(self, call: ast.Call) -> ast.expr | None:
        """What a call gives back: ``model`` for ``model.to(device)`` and for ``accelerator.unwrap_model(model)``."""
        if not isinstance(call.func, ast.Attribute):
            return None
        if call.func.attr in harmless.MOVES:
            return call.func.value
        host = self.path(call.func.value) if call.func.attr == "unwrap_model" and call.args else None
        return call.args[0] if host is not None and self.is_host(host) else None

    def is_host(self, path: Path) -> bool:
        """Whether ``path`` is an object of a framework whose methods an idiom knows one by one."""
        return harmless.HOST.fullmatch(self.built(path)) is not None

    def uses(self, path: Path) -> set[str]:
        """The attributes that the file looks up on ``path``."""
        return self.methods.get(path, set())

    def full_name(self, node: ast.expr) -> str:
        """The full dotted name of something imported, else an empty string."""
        return self.imported(node) or ""

    def trains_by_hand(self, node: ast.expr) -> bool:
        """Whether a value is made of a class of this file that says ``automatic_optimization = False``."""
        path = self.scopes.path(node)
        value = node if path is None else self.sole_binding(path)
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name):
            return False
        said = {
            path: values
            for path, values in self.bindings.items()
            if (path.rest or (path.root,))[-1].lstrip(".") == "automatic_optimization"
        }
        switched = [one for values in said.values() for one in values]
        if not all(isinstance(one, ast.Constant) and one.value is False for one in switched):
            return False
        name = value.func.id
        family = self.scopes.families.get(name)
        owners = {path.scope.rpartition(".")[2] for path in said}
        return family is not None and bool(owners & {f"class {family}", name})

    def registers(self, *names: str) -> bool:
        """Whether the file hands a function that touches gradients to a call of one of these names."""
        return any(
            isinstance(node, ast.Call)
            and callee_name(node) in names
            and any(self.calls_back(one) for one in arguments(node))
            for node in self.scopes.of_node
        )

    def path(self, node: ast.expr) -> Path | None:
        """What an expression denotes, names that only stand for another path replaced; None when computed."""
        path = self.scopes.path(node)
        return path and self.meaning(path)

    def meaning(self, path: Path) -> Path:
        """The path without names that are bound once, to another path: ``self.opt`` for ``opt = self.opt``."""
        for _ in range(8):
            alias = self.aliases.get(path.variable)
            if alias is None:
                break
            path = alias.extended(path.rest, path.indices)
        if path.indices:
            path = path._replace(indices=tuple(map(self.meaning, path.indices)))
        return path

    def _known(self, node: ast.expr) -> bool:
        path = self.scopes.path(node)
        return path is not None and path in self.holders

    def _result_holds(self, call: ast.Call) -> bool:  # noqa: C901, PLR0911, PLR0912 - a list of cases
        name = callee_name(call)
        full = self.imported(call.func) or ""
        if (full.startswith("builtins.") and name in harmless.SCALARS) or name in harmless.NUMBERS:
            return False
        if name in self.returning and not full:
            return True
        if isinstance(call.func, ast.Attribute) and not full:
            path = self.scopes.path(call.func)
            if (
                path is not None
                and path.scope.startswith("class ")
                and (len(path.rest) == 1 or path in self.bindings)
            ):
                return any(self.holds(one) for one in arguments(call))
            base = self.holds(call.func.value)
            owner = self.scopes.path(call.func.value)
            if base and owner is not None and self.is_scheduler(owner):
                return False
            if name in harmless.GATHERING and self.made(call.func.value) == "accelerate.Accelerator":
                return any(self.holds(one) for one in arguments(call))
            if base and self._gives_figures(call.func):
                return False
            if base and name in harmless.MODULE_METHODS:
                return name in harmless.SELF_RETURNING
            if name in harmless.TENSOR_METHODS and not base:
                return False
            if base and not self.is_forward(call.func):
                return True
        elif isinstance(call.func, ast.Name):
            path = self.scopes.path(call.func)
            if path in self.callbacks:
                return True
            known = path is not None and bool(self.bindings.get(path)) and self._is_forward_alone(path)
            if known and path in self.holders and not call.args and not call.keywords:
                return True
            bound = path is not None and bool(self.bindings.get(path))
            if not full and not known and bound and self._may_give(call.func):
                return True
            if not full and path is not None and self._calls_instance(path):
                return True
            if (
                not full
                and (self._is_plain_function(call.func) or known)
                and self._class_named(call.func.id) is None
            ):
                return False
            if self._class_named(call.func.id) is not None and (
                call.func.id in self.touching
                or call.func.id in self.holding
                or self._gives_holders(call.func.id)
            ):
                return True
        elif isinstance(call.func, ast.Call) and self.imported(call.func.func) is None:
            return True
        elif not full and self._may_give(call.func):
            return True
        if full == "builtins.map" and call.args and self._may_give(call.args[0]):
            return True
        return any(self.holds(one) for one in arguments(call))

    def _gives_holders(self, name: str) -> bool:
        """Whether going through instances of a class gives models or the like."""
        given = {one for one in self.returning if one.startswith("__")}
        family = self.scopes.families[name]
        return bool(given) and any(
            getattr(method, "name", "") in given
            for one, its in self.scopes.families.items()
            if its == family
            for each in self.named(one)
            if isinstance(each, ast.ClassDef)
            for method in each.body
        )

    def _calls_instance(self, path: Path) -> bool:
        """Whether a call runs the ``__call__`` of an instance of a class of the file, and that gives a model or the like."""
        return "__call__" in self.returning and any(
            isinstance(one, ast.Call)
            and self._class_named(callee_name(one)) is not None
            and self._gives_holders(callee_name(one))
            for one in self.bindings.get(path, ())
        )

    def _may_give(self, func: ast.expr) -> bool:
        """Whether what a computed expression denotes may give back a model when it is called."""
        for one in self.meant(func) if self.collected else ():
            if isinstance(one, ast.Lambda) and self.holds(one.body):
                return True
            if isinstance(one, ast.Name) and one.id in self.returning:
                return True
        if isinstance(func, ast.Lambda):
            return self.holds(func.body)
        return any(
            (isinstance(one, ast.Name) and one.id in self.returning)
            or (isinstance(one, ast.Attribute) and one.attr in self.returning)
            or (isinstance(one, ast.Lambda) and self.holds(one.body))
            for one in walk(func)
        )

    def _is_forward_alone(self, path: Path) -> bool:
        """Whether calling a name runs no function of the file, no partial function and no class of a tuple."""
        for value in (*self.bindings.get(path, ()), *self.handed.get(path, ())):
            if isinstance(value, ast.Call):
                if self.imported(value.func) in MAKERS:
                    return False
            elif value is not None and (self._names_function(value) or self.meant(value)):
                return False
        return True

    def meant(self, value: ast.expr, depth: int = 3) -> list[ast.expr]:
        """The functions that stand in a value, or in what its names are bound to."""
        if (value, depth) not in self.functions_in:
            self.functions_in[value, depth] = []
            self.functions_in[value, depth] = self._meant(value, depth)
        return self.functions_in[value, depth]

    def _meant(self, value: ast.expr, depth: int) -> list[ast.expr]:
        callees = {id(one.func) for one in walk(value) if isinstance(one, ast.Call)}
        found: list[ast.expr] = []
        for one in walk(value):
            if isinstance(one, ast.Lambda):
                found.append(one)
            elif isinstance(one, ast.Name) and id(one) not in callees:
                if any(not isinstance(each, ast.ClassDef) for each in self.named(one.id)):
                    found.append(one)
                path = self.scopes.path(one)
                for each in self.bindings.get(path, ()) if path is not None and depth else ():
                    if each is not None and each is not value:
                        found += self.meant(each, depth - 1)
        return found

    def _names_function(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Lambda):
            return True
        word = (
            value.id
            if isinstance(value, ast.Name)
            else value.attr if isinstance(value, ast.Attribute) else ""
        )
        return bool(self.named(word))

    def named(self, word: str) -> list[ast.AST]:
        """The functions and classes of the file of that name."""
        if not self._functions:
            for one in self.scopes.inner:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self._functions[one.name].append(one)
        return self._functions.get(word, [])

    def _is_plain_function(self, node: ast.Name) -> bool:
        """Whether a name means one function of the file, which gives back what its own ``return`` statements say."""
        found = self.named(node.id)
        path = self.scopes.path(node)
        if (
            path is None
            or self.bindings.get(path)
            or len(found) != 1
            or not isinstance(found[0], ast.FunctionDef)
        ):
            return False
        silent = {"torch.no_grad", "torch.inference_mode"}
        if self.scopes.inner[found[0]].method_of is not None:
            # What a class body calls by its name gets no instance: the first parameter may be anything.
            return False
        marks = [one.func if isinstance(one, ast.Call) else one for one in found[0].decorator_list]
        if not all(self.imported(one) in silent for one in marks):
            return False
        return not any(isinstance(one, ast.Yield | ast.YieldFrom) for one in walk(found[0]))

    def _gives_figures(self, method: ast.Attribute) -> bool:
        """Whether a method of a library's Trainer or model gives back numbers, arrays or tokens alone."""
        made = self.made(method.value)
        if method.attr in harmless.FIGURES:
            return harmless.TRAINER.fullmatch(made) is not None
        return method.attr == "generate" and is_published(self, method.value)

    def _class_named(self, name: str) -> str | None:
        return name if name in self.scopes.families else None


def mentions_accumulate(evidence: Evidence, value: ast.expr) -> bool:
    """Whether a context manager, or a name that stands for one, suspends clearing or synchronising."""
    for node in walk(value):
        word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if word in ACCUMULATING:
            return True
        if isinstance(node, ast.Name | ast.Attribute) and evidence.scopes.path(node) in evidence.accumulating:
            return True
    return False
