"""Calls of what the file does not define: libraries, methods of objects, objects themselves."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower import harmless
from codemods.lower.apart import QUIET_USES
from codemods.lower.reach.values import FOREIGN, FORWARD, LENT, NONE, OUTSIDE, PLAIN, UNKNOWN, Value, either
from codemods.syntax import arguments, callee_name

if TYPE_CHECKING:
    from codemods.events import Path
    from codemods.lower.reach.calls import Calls

CUTS = frozenset({"detach", "numpy"})
"""Methods of tensors whose result shares memory, but no graph."""

COUNTS = frozenset("item tolist size dim numel data_ptr nelement is_floating_point is_contiguous".split())
"""Methods of tensors whose result is no tensor."""

KEEPING = frozenset(
    "add add_ add_module append appendleft extend insert push put send setdefault update".split()
)
"""Methods that may keep what they are handed in the object: of containers, of modules."""

REDUCING = frozenset("mean norm sum".split())
"""Methods and functions whose result is a new tensor."""

LENT_DATA = (
    harmless.TENSOR_METHODS
    | CUTS
    | COUNTS
    | REDUCING
    | frozenset(
        "abs add add_ bool clamp copy_ cos div div_ double eq exp fill_ flip float ge ge gt half index_select int le log long lt "
        "matmul max min mul mul_ ne new_ones new_tensor new_zeros next new_full one_hot pow random_ roll round sample select "
        "sigmoid sin softmax sqrt sub sub_ tanh to type_as uniform_ unflatten view_as zero_ normal_ requires_grad_".split()
    )
)
"""Methods with which data that comes from outside is used: of tensors, batches and containers."""

PURE = (
    "torch.",
    "math.",
    "numpy.",
    "builtins.",
    "copy.",
    "itertools.",
    "collections.",
    "random.",
    "time.",
    "os.path.",
    "torchvision.utils.",
    "tqdm.",
)
"""Libraries whose functions keep nothing that they are handed: what they return depends on that alone."""

NOT_PURE = (
    "torch.distributed",
    "torch.library",
    "torch.hub",
    "torch.ops",
    "torch.package",
)

MIXING = ("torch.utils.", "torch.nn.utils.", "torch.func.", "torch.fx.", "torch.jit.", "torch._")
"""Parts of torch that may put what they are handed into each other."""

WITHOUT_GRAPH = frozenset({"load_state_dict", "state_dict", "zero_grad"})
"""Methods of modules whose result leads to no parameter; of ``state_dict``, unless it is asked to keep variables."""

KEEP_VARS = 3
"""The position of that wish among the arguments, from 1."""

SHOWING = frozenset("builtins.print builtins.len builtins.float builtins.int builtins.str builtins.repr builtins.bool "
                    "builtins.isinstance builtins.issubclass builtins.id builtins.hasattr builtins.callable "
                    "builtins.range builtins.format builtins.hash torch.save torch.manual_seed".split())  # fmt: skip
"""Functions whose result leads nowhere."""


class Outside:
    """The calls of one function that leave the file, or may."""

    def __init__(self, calls: Calls) -> None:
        self.calls, self.at = calls, calls.at
        self.world, self.know = calls.world, calls.know

    def library(self, node: ast.Call, full: str) -> Value:
        """A function or class that is imported, or built in."""
        handed = self.at.handed(node)
        word = full.rpartition(".")[2]
        if full in SHOWING:
            return PLAIN
        if full == "builtins.getattr":
            return UNKNOWN
        if full == "builtins.super":
            return self._this(node)
        if full == "copy.deepcopy":
            sites = {self.at.site(one) for one in arguments(node)} - {None}
            return Value(self.at.all(handed) - sites, frozenset({id(node)}), all(one.known for one in handed))
        if not full.startswith(PURE) or full.startswith(NOT_PURE):
            for one in handed:
                self.know.leak(one)
            found = FOREIGN.joined(either(handed))
            return found._replace(sources=self.at.all(handed), known=False)
        if full == "torch.autograd.grad" and len(node.args) <= 2:
            if all(one.arg in ("outputs", "inputs", "retain_graph", "allow_unused") for one in node.keywords):
                return PLAIN._replace(places=frozenset({id(node)}))
        mixes = full.startswith(MIXING) and not full.startswith(
            ("torch.utils.data.", "torch.utils.checkpoint.")
        )
        if mixes or word.endswith("_") or any(one.arg in ("out", "inplace") for one in node.keywords):
            for one in handed:
                self.know.write(one, Value(self.at.all(handed)))
        made = self.at.fresh(node, handed, inside=not _is_loss(word))
        if _is_loss(word) or word in REDUCING:
            return made._replace(known=True)
        made = made._replace(
            places=made.places.union(*(one.places for one in handed)),
            known=made.known or full.startswith("torch.nn.functional."),
        )
        return self.at.part(made) if full.startswith(("builtins.", "itertools.")) else made

    def _this(self, node: ast.Call) -> Value:
        """``super()``: the instance of the method around it."""
        for one in self.world.scopes.of_node[node].enclosing():
            if one.method_of is not None:
                return self.at.instance_of(self.world.scopes.families[one.method_of.name])
        return UNKNOWN

    def method(self, node: ast.Call, func: ast.Attribute) -> Value:
        """A method of something that is no function of this file for sure."""
        module = self.at.site(func.value)
        if module is not None and func.attr in QUIET_USES:
            return self._of_module(node, func.attr, module)
        if isinstance(func.value, ast.Call) and callee_name(func.value) == "super":
            return self._of_base(node, self.at.value(func.value))
        if self._is_function(func.attr):
            return self._of_file(node, func)
        if self._is_stored(func.attr):
            if func.attr in KEEPING or func.attr.endswith("_"):
                self.know.write(self.at.value(func.value), Value(self.at.all(self.at.handed(node))))
            return self.called(node, self.at.value(func))
        base = self.at.value(func.value)
        if LENT in self.know.settle(base.sources) and func.attr not in LENT_DATA:
            return self.calls.anything(node)
        if func.attr in CUTS and not node.args and not node.keywords:
            return Value(NONE, base.places)
        if func.attr in COUNTS:
            return PLAIN
        return self._of_object(node, func.attr, base)

    def _of_module(self, node: ast.Call, name: str, module: Path) -> Value:
        """What is asked of a module that shares nothing with others."""
        handed = self.at.handed(node)
        if name in WITHOUT_GRAPH and not self._is_function(name):
            if not any(one.arg == "keep_vars" for one in node.keywords) and len(node.args) < KEEP_VARS:
                return PLAIN._replace(places=frozenset({module}))
        return Value(frozenset({module}) | self.at.all(handed), frozenset({module}))

    def _of_file(self, node: ast.Call, func: ast.Attribute) -> Value:
        """A method by the name of a function of the file, on an object that cannot be told."""
        parts = [self.at.value(func), *self.at.handed(node)]
        sources = self.at.all(parts)
        for one in parts:
            self.know.leak(one)
            self.know.write(one, Value(sources))
        return FOREIGN.joined(Value(sources))

    def _of_object(self, node: ast.Call, name: str, base: Value) -> Value:
        """A method of a tensor, of a container, or of an object of a library."""
        handed = self.at.handed(node)
        sources = self.at.all([base, *handed])
        given = Value(self.at.all(handed), frozenset().union(*(one.places for one in handed)))
        places = base.places | given.places
        if name.endswith("_") and not name.endswith("__"):
            # Where nothing is recorded, a tensor takes over values alone.
            if id(node) not in self.at.silent or not base.known:
                self.know.write(base, Value(given.sources))
            return Value(sources, places, base.known)
        if name in KEEPING or name.startswith("register") or (handed and not base.known):
            self.know.write(base, given)
        for one in () if base.known else handed:
            self.know.leak(one)
        if name in REDUCING and base.known:
            return Value(sources, frozenset({id(node)}))
        part = self.at.part(base)
        return Value(sources, places | part.places | {id(node)}, base.known)

    def _of_base(self, node: ast.Call, this: Value) -> Value:
        """A method that a class outside the file defines, by ``super()``."""
        handed = self.at.handed(node)
        given = Value(self.at.all(handed), frozenset().union(*(one.places for one in handed)))
        self.know.write(this, given)
        if not this.known:
            for one in (this, *handed):
                self.know.leak(one)
        return Value(self.at.all([this, given]), this.places | given.places, this.known)

    def _is_stored(self, name: str) -> bool:
        """Whether something that the file stores under that name may be called."""
        stored = self.know.attributes.get(name)
        return stored is not None and bool(stored.sources or stored.places or not stored.known)

    def _is_function(self, name: str) -> bool:
        """Whether some function of the file may be meant."""
        return any(one.rpartition(".")[2].partition("#")[0] == name for one in self.world.functions)

    def called(self, node: ast.Call, base: Value) -> Value:
        """An object is called."""
        if LENT in self.know.settle(base.sources):
            return self.calls.anything(node)
        handed = self.at.handed(node)
        sources = self.at.all([base, *handed])
        places = base.places.union(*(one.places for one in handed)) | {id(node)}
        if base.known:
            for one in handed:
                self.know.link(one, FORWARD)
            return Value(sources, frozenset({id(node)}) if self._is_loss_module(node.func) else places)
        for one in handed:
            self.know.leak(one)
        self.know.leak(base)
        return Value(sources, places | {OUTSIDE}, known=False)

    def _is_loss_module(self, func: ast.expr) -> bool:
        """Whether a name only ever means a loss of torch, whose results are new."""
        path = self.world.scopes.path(func)
        made = self.world.evidence.bindings.get(path, []) if path is not None else []
        return bool(made) and all(
            isinstance(one, ast.Call) and _is_loss(self.world.evidence.imported(one.func) or "")
            for one in made
        )


def _is_loss(word: str) -> bool:
    return word.endswith(
        ("loss", "Loss", "cross_entropy", "cross_entropy_with_logits", "binary_cross_entropy_with_logits")
    )
