"""Classes and functions of the file whose results share no parameter with anything else.

Everything here errs on the side of "may share": what a constructor is handed, a default, a global name, a library
that is not known could each bring in a module that something else owns too.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.syntax import FUNCTIONS, FunctionNode, arguments, bound_targets, callee_name
from codemods.trees import children, walk

if TYPE_CHECKING:
    from codemods.lower.scopes import Scope
    from codemods.lower.world import World

CONTAINERS = frozenset(
    "DataParallel Module ModuleDict ModuleList Parameter ParameterDict ParameterList Sequential Transformer "
    "TransformerDecoder TransformerEncoder UninitializedParameter".split()
)
"""Classes of torch.nn that take in a module or a parameter that they are handed."""

LIBRARIES = (
    "torch.",
    "math.",
    "numpy.",
    "builtins.",
    "collections.",
    "copy.",
    "itertools.",
    "typing.",
    "warnings.",
)
"""Libraries that hand out no parameter twice."""

REACHING = frozenset("__import__ delattr eval exec getattr globals locals setattr type vars".split())
"""Builtins with which code gets at what it does not name."""

NUMERIC = frozenset("bool float int len range round str".split())
DEPTH = 6


class Closed(Struct, eq=False):
    """Answers for one file, each found once."""

    world: World
    known: dict[ast.AST, bool] = field(default_factory=dict)

    def is_closed(self, node: ast.ClassDef | FunctionNode) -> bool:
        """Whether instances of a class, or results of a function, own all their parameters alone.

        As far as what they are handed is their own, too.
        """
        if node not in self.known:
            self.known[node] = True  # on a cycle of classes and functions the others decide
            self.known[node] = self._class(node) if isinstance(node, ast.ClassDef) else self._function(node)
        return self.known[node]

    def _class(self, one: ast.ClassDef) -> bool:
        bases = self.world.foreign_bases(one)
        if one.decorator_list or one.keywords or not all(base.startswith("torch.nn.") for base in bases):
            return False
        for each in one.body:
            if isinstance(each, FUNCTIONS):
                if each.name in ("__new__", "__deepcopy__", "__getattr__", "__getattribute__"):
                    return False
            elif isinstance(each, ast.Assign | ast.AnnAssign):
                if each.value is not None and not self.inert(each.value):
                    return False
            elif not isinstance(each, ast.Pass) and not (
                isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
            ):
                return False
        lineage = self.world.lineage(one)
        return self._names_are_closed(one) and all(
            self.is_closed(each) for each in lineage if each is not one
        )

    def _function(self, node: FunctionNode) -> bool:
        decorators = getattr(node, "decorator_list", ())
        return not decorators and self._names_are_closed(node)

    def _names_are_closed(self, root: ast.AST) -> bool:
        inside = [one for one in walk(root) if one is not root]
        for one in [root, *inside]:
            if isinstance(one, ast.Global | ast.Nonlocal):
                return False
            if isinstance(one, FUNCTIONS) and not all(
                self.inert(value) and not isinstance(value, ast.List)
                for value in (*one.args.defaults, *one.args.kw_defaults)
                if value is not None
            ):
                return False
            for target in bound_targets(one):
                if not isinstance(target, ast.Name) and not self._own_root(target, root):
                    return False
            if isinstance(one, ast.Attribute) and one.attr.startswith("__") and one.attr != "__init__":
                return False
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and not self._name(one, root):
                return False
        return True

    def _own_root(self, target: ast.expr, root: ast.AST) -> bool:
        """Whether a store goes to something that belongs to a variable of the code itself."""
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        return isinstance(target, ast.Name) and self._inside(target, root)

    def _inside(self, name: ast.Name, root: ast.AST) -> bool:
        owner: Scope | None = self.world.scopes.binding(name.id, self.world.scopes.of_node[name])
        while owner is not None:
            if owner.node is root:
                return True
            owner = owner.parent
        return False

    def _name(self, node: ast.Name, root: ast.AST) -> bool:
        scopes = self.world.scopes
        if self._inside(node, root):
            return True
        full = self.world.evidence.imported(node)
        if full is not None:
            trusted = full == "torch" or (full + ".").startswith(LIBRARIES)
            return trusted and full.rpartition(".")[2] not in REACHING
        scope = scopes.of_node[node]
        starred = any(name == "*" for _, name in self.world.evidence.imports)
        if node.id not in scopes.module.bound and hasattr(builtins, node.id) and not starred:
            return node.id not in REACHING
        found = self.world.definition(node.id, scope)
        if isinstance(found, ast.ClassDef | ast.FunctionDef):
            return found is root or self.is_closed(found)
        return self._constant_name(node, DEPTH)

    def inert(self, node: ast.expr, depth: int = DEPTH) -> bool:
        """Whether a value is data: numbers, strings, options, classes of torch; no module, no parameter."""
        if isinstance(node, ast.Constant | ast.JoinedStr):
            return True
        if isinstance(node, ast.UnaryOp | ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp):
            return all(self.inert(one, depth) for one in children(node) if isinstance(one, ast.expr))
        if isinstance(node, ast.Tuple | ast.List):
            return all(self.inert(one, depth) for one in node.elts)
        if isinstance(node, ast.Call):
            full = self.world.evidence.imported(node.func) or ""
            if full.startswith("builtins.") and full.rpartition(".")[2] in NUMERIC:
                return True
            data = full.startswith(("math.", "numpy.", "torch.device", "torch.cuda.is_available"))
            return (
                data or full in ("builtins.max", "builtins.min", "builtins.sum", "builtins.tuple")
            ) and all(self.inert(one, depth) for one in arguments(node))
        if isinstance(node, ast.Name):
            return self._constant_name(node, depth)
        if isinstance(node, ast.Attribute):
            full = self.world.evidence.imported(node) or ""
            if full.startswith("torch.") and full.rpartition(".")[2] not in REACHING:
                return True
            root: ast.expr = node
            while isinstance(root, ast.Attribute):
                root = root.value
            return isinstance(root, ast.Name) and self._is_command_line(root)
        if isinstance(node, ast.Subscript):
            return self.inert(node.value, depth)
        return False

    def _constant_name(self, node: ast.Name, depth: int) -> bool:
        path = self.world.scopes.variable(node.id, self.world.scopes.of_node[node])
        values = self.world.evidence.bindings.get(path, [])
        if self._is_command_line(node):
            return True
        if not depth or not values or (path.scope or "<module>", path.root) in self.world.evidence.imports:
            return False
        return all(
            one is not None
            and id(one) not in self.world.evidence.iterated
            and not isinstance(one, ast.List | ast.Dict | ast.Set)
            and self.inert(one, depth - 1)
            for one in values
        )

    def _is_command_line(self, node: ast.Name) -> bool:
        """Whether a name is only ever what ``parse_args()`` returned, nothing but data stored in it."""
        evidence = self.world.evidence
        path = self.world.scopes.variable(node.id, self.world.scopes.of_node[node])
        value = evidence.sole_binding(path)
        if (
            not isinstance(value, ast.Call)
            or callee_name(value) != "parse_args"
            or value.args
            or value.keywords
        ):
            return False
        return all(
            isinstance(one, ast.Constant)
            for other, values in evidence.bindings.items()
            if other.rest and other.variable == path
            for one in values
        )

    def builds_own(self, value: ast.expr, depth: int = DEPTH) -> bool:
        """Whether an expression makes a new module that shares no parameter with anything made elsewhere."""
        while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            if value.func.attr not in MOVING:
                break
            value = value.func.value
        if not isinstance(value, ast.Call) or not depth:
            return False
        full = self.world.evidence.imported(value.func)
        if full is not None:
            word = full.rpartition(".")[2]
            if (
                not full.startswith("torch.nn.")
                or full.startswith("torch.nn.parallel.")
                or word in ("Module", "Parameter")
            ):
                return False
            return all(
                not isinstance(one, ast.Starred)
                and (self.inert(one) or self.builds_own(one, depth - 1) or word not in CONTAINERS)
                for one in (*value.args, *(each.value for each in value.keywords))
            ) and not any(one.arg is None for one in value.keywords)
        if not isinstance(value.func, ast.Name):
            return False
        built = self.world.definition(value.func.id, self.world.scopes.of_node[value.func])
        return (
            isinstance(built, ast.ClassDef)
            and self.is_closed(built)
            and self._hands_data(built, value, depth)
        )

    def _hands_data(self, built: ast.ClassDef, call: ast.Call, depth: int) -> bool:
        init = self.world.method(built, "__init__")
        if any(isinstance(one, ast.Starred) for one in call.args) or any(
            one.arg is None for one in call.keywords
        ):
            return False
        names = [] if init is None else self.world.scope(init).parameters[1:]
        handed: list[tuple[str | None, ast.expr]] = [
            (names[index] if index < len(names) else None, one) for index, one in enumerate(call.args)
        ]
        handed += [(one.arg, one.value) for one in call.keywords]
        return all(
            self.inert(value)
            or self.builds_own(value, depth - 1)
            or (init is not None and name in names and self._is_number(init, name))
            for name, value in handed
        )

    def _is_number(self, init: FunctionNode, name: str | None) -> bool:
        """Whether a constructor uses a parameter as only a number can be used, whatever it is asked to build."""
        if isinstance(init, ast.Lambda):
            return False
        for statement in init.body:
            if not isinstance(statement, ast.Assign | ast.Expr | ast.AnnAssign):
                continue
            for node in walk(statement):
                if isinstance(node, ast.Lambda | ast.IfExp | ast.BoolOp | ast.ListComp | ast.GeneratorExp):
                    break
                full = self.world.evidence.imported(node.func) or "" if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and (
                    full.rpartition(".")[2] in SIZED
                    and full.startswith("torch.nn.")
                    and any(isinstance(one, ast.Name) and one.id == name for one in node.args[:2])
                ):
                    return all(
                        value is None or isinstance(value, ast.Constant)
                        for value in self.world.evidence.bindings.get(
                            self.world.scopes.variable(str(name), self.world.scope(init)), [ast.Name("?")]
                        )
                    )
        return False


MOVING = frozenset("cpu cuda double eval float half to train".split())
"""Methods of a module that return the module itself."""

SIZED = frozenset(
    "BatchNorm1d BatchNorm2d BatchNorm3d Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d "
    "Embedding GRU GRUCell LSTM LSTMCell Linear RNN RNNCell".split()
)
"""Classes of torch.nn whose first two arguments are numbers: anything else raises."""
