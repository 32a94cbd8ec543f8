"""What a run was asked to do, as one frozen value."""

from __future__ import annotations

import keyword
from enum import Enum

from msgspec import Struct

from codemods.findings import DEFAULT_CODES


class Placement(Enum):
    """Where a moved ``zero_grad`` goes: the top of the iteration, or directly before the backward."""

    TOP = "top"
    BEFORE_BACKWARD = "before-backward"


FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
"""How findings can be printed."""


class BadConfiguration(Exception):
    """A configuration file that cannot be read, or that says what makes no sense; a line for each thing wrong."""


KNOWN = {
    **dict.fromkeys(("zero_grad",), "zero"),
    **dict.fromkeys(("backward", "manual_backward"), "backward"),
    **dict.fromkeys(("step",), "step"),
    **dict.fromkeys(
        ("clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "unscale_"), "read"
    ),
    **dict.fromkeys(
        "accumulate add_param_group cpu cuda detach eval item load_state_dict named_parameters no_sync parameters scale "
        "state_dict to train".split(),
        "",
    ),
}
"""What some names mean by themselves, in torch and its like; nothing, for those that do nothing to gradients."""


class Idioms(Struct, frozen=True):
    """Names of methods and functions that do something to gradients, on top of those that are known.

    Each is one word (``clear_grad``) or a dotted name (``optim_wrapper.update_params``). What a kind promises of a name is
    in docs/configuration.md, "Your own names". Raises ValueError, with a line for each thing wrong.
    """

    zero: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        wrong = []
        meant: dict[str, str] = {}
        for kind in KINDS:
            for name in getattr(self, kind):
                fault = _fault(kind, name)
                if fault is None and meant.setdefault(name, kind) != kind:
                    fault = f"names {name}, as idioms.{meant[name]} does: a name has one meaning"
                if fault is not None:
                    wrong.append(f"idioms.{kind} {fault}")
        if wrong:
            raise ValueError("\n".join(wrong))

    @property
    def kinds(self) -> dict[str, str]:
        """What each name does."""
        return {name: kind for kind in KINDS for name in getattr(self, kind)}

    def words(self, *kinds: str) -> frozenset[str]:
        """The last words of the names of these kinds, of all kinds without one: one of them stands in each call."""
        return frozenset(
            name.rpartition(".")[2] for name, kind in self.kinds.items() if kind in (kinds or KINDS)
        )


KINDS = Idioms.__struct_fields__
"""What a name of the user's own can be said to do."""


def _fault(kind: str, name: str) -> str | None:
    """What is wrong with one name by itself; the text continues the name of the key."""
    if not all(one.isidentifier() and not keyword.iskeyword(one) for one in name.split(".")):
        return f"holds {name!r}, which is no name of a method or function"
    word = name.rpartition(".")[2]
    known = KNOWN.get(word, kind)
    if known == kind or (not known and kind == "harmless"):
        return None
    meaning = f"belongs to {known}" if known else "has a meaning of its own"
    return f"names {name}, but {word} is known already and {meaning}"


NO_IDIOMS = Idioms()


class Settings(Struct, frozen=True):
    """Options that decide what happens to a file.

    ``codes``: the findings that are asked for. ``remove_unused``: comments that suppress nothing are removed. ``only``:
    the training steps that touch one of these stretches of lines, the others stay as they are; None for all. ``idioms``:
    names of the user's own.
    """

    unsafe_fixes: bool = False
    strict: bool = False
    placement: Placement = Placement.TOP
    black: bool = False
    codes: frozenset[str] = DEFAULT_CODES
    remove_unused: bool = False
    only: tuple[tuple[int, int], ...] | None = None
    idioms: Idioms = NO_IDIOMS
