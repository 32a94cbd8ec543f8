"""How results are shown: one module a format."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.run import Summary


def document(name: str, summary: Summary, *, fixed: bool) -> str:
    """The whole run in the format of the module ``name``: one document, the same for the same run.

    A format is a module of this package with a function ``render(summary, *, fixed)``; ``fixed`` says that files
    were rewritten.
    """
    rendered: str = importlib.import_module(f"{__name__}.{name}").render(summary, fixed=fixed)
    return rendered
