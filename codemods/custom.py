"""The user's own names (:class:`codemods.settings.Idioms`) in a tree: which calls they mean, written down on the calls.

A call that zeroes, steps or runs backward is also spelled as torch spells it, ``opt.clear_grad()`` as ``opt.zero_grad()`` and
``clear(opt)`` as ``opt.zero_grad(function=clear)``: so all that is told by names, of models and of functions that touch
gradients, is told of these too, and no name that the call needs is lost. What the call does is for the idiom to say
(idioms/custom.py), going by the mark. A name that the file itself gives a meaning is not marked: it is followed.
"""

from __future__ import annotations

import ast
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.events import Flavour
from codemods.settings import NO_IDIOMS
from codemods.trees import forget, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.settings import Idioms

IDIOMS = "idioms"
"""Names of the user's own do what the configuration says of them."""

UNCLEAR = "unclear"
"""The kind of a call of which it cannot be seen what it works on."""

SPELLED = {"zero": "zero_grad", "backward": "backward", "step": "step", "update": "step"}
"""How torch calls what a kind does."""

FUNCTION = "function"
"""The keyword that keeps the function where a call of one is spelled as a method's."""


class Mark(Struct, frozen=True):
    """What one call is. ``text``: what is called, as the source has it. ``function``: its first argument is the subject.

    ``flavour``: what a ``zero`` leaves behind.
    """

    kind: str
    text: str
    function: bool
    flavour: Flavour = Flavour.UNKNOWN


_in_force: ContextVar[Idioms] = ContextVar("idioms", default=NO_IDIOMS)


@contextmanager
def in_force(idioms: Idioms) -> Iterator[None]:
    """Inside, every source is parsed with these names."""
    token = _in_force.set(idioms)
    try:
        yield
    finally:
        _in_force.reset(token)


def current() -> Idioms:
    """The names with which sources are parsed here."""
    return _in_force.get()


def mark_of(call: ast.Call) -> Mark | None:
    """What a call is by a name of the user's own, None for all others."""
    mark: Mark | None = call.__dict__.get("_mark")
    return mark


def is_marked(tree: ast.Module) -> bool:
    """Whether a module calls anything by a name of the user's own."""
    return "_words" in tree.__dict__


def words_of(tree: ast.Module) -> frozenset[str]:
    """Names that stand in the tree for functions of the user's own that touch gradients."""
    words: frozenset[str] = tree.__dict__.get("_words", frozenset())
    return words


def mark(tree: ast.Module) -> None:
    """Mark the calls that the names in force mean, and spell them as torch does."""
    idioms = current()
    if idioms == NO_IDIOMS:
        return
    names = _names(tree)
    calls: list[tuple[ast.Call, Mark]] = []
    others: list[ast.Attribute] = []
    called: set[int] = set()
    words: set[str] = set()
    for node in list(walk(tree)):
        if isinstance(node, ast.Call):
            found = _mark(idioms, names, node)
            if found is not None:
                called.add(id(node.func))
                calls.append((node, found))
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            kind = _kind(idioms, names, node)
            if kind is None or kind == "harmless" or id(node) in called:
                continue
            if isinstance(node, ast.Name):
                words.add(node.id)
            elif kind in SPELLED and not _on_module(names, node):
                others.append(node)
            else:
                words.add(node.attr)
    usual = _usual(calls)
    for node, found in calls:
        alike = found.kind == "zero" and _spelling(node, found) == usual
        _spell(node, found)
        node.__dict__["_mark"] = replace(found, flavour=Flavour.CUSTOM) if alike else found
        if found.kind in ("read", UNCLEAR):
            words.add(found.text.rpartition(".")[2])
    for one in others:
        one.attr = SPELLED[str(_kind(idioms, names, one))]
    if calls or words or others:
        tree.__dict__["_words"] = frozenset(words)


REPLACING = frozenset({"setattr", "__setattr__", "delattr", "object", "patch"})
"""Calls that give what they name in a string another value: those of Python, and of unittest.mock."""


class _Names(Struct, frozen=True):
    """What a file gives its names. ``imports``: full names by the name here; ``modules``: those that are modules for sure.

    ``bound``: names that are bound otherwise. ``members``: attributes and methods that the file defines.
    """

    imports: dict[str, str]
    modules: frozenset[str]
    bound: frozenset[str]
    members: frozenset[str]


def _names(tree: ast.Module) -> _Names:
    imports: dict[str, str] = {}
    modules: set[str] = set()
    bound: set[str] = set()
    members: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.asname or alias.name.partition(".")[0]
                imports[root] = alias.name if alias.asname else root
                modules.add(root)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imports[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}".lstrip(".")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
            if isinstance(node, ast.ClassDef):
                members |= _members(node)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            bound.add(node.name or "")
        elif isinstance(node, ast.MatchMapping):
            bound.add(node.rest or "")
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            members.add(node.attr)
        elif isinstance(node, ast.Call) and _last(node.func) in REPLACING:
            given = (str(one.value) for one in node.args if isinstance(one, ast.Constant))
            members |= {one.rpartition(".")[2] for one in given}
    return _Names(imports, frozenset(modules), frozenset(bound), frozenset(members))


def _members(one: ast.ClassDef) -> set[str]:
    """What the body of a class defines, functions left unentered."""
    found: set[str] = set()
    pending: list[ast.AST] = list(one.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        else:
            found |= {name.id for name in walk(node) if isinstance(name, ast.Name) and _stores(name)}
            inside = (ast.stmt, ast.excepthandler, ast.match_case)
            pending += [each for each in ast.iter_child_nodes(node) if isinstance(each, inside)]
    return found


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> str | None:
    """The name at the root of a chain of attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _tail(node: ast.expr) -> str:
    """As much of a chain of attributes as can be read: ``a.b`` for ``a.b``, ``b`` for ``f().b``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def _full(names: _Names, node: ast.expr) -> str | None:
    """The full name of something looked up on an import; of a name that nothing binds, the name."""
    root = _root(node)
    if root is None or root in names.bound:
        return None
    tail = _tail(node)
    if root not in names.imports:
        return tail if isinstance(node, ast.Name) else None
    return names.imports[root] + tail[len(root) :]


def _on_module(names: _Names, node: ast.expr) -> bool:
    """Whether an attribute is looked up on what is a module for sure."""
    root = _root(node)
    return isinstance(node, ast.Attribute) and root in names.modules and root not in names.bound


def _named(idioms: Idioms, names: _Names, node: ast.expr) -> str | None:
    """The longest configured name that a callee goes by."""
    full = _full(names, node)
    if isinstance(node, ast.Name):
        spoken = [full]
    elif isinstance(node, ast.Attribute):
        # A method that the file defines is followed, wherever it is called.
        own = node.attr in names.members and full is None
        spoken = [] if own else [full, _tail(node)]
    else:
        return None
    fitting = [
        name
        for name in idioms.kinds
        if any(one is not None and (one == name or one.endswith("." + name)) for one in spoken)
    ]
    return max(fitting, key=len, default=None)


def _kind(idioms: Idioms, names: _Names, node: ast.expr) -> str | None:
    name = _named(idioms, names, node)
    return None if name is None else idioms.kinds[name]


def _mark(idioms: Idioms, names: _Names, call: ast.Call) -> Mark | None:
    func = call.func
    name = _named(idioms, names, func)
    if name is None:
        return None
    kind = idioms.kinds[name]
    text = ast.unparse(func)
    if kind in ("read", "harmless"):
        return Mark(kind, text, function=False)
    full = _full(names, func)
    whole = "." in name and full == name and _root(func) in names.imports
    function = isinstance(func, ast.Name) or _on_module(names, func) or (whole and bool(call.args))
    if function and (not call.args or isinstance(call.args[0], ast.Starred)):
        return Mark(UNCLEAR, text, function=False)
    found = Mark(kind, text, function)
    # `from a import b`: whether b is a module or an object cannot be seen.
    either = full is not None and not function
    if either and kind in ("zero", "step") and not _constants(_rest(call, found)):
        return Mark(UNCLEAR, text, function=False)
    return found


def _constants(given: list[ast.expr]) -> bool:
    return all(isinstance(one, ast.Constant) for one in given)


def _usual(calls: list[tuple[ast.Call, Mark]]) -> str | None:
    """The spelling of most calls that zero: what these leave behind is the same each time.

    What two spellings leave behind need not be, and one that is handed what is not a constant may vary by itself.
    """
    spellings = Counter(
        _spelling(call, found)
        for call, found in calls
        if found.kind == "zero" and _constants(_rest(call, found))
    )
    return min(spellings, key=lambda one: (-spellings[one], one), default=None)


def _spelling(call: ast.Call, found: Mark) -> str:
    given = [ast.unparse(one) for one in call.args[found.function :]]
    given += sorted(f"{one.arg}={ast.unparse(one.value)}" for one in call.keywords)
    return f"{found.text.rpartition('.')[2]}({', '.join(given)})"


def _rest(call: ast.Call, found: Mark) -> list[ast.expr]:
    return [*call.args[found.function :], *(one.value for one in call.keywords)]


def _spell(call: ast.Call, found: Mark) -> None:
    """Spell a marked call as torch does, in place."""
    word = SPELLED.get(found.kind)
    if word is None:
        return
    if found.function:
        subject = call.args[0]
        kept = ast.copy_location(ast.keyword(FUNCTION, call.func), call.func)
        call.args, call.keywords = call.args[1:], [*call.keywords, kept]
        call.func = ast.copy_location(ast.Attribute(subject, word, ast.Load()), call.func)
    else:
        assert isinstance(call.func, ast.Attribute), "what is no function is called on something"
        call.func.attr = word
    forget(call)
