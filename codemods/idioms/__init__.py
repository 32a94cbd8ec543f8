"""One framework a module. A new file here is found by walking the package; nothing else needs to know of it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.callsite import CallSite, Idiom
    from codemods.events import Event


@cache
def idioms() -> tuple[Idiom, ...]:
    """Every idiom, the user's own names first, the general one (torch) last."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__))
    names.sort(key=lambda name: (name != "custom", name == "torch"))
    return tuple(cast("Idiom", importlib.import_module(f"{__name__}.{name}")) for name in names)


@cache
def steps() -> re.Pattern[str]:
    """The words one of which a file holds where an idiom sees a step: what is called, or what is imported for it.

    An idiom says them in ``STEPS``, a regular expression. Calls by names of the user's own are marked instead.
    """
    return re.compile("|".join(found for one in idioms() if (found := getattr(one, "STEPS", ""))))


@cache
def besides() -> tuple[str, ...]:
    """Words one of which a file holds where an idiom sees a training step, or a part of one, that is not said in torch's.

    An idiom says them in ``BESIDES``, in small letters. Torch's are ``zero_grad``, ``backward`` and ``step``, looked up and called.
    """
    return tuple(dict.fromkeys(word for one in idioms() for word in getattr(one, "BESIDES", ())))


def recognise(site: CallSite) -> Sequence[Event] | None:
    """The answer of the first idiom that knows the call."""
    for idiom in idioms():
        events = idiom.recognise(site)
        if events is not None:
            return events
    return None
