"""What the calls of a file hand to the parameters of its functions and constructors, going by plain names alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.syntax import FUNCTIONS, FunctionNode, callee_name

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
    for call in evidence.scopes.all(ast.Call):
        name = callee_name(call)
        found = [
            *functions.get(name, ()),
            *(constructors.get(families[name], ()) if name in families else ()),
        ]
        if name == "cls":
            found += [one for each in constructors.values() for one in each]
        for function in found:
            scope = evidence.scopes.inner[function]
            for parameter, value in _pairs(function, call, method=scope.method_of is not None):
                evidence.handed[evidence.scopes.variable(parameter, scope)].append(value)
    for path, values in evidence.handed.items():
        evidence.bindings.setdefault(path, [None])
        evidence.handed[path] = values


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
