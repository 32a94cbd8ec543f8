"""What something was called before it was used as a model or an optimizer: ``path`` for ``self.model = path``.

An object does not begin to hold parameters when it gets a telling name, or is called: what it is bound to is the same one.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.lower.evidence import HOLDER_METHODS, LOOKED_UP
from codemods.lower.within import within
from codemods.syntax import callee_name
from codemods.trees import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.events import Path
    from codemods.lower.evidence import Evidence


def trace_back(evidence: Evidence) -> None:
    """What something was called before it was used as a model or an optimizer holds it, too, whatever it is called."""
    used = (one for one, methods in evidence.methods.items() if methods & HOLDER_METHODS)
    pending = list(dict.fromkeys((*used, *_called_for_losses(evidence))))
    seen = set(pending)
    while pending:
        path = pending.pop()
        of_it = dict.fromkeys((path, path.variable))
        for value in (
            *(each for one in of_it for each in evidence.bindings.get(one, ())),
            *(each for one in of_it for each in evidence.handed.get(one, ())),
        ):
            if value is None or evidence.is_iterated(value):
                continue
            for one in within(evidence, value):
                given = evidence.scopes.path(one)
                if given is None or given in seen or evidence.imported(one) is not None:
                    continue
                if given.rest or not evidence.named(given.root):
                    seen.add(given)
                    pending.append(given)
                    evidence.holders.add(given)


def _called_for_losses(evidence: Evidence) -> Iterator[Path]:
    """What the file calls to compute its losses, and what they are computed of."""
    pending: list[ast.AST] = [one for one in evidence.scopes.all(ast.Attribute) if one.attr == "backward"]
    pending += [one for one in evidence.scopes.all(ast.Call) if callee_name(one) == "backward"]
    seen: set[Path] = set()
    while pending:
        for one in walk(pending.pop()):
            path = evidence.path(one) if isinstance(one, LOOKED_UP) else None
            if path is None or path in seen:
                continue
            seen.add(path)
            if path in evidence.called and path in evidence.holders:
                yield path
            else:
                values = evidence.bindings.get(path, ())
                pending += [each for each in values if each is not None and not evidence.is_iterated(each)]
