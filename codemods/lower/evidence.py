"""What the file says about its names: which hold a model, an optimizer or parameters, or touch gradients.

Everything here errs on the side of "may hold": a name too many makes the analysis refuse, never rewrite. One pass
over the tree collects bindings and uses; a fixed point then carries "holds" along assignments and calls (collect.py).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.lower import harmless
from codemods.lower.held import Held
from codemods.lower.keepers import NOBODY, Keepers
from codemods.lower.kinds import Kinds
from codemods.lower.loose import ANY, may_be_self
from codemods.lower.published import is_published
from codemods.lower.within import within
from codemods.syntax import GETTERS, arguments, callee_name
from codemods.trees import children, walk
from codemods.words import GRADIENT_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path

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
FILLERS = frozenset("add append appendleft extend insert put setdefault update".split())
ACCUMULATING = frozenset({"accumulate", "no_sync", "no_backward_sync"})
LOOKED_UP = (ast.Name, ast.Attribute, ast.Subscript)
NEVER_HOLDING = frozenset({ast.Constant, ast.JoinedStr})
"""Expressions that hold nothing, whatever is known."""

HOLDING_NOTHING = frozenset({ast.Compare, ast.Constant, ast.JoinedStr, ast.UnaryOp})
TENSOR_EVIDENCE = frozenset(
    "argmax backward cpu detach item numpy size squeeze tolist unsqueeze view".split()
)


EVERY_NAME = frozenset({"globals", "locals"})
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


class Evidence(Kinds, eq=False):
    """The collected facts of one module; only read once :func:`codemods.lower.collect.concluded` has returned.

    ``holding``: classes with a model or the like in their bodies. ``groups``: what may mean groups of parameters;
    ``grouping``: objects that have some in them.
    """

    returning: set[str] = field(default_factory=set)
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
    grouping: set[Path] = field(default_factory=set)
    grouped: bool = False
    regrouped: bool = False
    held_variables: set[Path] = field(default_factory=set)
    held_lookups: set[str] = field(default_factory=set)
    indexed: bool = False
    owning: set[str] = field(default_factory=set)
    keepers: Keepers = NOBODY
    iterators: Keepers = NOBODY
    hooked: bool = False
    data: dict[Path, bool] = field(default_factory=dict)
    plain: dict[tuple[Path, str], bool] = field(default_factory=dict)
    selves: dict[tuple[Path, int], bool] = field(default_factory=dict)

    def unconcluded(self) -> Evidence:
        """The same names, with nothing worked out of them yet. Only what is worked out differs from then on."""
        return Evidence(
            self.scopes, self.imports, self.bindings, self.deletions, self.methods, self.called, self.iterated,
            self.entered, self.lazy, self.aliases, self.handed, self.annotations, self.asked, self.filled, self.added,
            self.captured, self.members, self.wrapped,
            _functions=self._functions, starred=self.starred, collected=self.collected,
            constructors=dict(self.constructors), functions_in=dict(self.functions_in), makers=dict(self.makers),
            schedulers=dict(self.schedulers), handing_back=dict(self.handing_back),
            grouped=self.grouped, hooked=self.hooked,
        )  # fmt: skip

    def known(self) -> int:
        """How much of what holds is known: it grows with whatever comes, and while it stays the same so do all answers."""
        return (
            len(self.holders)
            + len(self.held_attributes)
            + len(self.holding)
            + len(self.returning)
            + len(self.data)
        )

    def calls_back(self, node: ast.AST) -> bool:
        """Whether an expression mentions functions of this file that touch gradients, or instances that have some."""
        return any(one is None or one in self.reentrant for one in self.reasons_to_call_back(node))

    def reasons_to_call_back(self, node: ast.AST) -> Iterator[Path | None]:
        """What makes an expression call back: None for such a function, or the paths of which one must be such an instance."""
        touching = self.touching
        for one in walk(node):
            if isinstance(one, ast.Name | ast.Attribute):
                if (one.id if isinstance(one, ast.Name) else one.attr) in touching:
                    yield None
                path = self.scopes.path(one)
                if path is not None:
                    yield path
            elif isinstance(one, ast.Lambda) and self.scopes.inner[one].name in touching:
                yield None

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

    def holds(self, node: ast.expr | ast.comprehension) -> bool:
        """Whether a value may hold a model, an optimizer, a parameter, or a function that touches gradients."""
        if isinstance(node, LOOKED_UP):
            return self._path_holds(node)
        if isinstance(node, ast.Call):
            return self._result_holds(node)
        if isinstance(node, ast.BinOp | ast.Compare | ast.UnaryOp) and self._overloads():
            return True
        if type(node) in HOLDING_NOTHING:
            return False
        if isinstance(node, ast.Lambda):
            return self.scopes.inner[node].name in self.touching or any(
                isinstance(one, ast.Name) and self._path_holds(one) for one in walk(node.body)
            )
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.BitOr | ast.Mult):
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
        owner = self.path(node.value)
        if owner is not None and not owner.rest and owner.scope.startswith("class "):
            return bool(self.held_attributes) or self.holders.has_instance(owner.scope)
        return owner is not None and any(
            may_be_self(self, one, self.selves) for one in self.bindings.get(owner.variable, ())
        )

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

    def registers(self, *names: str) -> bool:
        """Whether the file hands a function that touches gradients to a call of one of these names."""
        return any(
            isinstance(node, ast.Call)
            and callee_name(node) in names
            and any(self.calls_back(one) for one in arguments(node))
            for node in self.scopes.of_node
        )

    def _known(self, node: ast.expr) -> bool:
        path = self.scopes.path(node)
        return path is not None and path in self.holders

    def _result_holds(self, call: ast.Call) -> bool:  # noqa: C901, PLR0911, PLR0912 - a list of cases
        name = callee_name(call)
        full = self.imported(call.func) or ""
        if (full.startswith("builtins.") and name in harmless.SCALARS) or name in harmless.NUMBERS:
            return False
        if (name in self.returning and not full) or (name in EVERY_NAME and isinstance(call.func, ast.Name)):
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
            named = self._class_named(call.func.id)
            if named is not None and (
                named in self.touching or named in self.holding or self._gives_holders(named)
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
            and (named := self._class_named(callee_name(one))) is not None
            and self._gives_holders(named)
            for value in self.bindings.get(path, ())
            for one in (() if value is None else within(self, value))
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
                if self.imported(value.func) in MAKERS or self.meant(value):
                    return False
            elif value is not None and (self._names_function(value) or self.meant(value)):
                return False
        return True

    def _names_function(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Lambda):
            return True
        word = (
            value.id
            if isinstance(value, ast.Name)
            else value.attr if isinstance(value, ast.Attribute) else ""
        )
        return bool(self.named(word))

    def _is_plain_function(self, node: ast.Name) -> bool:
        """Whether a name means one function of the file, which gives back what its own ``return`` statements say."""
        path = self.scopes.path(node)
        if path is None:
            return False
        if (path, node.id) not in self.plain:
            self.plain[path, node.id] = self._is_plain(path, self.named(node.id))
        return self.plain[path, node.id]

    def _is_plain(self, path: Path, found: list[ast.AST]) -> bool:
        if self.bindings.get(path) or len(found) != 1 or not isinstance(found[0], ast.FunctionDef):
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


def mentions_accumulate(evidence: Evidence, value: ast.expr) -> bool:
    """Whether a context manager, or a name that stands for one, suspends clearing or synchronising."""
    for node in walk(value):
        word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if word in ACCUMULATING:
            return True
        if isinstance(node, ast.Name | ast.Attribute) and evidence.scopes.path(node) in evidence.accumulating:
            return True
    return False
