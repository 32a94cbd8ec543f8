"""What the calls of a file hand to the parameters of its functions and constructors, going by plain names alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.syntax import FUNCTIONS, FunctionNode, alternatives, callee_name, defaults
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.lower.evidence import Evidence


def hand_arguments(evidence: Evidence) -> None:
    """Note for each parameter what calls of the file may hand in: too much rather than too little."""
    functions: dict[str, list[FunctionNode]] = defaultdict(list)
    constructors: dict[str, list[FunctionNode]] = defaultdict(list)
    families = evidence.scopes.families
    for node, scope in evidence.scopes.inner.items():
        if isinstance(node, FUNCTIONS):
            name = getattr(node, "name", "<lambda>")
            functions[name].append(node)
            if name in ("__init__", "__new__") and scope.method_of is not None:
                constructors[families[scope.method_of.name]].append(node)
    others = _other_names(evidence, {*functions, *families} - {"__init__", "__new__", "<lambda>"})
    for call in evidence.scopes.all(ast.Call):
        name = callee_name(call)
        found = [
            each
            for one in dict.fromkeys([name, *_meant(call, others)])
            for each in (*functions.get(one, ()), *constructors.get(families.get(one, ""), ()))
        ]
        if name == "cls":
            found += [one for each in constructors.values() for one in each]
        if isinstance(call.func, ast.Lambda):
            found.append(call.func)
        for function in found:
            scope = evidence.scopes.inner[function]
            method = scope.method_of is not None
            pairs = list(_pairs(function, call, method=method))
            if _is_class_method(function):
                pairs += _pairs(function, call, method=True)
            elif method and _is_of_a_class_body(evidence, call):
                pairs += _pairs(function, call, method=False)
            for parameter, value in pairs:
                evidence.handed[evidence.scopes.variable(parameter, scope)].extend(alternatives(value))
    for function, scope in evidence.scopes.inner.items():
        for given, value in defaults(function.args) if isinstance(function, FUNCTIONS) else ():
            if not isinstance(value, ast.Constant):
                evidence.handed[evidence.scopes.variable(given.arg, scope)].append(value)
    for path, values in evidence.handed.items():
        evidence.bindings.setdefault(path, [None])
        evidence.handed[path] = values


def _is_class_method(function: FunctionNode) -> bool:
    return any(getattr(one, "id", "") == "classmethod" for one in getattr(function, "decorator_list", ()))


def _is_of_a_class_body(evidence: Evidence, call: ast.Call) -> bool:
    """Whether a call goes by a name that a class body binds: a function that is called so gets no instance."""
    name = call.func
    return (
        isinstance(name, ast.Name)
        and evidence.scopes.binding(name.id, evidence.scopes.of_node[name]).is_class
    )


def _other_names(evidence: Evidence, defined: set[str]) -> dict[str, set[str]]:
    """The functions and classes that a word may mean besides those of that name: ``build`` for ``build = Net``."""
    found: dict[str, set[str]] = {one: {one} for one in defined}
    bound = [
        ((path.rest or (path.root,))[-1].lstrip("."), words)
        for path, values in evidence.bindings.items()
        for value in values
        if value is not None and (words := _words(value))
    ]
    changed = True
    while changed:
        changed = False
        for name, words in bound:
            meant = {each for word in words for each in found.get(word, ())}
            if not meant <= found.get(name, set()):
                found.setdefault(name, set()).update(meant)
                changed = True
    return found


def _words(value: ast.expr) -> set[str]:
    """The words in an expression, but for what is called in it."""
    if isinstance(value, ast.Constant):
        return set()
    called: set[int] = set()
    found: list[ast.Name | ast.Attribute] = []
    for one in walk(value):
        if isinstance(one, ast.Call):
            called.add(id(one.func))
        elif isinstance(one, ast.Name | ast.Attribute):
            found.append(one)
    return {one.id if isinstance(one, ast.Name) else one.attr for one in found if id(one) not in called}


def _meant(call: ast.Call, others: dict[str, set[str]]) -> set[str]:
    """The functions and classes of the file that a call may run by another name, or out of a container."""
    words = {callee_name(call)} if isinstance(call.func, ast.Name | ast.Attribute) else _words(call.func)
    return {each for word in words for each in others.get(word, ())}


def _pairs(function: FunctionNode, call: ast.Call, *, method: bool) -> Iterator[tuple[str, ast.expr]]:
    given = function.args
    places = [one.arg for one in (*given.posonlyargs, *given.args)][int(method) :]
    names = [*places, *(one.arg for one in given.kwonlyargs)]
    rest = [] if given.vararg is None else [given.vararg.arg]
    others = [] if given.kwarg is None else [given.kwarg.arg]
    for index, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            for one in (*places[index:], *rest):
                yield one, value
        else:
            for one in places[index : index + 1] or rest:
                yield one, value
    for keyword in call.keywords:
        if keyword.arg is None:
            for one in (*names, *others):
                yield one, ast.Starred(keyword.value, ast.Load())
        else:
            for one in [keyword.arg] if keyword.arg in names else others:
                yield one, keyword.value
