"""Names and imports, spelt another way."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tests.spellings.spell import Spelling, bound, statements, stored

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
        draft.before += "\n" + "\n".join(
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
    draft.before += "\n" + "\n".join(f"{a}, {b} = {b}, {a}" for a, b in pairs)
    _rename(draft, names)


def _innocent_names(draft: Draft, _: ast.Module) -> None:
    words = "data batch config logger args path seed step_count timer log_dir metrics results state info text".split()
    used = {node.id for node in ast.walk(draft.tree) if isinstance(node, ast.Name)}
    names = dict(
        zip(_variables(draft), (one for one in words if one not in used and one not in taken()), strict=False)
    )
    draft.before += "\n" + "\n".join(
        f"{new} = {old}" for old, new in names.items() if old in WORLD and old in used
    )
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


def _imports_inside(draft: Draft, tree: ast.Module) -> None:
    del draft
    lines = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom) and one.col_offset == 0]
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            one.body[:0] = copy.deepcopy(lines)


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
)  # fmt: skip
