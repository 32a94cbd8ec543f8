"""Classes, functions and their parameters, spelt another way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.spellings.in_carriers import Replaced, top
from tests.spellings.spell import Spelling, bound, expression, own_nodes, statements, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft


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
            at = top(tree)
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
                    Replaced({old: ast.Name(new) for old, new in names.items()}).visit(one)
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


WRAPPED = "import functools\ndef wrapped(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner"


SPELLINGS = (
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
