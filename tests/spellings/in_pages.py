"""Whole pages, spelt another way: names, imports, carriers, classes, and what runs the page."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tests.spellings.spell import Spelling, bound, expression, own_nodes, statements, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft

TESTS = Path(__file__).parent.parent

WORLD = (
    "model model2 generator discriminator actor critic encoder decoder optimizer optimizer2 opt_g opt_d opt_actor"
    " opt_critic opt_enc opt_dec scheduler scaler accelerator loader noisy_loader valid_loader loss_fn device"
).split()
"""The free names that pages may use."""


@cache
def taken() -> frozenset[str]:
    """Names that mean something to frameworks: renaming them changes the program."""
    files = [TESTS / "torch_world.py", *sorted((TESTS / "stand_ins").rglob("*.py"))]
    found = {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))} - set(
        WORLD
    )
    for place in (torch, torch.nn, torch.nn.Module, torch.optim, torch.optim.Optimizer, torch.Tensor):
        found |= set(dir(place))
    return frozenset(found | set(dir(builtins)) | {"forward", "self", "cls", "params", "lr"})


def _texts(draft: Draft) -> set[str]:
    """Words in the texts of a page, and keywords: names that are looked up."""
    found = set()
    for node in ast.walk(draft.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"\w+", node.value))
        if isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found


def _rename(draft: Draft, names: dict[str, str], *, attributes: bool = False) -> None:
    trees: list[ast.AST] = [draft.tree]
    drive = ast.parse(draft.drive) if draft.drive else None
    if drive is not None:
        trees.append(drive)
    for tree in trees:
        for node in ast.walk(tree):
            if attributes:
                if isinstance(node, ast.Attribute):
                    node.attr = names.get(node.attr, node.attr)
                elif isinstance(node, ast.FunctionDef):
                    node.name = names.get(node.name, node.name)
                continue
            if isinstance(node, ast.Name):
                node.id = names.get(node.id, node.id)
            elif isinstance(node, ast.arg):
                node.arg = names.get(node.arg, node.arg)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                node.names = [names.get(one, one) for one in node.names]
            elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                node.name = names.get(node.name, node.name)
            elif isinstance(node, ast.MatchAs) and node.name:
                node.name = names.get(node.name, node.name)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                node.name = names.get(node.name, node.name)
    if drive is not None:
        draft.drive = ast.unparse(drive)


def _members(tree: ast.Module) -> set[str]:
    """Names that are bound in the body of a class: attributes."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= bound(node)
    return found


def _imported(tree: ast.Module) -> set[str]:
    return {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _variables(draft: Draft) -> list[str]:
    names: set[str] = set()
    for node in ast.walk(draft.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and node.id in WORLD:
            names.add(node.id)
    return sorted(
        names - _texts(draft) - _members(draft.tree) - _imported(draft.tree) - (set(taken()) - set(WORLD))
    )


def _renamed_variables(prefix: str) -> Callable[[Draft, ast.Module], None]:
    def change(draft: Draft, tree: ast.Module) -> None:
        names = {one: f"{prefix}{i}" for i, one in enumerate(_variables(draft))}
        used = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        draft.before = "\n".join(
            f"{new} = {old}" for old, new in names.items() if old in WORLD and old in used
        )
        _rename(draft, names)

    return change


def _swapped_names(draft: Draft, _: ast.Module) -> None:
    """The names of models and optimizers, exchanged: names are hints and no more."""
    pairs = [
        ("model", "optimizer"),
        ("model2", "optimizer2"),
        ("generator", "opt_g"),
        ("discriminator", "opt_d"),
    ]
    texts = _texts(draft) | _members(draft.tree)
    pairs = [pair for pair in pairs if not texts & set(pair)]
    names = dict(pairs) | {b: a for a, b in pairs}
    draft.before = "\n".join(f"{a}, {b} = {b}, {a}" for a, b in pairs)
    _rename(draft, names)


def _innocent_names(draft: Draft, _: ast.Module) -> None:
    words = "data batch config logger args path seed step_count timer log_dir metrics results state info text".split()
    used = {node.id for node in ast.walk(draft.tree) if isinstance(node, ast.Name)}
    names = dict(
        zip(_variables(draft), (one for one in words if one not in used and one not in taken()), strict=False)
    )
    draft.before = "\n".join(f"{new} = {old}" for old, new in names.items() if old in WORLD and old in used)
    _rename(draft, names)


def _functions(draft: Draft, tree: ast.Module) -> None:
    names = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__")
    }
    names -= _texts(draft) | _members(tree) | _imported(tree) | set(taken())
    _rename(draft, {one: f"thing{i}" for i, one in enumerate(sorted(names))})


def _attributes(draft: Draft, tree: ast.Module) -> None:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        if isinstance(node, ast.ClassDef):
            names |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    names = {one for one in names if not one.startswith("__")} - _texts(draft) - set(taken())
    _rename(draft, {one: f"part{i}" for i, one in enumerate(sorted(names))}, attributes=True)


def _import_torch_as(draft: Draft, tree: ast.Module) -> None:
    if any(
        isinstance(node, ast.Import) and node.names[0].name == "torch" and not node.names[0].asname
        for node in tree.body
    ):
        _rename(draft, {"torch": "t"})
        for node in tree.body:
            if isinstance(node, ast.Import) and node.names[0].name == "torch":
                node.names = [ast.alias("torch", "t")]


class _Torch(ast.NodeTransformer):
    """``torch.a.b.c`` as a name of its own."""

    def __init__(self, *, depth: int) -> None:
        self.found: dict[str, str] = {}
        self.depth = depth

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        text = ast.unparse(node)
        if re.fullmatch(r"torch(\.\w+)+", text) and not stored(node):
            parts = text.split(".")
            cut = parts[: len(parts) if self.depth == 0 else min(self.depth, len(parts))]
            name = self.found.setdefault(".".join(cut), f"short{len(self.found)}")
            made: ast.expr = ast.Name(name)
            for one in parts[len(cut) :]:
                made = ast.Attribute(made, one)
            return made
        return self.generic_visit(node)


def _from_imports(depth: int) -> Callable[[Draft, ast.Module], None]:
    def change(draft: Draft, tree: ast.Module) -> None:
        del draft
        shorten = _Torch(depth=depth)
        shorten.visit(tree)
        lines = []
        for text, name in shorten.found.items():
            module, _, last = text.rpartition(".")
            lines.append(f"from {module} import {last} as {name}")
        index = 1 + max(
            [
                i
                for i, one in enumerate(tree.body)
                if isinstance(one, ast.Import) and one.names[0].name == "torch"
            ]
            or [-1]
        )
        tree.body[index:index] = ast.parse("\n".join(lines)).body

    return change


def _torch_in_variables(_: Draft, tree: ast.Module) -> None:
    shorten = _Torch(depth=0)
    shorten.visit(tree)
    lines = [f"{name} = {text}" for text, name in shorten.found.items()]
    index = 1 + max(
        [i for i, one in enumerate(tree.body) if isinstance(one, ast.Import) and one.names[0].name == "torch"]
        or [-1]
    )
    tree.body[index:index] = ast.parse("\n".join(lines)).body


def _imported_by_name(_: Draft, tree: ast.Module) -> None:
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.Import) and node.names[0].name == "torch" and not node.names[0].asname:
            tree.body[index : index + 1] = statements(
                'import importlib\ntorch = importlib.import_module("torch")'
            )


def _star_import(_: Draft, tree: ast.Module) -> None:
    tree.body[:0] = ast.parse("from torch.nn import *\nfrom torch.optim import *").body

    class Short(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            if (
                ast.unparse(node.value) in ("nn", "torch.nn", "torch.optim", "optim")
                and node.attr[0].isupper()
            ):
                return ast.Name(node.attr)
            return self.generic_visit(node)

    Short().visit(tree)


def _free(draft: Draft) -> list[str]:
    """The world's models and optimizers that a page uses and never binds."""
    every = set().union(*[bound(one) for one in (draft.tree, *ast.walk(draft.tree))])
    parameters = {node.arg for node in ast.walk(draft.tree) if isinstance(node, ast.arg)}
    used = {node.id for node in ast.walk(draft.tree) if isinstance(node, ast.Name)}
    things = [one for one in WORLD if "loader" not in one and one not in ("loss_fn", "device")]
    return [one for one in things if one in used and one not in every | parameters]


class _Replaced(ast.NodeTransformer):
    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.names[node.id]) if node.id in self.names else node


def _top(tree: ast.Module) -> int:
    top = 0
    for one in tree.body:
        if not isinstance(one, ast.Import | ast.ImportFrom) and not (
            isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        ):
            break
        top += 1
    return top


def _carried(setup: str, read: str, *, each: bool = False) -> Callable[[Draft, ast.Module], None]:
    """The world's models and optimizers in a carrier; PAIRS, NAMES, VALUES and N stand for them."""

    def change(draft: Draft, tree: ast.Module) -> None:
        names = _free(draft)
        if not names:
            return
        replaced = {
            one: expression(read.replace("INDEX", str(i)).replace("NAME", one)) for i, one in enumerate(names)
        }
        _Replaced(replaced).visit(tree)
        texts = {
            "PAIRS": ", ".join(f"{one}={one}" for one in names),
            "DICT": ", ".join(f"{one!r}: {one}" for one in names),
            "FIELDS": "\n".join(f"    {one}: object" for one in names),
            "MEMBERS": "\n".join(f"    {one} = {one}" for one in names),
            "STORES": "\n".join(f"        self.{one} = {one}" for one in names),
            "GETTERS": "\n".join(
                f"    @property\n    def {one}(self):\n        return {one}" for one in names
            ),
            "RETURNS": "\n".join(f"def get_{one}():\n    return {one}" for one in names),
            "GLOBALS": "\n".join(f"carried_{one} = {one}" for one in names),
            "TUPLE": ", ".join(names) + ",",
            "KEYS": ", ".join(map(repr, names)) + ",",
            "TARGETS": ", ".join(f"carried_{one}" for one in names) + ",",
        }
        filled = setup
        for key, text in texts.items():
            filled = filled.replace(key, text)
        at = _top(tree)
        tree.body[at:at] = ast.parse(filled).body

    return change


def _everything_in(
    header: str, footer: str, *, as_globals: bool, drives: bool = False
) -> Callable[[Draft, ast.Module], None]:
    """The page as the body of something."""

    def change(draft: Draft, tree: ast.Module) -> None:
        if draft.drive and not as_globals and not drives:
            return
        top = _top(tree)
        body = tree.body[top:]
        if not body or any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in body):
            return
        if any(
            isinstance(node, ast.Global | ast.Nonlocal) for one in body for node in (one, *own_nodes(one))
        ):
            return
        names = sorted(set().union(*[bound(ast.Module([one], [])) for one in body]))
        first: list[ast.stmt] = [ast.Global(names)] if names and as_globals else []
        tree.body[top:] = statements(f"{header}\n{footer}", BODY=[*first, *body])

    return change


def _classes(draft: Draft, tree: ast.Module) -> list[ast.ClassDef]:
    del draft
    return [one for one in tree.body if isinstance(one, ast.ClassDef)]


def _split_classes(draft: Draft, tree: ast.Module) -> None:
    made: list[ast.stmt] = []
    for one in tree.body:
        methods = (
            [each for each in one.body if isinstance(each, ast.FunctionDef)]
            if isinstance(one, ast.ClassDef)
            else []
        )
        if (
            isinstance(one, ast.ClassDef)
            and len(methods) > 1
            and not one.decorator_list
            and not any(isinstance(node, ast.Name) and node.id == "super" for node in ast.walk(one))
        ):
            half = methods[: len(methods) // 2]
            base = ast.ClassDef(f"{one.name}Base", one.bases, one.keywords, list(half), [])
            one.bases, one.keywords = [ast.Name(base.name)], []
            one.body = [each for each in one.body if each not in half]
            made += [base, one]
        else:
            made.append(one)
    tree.body = made


def _subclassed(draft: Draft, tree: ast.Module) -> None:
    made: list[ast.stmt] = []
    for one in tree.body:
        made.append(one)
        if isinstance(one, ast.ClassDef) and not one.decorator_list:
            name, one.name = one.name, f"{one.name}Core"
            if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(one)):
                one.name = name
                continue
            made += statements(f"class {name}({one.name}):\n    pass")
    tree.body = made


def _class_alias(draft: Draft, tree: ast.Module) -> None:
    made: list[ast.stmt] = []
    for one in tree.body:
        made.append(one)
        if isinstance(one, ast.ClassDef | ast.FunctionDef):
            name, one.name = one.name, f"{one.name}_core"
            if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(one)):
                one.name = name
                continue
            made += statements(f"{name} = {one.name}")
    tree.body = made


def _decorated(
    line: str, setup: str, *, methods: bool = True, functions: bool = True
) -> Callable[[Draft, ast.Module], None]:
    def change(_: Draft, tree: ast.Module) -> None:
        changed = False
        for owner in ast.walk(tree):
            for one in getattr(owner, "body", []) if not isinstance(owner, ast.Lambda | ast.IfExp) else []:
                method = isinstance(owner, ast.ClassDef)
                if (
                    isinstance(one, ast.FunctionDef)
                    and not one.decorator_list
                    and (methods if method else functions)
                ):
                    one.decorator_list.append(expression(line))
                    changed = True
        if changed:
            at = _top(tree)
            tree.body[at:at] = ast.parse(setup).body

    return change


def _as_lambdas(_: Draft, tree: ast.Module) -> None:
    for owner in ast.walk(tree):
        if isinstance(owner, ast.Lambda | ast.IfExp):
            continue
        body = getattr(owner, "body", [])
        for index, one in enumerate(body):
            if isinstance(one, ast.FunctionDef) and not one.decorator_list and len(one.body) == 1:
                only = one.body[0]
                if (
                    isinstance(only, ast.Return | ast.Expr)
                    and only.value is not None
                    and not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(one))
                    and not one.name.startswith("__")
                ):
                    for each in (*one.args.args, *one.args.kwonlyargs):
                        each.annotation = None
                    body[index] = ast.Assign(
                        [ast.Name(one.name, ast.Store())], ast.Lambda(one.args, only.value), lineno=1
                    )


def _self_renamed(_: Draft, tree: ast.Module) -> None:
    for owner in ast.walk(tree):
        if isinstance(owner, ast.FunctionDef) and owner.args.args and owner.args.args[0].arg == "self":
            for node in ast.walk(owner):
                if isinstance(node, ast.Name) and node.id == "self":
                    node.id = "me"
                elif isinstance(node, ast.arg) and node.arg == "self":
                    node.arg = "me"


def _self_alias(_: Draft, tree: ast.Module) -> None:
    for owner in ast.walk(tree):
        if isinstance(owner, ast.FunctionDef) and owner.args.args and owner.args.args[0].arg == "self":
            for one in owner.body:
                for node in ast.walk(one):
                    if isinstance(node, ast.Name) and node.id == "self":
                        node.id = "me"
            owner.body[:0] = statements("me = self")


def _parameters_alias(_: Draft, tree: ast.Module) -> None:
    for owner in ast.walk(tree):
        if isinstance(owner, ast.FunctionDef):
            names = {one.arg: f"{one.arg}_too" for one in owner.args.args if one.arg not in ("self", "cls")}
            stores = {node.id for node in ast.walk(owner) if isinstance(node, ast.Name) and stored(node)}
            names = {old: new for old, new in names.items() if old not in stores}
            if names:
                for one in owner.body:
                    _Replaced({old: ast.Name(new) for old, new in names.items()}).visit(one)
                owner.body[:0] = [line for old, new in names.items() for line in statements(f"{new} = {old}")]


def _parameters_collected(keywords: bool) -> Callable[[Draft, ast.Module], None]:
    """``def f(a, b)`` as ``def f(*given)``."""

    def change(_: Draft, tree: ast.Module) -> None:
        for owner in ast.walk(tree):
            if (
                not isinstance(owner, ast.FunctionDef)
                or owner.args.defaults
                or owner.args.vararg
                or owner.args.kwarg
            ):
                continue
            names = [one.arg for one in owner.args.args]
            own = names[:1] if names[:1] in (["self"], ["cls"]) else []
            rest = names[len(own) :]
            if not rest or owner.args.kwonlyargs or owner.args.posonlyargs:
                continue
            owner.args.args = owner.args.args[: len(own)]
            owner.args.vararg = ast.arg("given")
            if keywords:
                owner.args.kwarg = ast.arg("named")
                lines = [
                    f"{one} = named[{one!r}] if {one!r} in named else given[{i}]"
                    for i, one in enumerate(rest)
                ]
            else:
                lines = [f"{', '.join(rest)}, = given"]
            owner.body[:0] = statements("\n".join(lines))

    return change


def _attributes_of(template: str, *, store: str | None = None) -> Callable[[Draft, ast.Module], None]:
    """``self.a`` of the page's classes as something else: the template's NAME."""

    def change(draft: Draft, tree: ast.Module) -> None:
        for owner in _classes(draft, tree):
            methods = {one.name for one in owner.body if isinstance(one, ast.FunctionDef)} | bound(owner)
            names = {
                node.attr
                for node in ast.walk(owner)
                if isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Store)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
            } - methods

            class Change(ast.NodeTransformer):
                wanted, owned = names, owner.name

                def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
                    self.generic_visit(node)
                    if (
                        isinstance(node.value, ast.Name)
                        and node.value.id == "self"
                        and node.attr in self.wanted
                    ):
                        text = store if store is not None and stored(node) else template
                        return expression(text.replace("NAME", node.attr).replace("OWNER", self.owned))
                    return node

            Change().visit(owner)
            if template.startswith("GLOBAL_"):
                for method in owner.body:
                    if isinstance(method, ast.FunctionDef) and names:
                        method.body[:0] = [ast.Global(sorted(f"GLOBAL_{one}" for one in names))]

    return change


def _properties(draft: Draft, tree: ast.Module) -> None:
    """Attributes behind a property with a setter."""
    for owner in _classes(draft, tree):
        methods = {one.name for one in owner.body if isinstance(one, ast.FunctionDef)} | bound(owner)
        names = {
            node.attr
            for node in ast.walk(owner)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        } - methods
        for one in sorted(names):
            owner.body += statements(
                f"@property\ndef {one}(self):\n    return self._{one}\n"
                f"@{one}.setter\ndef {one}(self, value):\n    self._{one} = value"
            )


def _getattr_hook(draft: Draft, tree: ast.Module) -> None:
    """Attributes that ``__getattr__`` finds."""
    for owner in _classes(draft, tree):
        if owner.bases or any(
            isinstance(one, ast.FunctionDef) and one.name == "__getattr__" for one in owner.body
        ):
            continue
        _attributes_of("self.NAME", store="self.kept_NAME")(draft, ast.Module([owner], []))
        owner.body += statements(
            "def __getattr__(self, name):\n    return object.__getattribute__(self, 'kept_' + name)"
        )


def _imports_inside(draft: Draft, tree: ast.Module) -> None:
    del draft
    lines = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom) and one.col_offset == 0]
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            one.body[:0] = copy.deepcopy(lines)


CLASS = "class Carrier:\n    def __init__(self, **given):\n        self.__dict__.update(given)\ncarrier = Carrier(PAIRS)"
PLAIN = "class Carrier:\n    def __init__(self):\nSTORES\ncarrier = Carrier()"
DATA = "import dataclasses\n@dataclasses.dataclass\nclass Carrier:\nFIELDS\ncarrier = Carrier(PAIRS)"
NAMED = "import typing\nclass Carrier(typing.NamedTuple):\nFIELDS\ncarrier = Carrier(PAIRS)"
WRAPPED = "import functools\ndef wrapped(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner"

SPELLINGS = (
    Spelling("variables renamed", "page", _renamed_variables("q")),
    Spelling("names of models and optimizers exchanged", "page", _swapped_names),
    Spelling("innocent names", "page", _innocent_names),
    Spelling("functions renamed", "page", _functions),
    Spelling("attributes renamed", "page", _attributes),
    Spelling("torch as t", "page", _import_torch_as),
    Spelling("imported from torch", "page", _from_imports(0)),
    Spelling("parts of torch imported", "page", _from_imports(2)),
    Spelling("torch in variables", "page", _torch_in_variables),
    Spelling("torch imported by its name", "page", _imported_by_name),
    Spelling("star imports", "page", _star_import),
    Spelling("imports inside", "page", _imports_inside),
    Spelling("carried by a namespace", "page", _carried("import types\ncarrier = types.SimpleNamespace(PAIRS)", "carrier.NAME")),
    Spelling("carried by a dict", "page", _carried("carrier = {DICT}", "carrier['NAME']")),
    Spelling("carried by a dict call", "page", _carried("carrier = dict(PAIRS)", "carrier['NAME']")),
    Spelling("carried by a list", "page", _carried("carrier = [TUPLE]", "carrier[INDEX]")),
    Spelling("carried by a tuple", "page", _carried("carrier = (TUPLE)", "carrier[INDEX]")),
    Spelling("carried by a class", "page", _carried("class Carrier:\nMEMBERS", "Carrier.NAME")),
    Spelling("carried by an instance", "page", _carried(PLAIN, "carrier.NAME")),
    Spelling("carried by an open instance", "page", _carried(CLASS, "carrier.NAME")),
    Spelling("carried by a dataclass", "page", _carried(DATA, "carrier.NAME")),
    Spelling("carried by a named tuple", "page", _carried(NAMED, "carrier.NAME")),
    Spelling("carried by properties", "page", _carried("class Carrier:\nGETTERS\ncarrier = Carrier()", "carrier.NAME")),
    Spelling("carried by functions", "page", _carried("RETURNS", "get_NAME()")),
    Spelling("carried by other names", "page", _carried("GLOBALS", "carried_NAME")),
    Spelling("carried by unpacking", "page", _carried("TARGETS = [TUPLE]", "carried_NAME")),
    Spelling("carried by a loop", "page", _carried("for TARGETS in [(TUPLE)]:\n    pass", "carried_NAME")),
    Spelling("carried by globals", "page", _carried("", "globals()['NAME']")),
    Spelling("carried by a function's attributes", "page", _carried("def carrier():\n    pass\ncarrier.__dict__.update(PAIRS)", "carrier.NAME")),
    Spelling("carried by zip", "page", _carried("carrier = dict(zip([KEYS], [TUPLE]))", "carrier['NAME']")),
    Spelling("carried by a closure", "page", _carried("carrier = (lambda given: lambda key: given[key])({DICT})", "carrier('NAME')")),
    Spelling("in a main function", "page", _everything_in("def main():\n    BODY", "main()", as_globals=False)),
    Spelling("in a main function of globals", "page", _everything_in("def main():\n    BODY", "main()", as_globals=True)),
    Spelling("in a coroutine", "page", _everything_in("import asyncio\nasync def main():\n    BODY", "asyncio.run(main())", as_globals=False)),
    Spelling("in a generator", "page", _everything_in("def main():\n    BODY\n    yield", "list(main())", as_globals=False)),
    Spelling("in a class body", "page", _everything_in("class Main:\n    BODY", "", as_globals=False)),
    Spelling("in a constructor", "page", _everything_in("class Main:\n    def __init__(self):\n        BODY", "Main()", as_globals=False)),
    Spelling("in a method", "page", _everything_in("class Main:\n    def go(self):\n        BODY", "Main().go()", as_globals=False)),
    Spelling("in a static method", "page", _everything_in("class Main:\n    @staticmethod\n    def go():\n        BODY", "Main.go()", as_globals=False)),
    Spelling("in a thread", "page", _everything_in("import threading\ndef main():\n    BODY", "t1 = threading.Thread(target=main)\nt1.start()\nt1.join()", as_globals=True)),
    Spelling("in a guard", "page", _everything_in("if __name__ == '__main__':\n    BODY", "", as_globals=False, drives=True)),
    Spelling("in a try", "page", _everything_in("try:\n    BODY\nfinally:\n    pass", "", as_globals=False, drives=True)),
    Spelling("in a main, run by a name", "page", _everything_in("def main():\n    BODY", "globals()['main']()", as_globals=True)),
    Spelling("in a main, twice over", "page", _everything_in("def main(n):\n    if n:\n        return main(n - 1)\n    BODY", "main(1)", as_globals=True)),
    Spelling("classes split", "page", _split_classes),
    Spelling("classes inherited", "page", _subclassed),
    Spelling("functions and classes by another name", "page", _class_alias),
    Spelling("decorated", "page", _decorated("same", "def same(f):\n    return f")),
    Spelling("decorated by a wrapper", "page", _decorated("wrapped", WRAPPED)),
    Spelling("decorated by a lambda", "page", _decorated("(lambda f: f)", "")),
    Spelling("decorated by a no_grad that is not", "page", _decorated("torch.enable_grad()", "import torch")),
    Spelling("defs as lambdas", "page", _as_lambdas),
    Spelling("self renamed", "page", _self_renamed),
    Spelling("self by another name", "page", _self_alias),
    Spelling("parameters by another name", "page", _parameters_alias),
    Spelling("parameters collected", "page", _parameters_collected(keywords=False)),
    Spelling("parameters collected by name", "page", _parameters_collected(keywords=True)),
    Spelling("attributes of the class", "page", _attributes_of("OWNER.NAME")),
    Spelling("attributes of the type", "page", _attributes_of("type(self).NAME")),
    Spelling("attributes of the class, set there", "page", _attributes_of("self.NAME", store="OWNER.NAME")),
    Spelling("attributes as globals", "page", _attributes_of("GLOBAL_NAME")),
    Spelling("attributes in a dict", "page", _attributes_of("self.__dict__['NAME']")),
    Spelling("attributes set in a dict", "page", _attributes_of("self.NAME", store="self.__dict__['NAME']")),
    Spelling("attributes set in vars", "page", _attributes_of("self.NAME", store="vars(self)['NAME']")),
    Spelling("attributes as properties", "page", _properties),
    Spelling("attributes by __getattr__", "page", _getattr_hook),
)  # fmt: skip
