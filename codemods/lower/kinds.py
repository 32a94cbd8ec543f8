"""What kind of thing a name is, by construction, use or its word: an optimizer, a module, a scheduler, a framework's host."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import field

from codemods.events import Path
from codemods.lower import harmless
from codemods.lower.names import Names
from codemods.syntax import arguments, callee_name
from codemods.trees import walk
from codemods.words import ASKED_FOR, OPTIMIZER_WORD, SCHEDULER_NAME, SCHEDULER_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kinds(Names, eq=False):
    """The names of one module, and what they are made of. Answers that are asked for again are kept."""

    constructors: dict[Path, tuple[int, str]] = field(default_factory=dict)
    functions_in: dict[tuple[ast.expr, int], list[ast.expr]] = field(default_factory=dict)
    makers: dict[tuple[Path, int], tuple[int, str]] = field(default_factory=dict)
    schedulers: dict[Path, bool] = field(default_factory=dict)
    handing_back: dict[str, bool] = field(default_factory=dict)
    class_names: dict[str, str] | None = None

    def is_optimizer(self, path: Path, depth: int = 3) -> bool:
        """Whether the file treats ``path`` as an optimizer: by use, by construction, or by its name or an older one."""
        if self.methods.get(path, set()) & {"zero_grad", "add_param_group", "param_groups"}:
            return not self.is_module(path)
        if any(self.builds_optimizer(value) for value in self.bindings.get(path, ())):
            return True
        words = [path.root, *(one for one in path.rest if one.startswith("."))]
        named = any(OPTIMIZER_WORD.search(one.lstrip(".")) for one in words)
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
        return path in self.called or bool(self.methods.get(path, set()) & ASKED_FOR)

    def is_forward(self, node: ast.expr) -> bool:
        """Whether calling this is the forward of a module: something that is also asked for its parameters.

        ``model.module(x)`` is that of the module below a wrapper.
        """
        path = self.path(node)
        if isinstance(node, ast.Attribute) and node.attr == "module":
            wrapper = self.path(node.value)
            if wrapper is not None and self.is_module(wrapper):
                return True
        return path is not None and bool(self.methods.get(path, set()) & ASKED_FOR)

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
            if all(one.endswith("LR") or SCHEDULER_WORD.search(one) for one in named):
                return True
        return SCHEDULER_NAME.search((path.rest or (path.root,))[-1]) is not None

    def constructor(self, path: Path) -> str:
        """The last word of what ``path`` is built by when all its bindings agree, else an empty string."""
        values = self.bindings.get(path, ())
        known = self.constructors.get(path)
        if known is None or known[0] != len(values):
            known = self.constructors[path] = (len(values), self._constructor(values))
        return known[1]

    def _constructor(self, values: Sequence[ast.expr | None]) -> str:
        # Nothing can be asked of None.
        known = [one for one in values if not (isinstance(one, ast.Constant) and one.value is None)]
        words = {callee_name(one) if isinstance(one, ast.Call) else "" for one in known}
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

    def _class_named(self, name: str) -> str | None:
        """The class of the file that goes by a name: its own, or one that the module gives it."""
        families = self.scopes.families
        if name in families or not self.collected:
            return name if name in families else None
        if self.class_names is None:
            self.class_names = {
                path.root: one.id
                for path, values in self.bindings.items()
                for one in values
                if not path.rest and isinstance(one, ast.Name) and one.id in families
            }
        return self.class_names.get(name)
