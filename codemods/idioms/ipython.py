"""IPython's magics and shell lines, in the calls that IPython itself makes of them (codemods/magics.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import ANYTHING, Event, Rebind, Unknown
from codemods.magics import magic_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite


def recognise(site: CallSite) -> Sequence[Event] | None:
    """Recognise the methods of ``get_ipython()`` that run a magic or a command of the shell."""
    magic = magic_of(site.node)
    if magic is None:
        return None
    if magic.quiet:
        return ()
    found: tuple[Event, ...] = (
        Unknown(f"{magic.text} runs code that cannot be followed", site.span, trains=True, calls_back=True),
    )
    return (Rebind(ANYTHING, None, site.span), *found) if magic.binds else found
