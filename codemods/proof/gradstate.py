"""What two versions of a program know of one gradient, at one point that both have reached.

The gradient is any one that the moved ``zero_grad`` clears. Each transition below is one row of the table in
docs/promise.md; together they keep this invariant:

    ``before_clear`` (``after_clear``) holds only where the gradient is ``None`` or zeros in that version, and the
    gradient holds the same sum of backward contributions in both versions unless ``before_extra`` or
    ``after_extra`` names the ``zero_grad`` that took some away in one version only.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from codemods.events import Flavour


class Site(Struct, frozen=True, eq=False):
    """A ``zero_grad`` that only one of the versions has here.

    All sites are equal: which one it was decides nothing but what is told of a difference, so of the states that differ
    in it alone the first is kept, and their number does not grow with the file.
    """

    function: str
    line: int
    column: int

    def __eq__(self, other: object) -> bool:
        """They always are."""
        return isinstance(other, Site)

    def __hash__(self) -> int:
        """One for all."""
        return 0


class Module(IntEnum):
    """What became of the name of the module that an optimizer was built over."""

    SAME = 0
    NEW = 1
    """It means another module now, constructed since: none of the old parameters are in it, and none has a gradient."""
    HANDED = 2
    """Such a module, and code that cannot be followed has run since, which is trusted to leave nothing behind."""
    FILLED = 3
    """Such a module, and somebody may have run a backward through it since."""
    TRACKED = 4
    """Another module, over which the optimizer has been made since: its gradients have states of their own."""
    UNKNOWN = 5


class State(NamedTuple):
    """Facts about one gradient in both versions.

    ``member``: the tracked receiver still denotes the optimizer that owns the gradient.
    ``module``: whether the module that the optimizer was built over still goes by its name.
    ``default_none``: ``zero_grad()`` without arguments leaves ``None`` (torch 2.0 on); a run has one meaning for it.
    ``custom_none``: so does a call by a name of the user's own; what it leaves in place it leaves ``None`` where it was.
    ``before_none``: clear, and by ``None``. ``same_nones``: the gradient is ``None`` in both versions or in neither.
    ``before_extra``: contributions that only the before version still has, by the zero of the after version which
    dropped them (residual); ``after_extra`` the other way round (stale).
    ``hearsay``: filled in the after version by nothing but code that cannot be followed; ``zeros``: and what it may have filled
    may have been zeros, not ``None``.
    ``elsewhere``: an outsider has called since the moved zero last ran, so code outside the file that looks on is
    an outsider too (the assumption closed-world).
    ``accumulating``: an accumulation context has been entered, so a ``zero_grad`` may do nothing.
    """

    member: bool = True
    default_none: bool = True
    custom_none: bool = True
    before_clear: bool = True
    after_clear: bool = True
    before_none: bool = True
    after_none: bool = True
    same_nones: bool = True
    before_extra: Site | None = None
    after_extra: Site | None = None
    hearsay: bool = False
    zeros: bool = False
    elsewhere: bool = False
    accumulating: bool = False
    module: Module = Module.SAME

    @property
    def same(self) -> bool:
        """Whether nobody who looks at the gradient here could tell the versions apart."""
        return self.before_extra is None and self.after_extra is None and self.same_nones


CLEAN = tuple(State(member=member, default_none=none) for member in (True, False) for none in (True, False))
"""Gradients nobody has touched, for both meanings of ``zero_grad()``."""

DIRTY = tuple(
    one._replace(before_clear=False, after_clear=False, before_none=False, after_none=False) for one in CLEAN
)
"""The same unknown gradients in both versions."""


def for_names(states: tuple[State, ...]) -> tuple[State, ...]:
    """The states for both meanings of a name of the user's own."""
    return tuple(one._replace(custom_none=none) for one in states for none in (True, False))


def backward(state: State) -> State:
    """Something is added, the same in both versions; what was None may be a tensor now.

    To the gradients of a module that is new as well: nobody can say that they are clear when an optimizer takes it.
    """
    return state._replace(
        before_clear=False,
        after_clear=False,
        before_none=False,
        after_none=False,
        hearsay=False,
        zeros=False,
        module=Module.FILLED if state.module in (Module.NEW, Module.HANDED) else state.module,
    )


def unknown(state: State, *, trusting: bool) -> State:
    """Code that cannot be followed may have added something, the same in both versions.

    ``trusting`` takes it to leave nothing behind (the assumption closed-world): the gradient stays clear in the before
    version. In the after version it counts as filled all the same, so that a gradient which only the before version
    clears later is still seen to be stale.
    """
    if trusting:
        rumour = state.hearsay or state.after_clear
        module = Module.HANDED if state.module is Module.NEW else state.module
        return state._replace(after_clear=False, after_none=False, hearsay=rumour, module=module)
    rumour = state.hearsay or (state.before_clear and state.after_clear)
    zeros = state.zeros if state.hearsay else rumour and not (state.before_none and state.after_none)
    return backward(state)._replace(hearsay=rumour, zeros=zeros)


def trained_anew(state: State, *, leaves: bool) -> State:
    """The gradient is cleared in both versions by a module's ``zero_grad()``; ``leaves``: and then filled, perhaps."""
    clear = _cleared(state, Site("", 0, 0), to_none=state.default_none, in_before=True, in_after=True)
    return backward(clear) if leaves else clear


def outside(state: State, *, trusting: bool) -> State:
    """The state in which an outsider calls, code that cannot be followed having left nothing behind."""
    if not state.hearsay:
        return state._replace(elsewhere=True)
    if trusting:
        return state._replace(after_clear=True, after_none=state.before_none, hearsay=False, elsewhere=True)
    return State(
        state.member,
        state.default_none,
        state.custom_none,
        before_none=not state.zeros,
        after_none=not state.zeros,
        elsewhere=True,
        accumulating=state.accumulating,
        module=state.module,
    )


def zero(state: State, flavour: Flavour, site: Site, *, in_before: bool, in_after: bool) -> tuple[State, ...]:
    """The gradient is cleared in one version or in both."""
    if not state.member:
        return (state,)
    if flavour is Flavour.UNKNOWN:
        return tuple(
            _cleared(state, site, to_none=to_none, in_before=in_before, in_after=in_after)
            for to_none in (True, False)
        )
    to_none = (
        flavour is Flavour.NONE
        or (flavour is Flavour.DEFAULT and state.default_none)
        or (flavour is Flavour.CUSTOM and state.custom_none)
    )
    return (_cleared(state, site, to_none=to_none, in_before=in_before, in_after=in_after),)


def _cleared(state: State, site: Site, *, to_none: bool, in_before: bool, in_after: bool) -> State:
    before_none = state.before_none or (in_before and to_none)
    after_none = state.after_none or (in_after and to_none)
    before_extra, after_extra = state.before_extra, state.after_extra
    if in_before and in_after:
        before_extra = after_extra = None
    elif in_before:
        before_extra = None
        after_extra = None if state.after_clear else state.after_extra or site
    else:
        after_extra = None
        before_extra = None if state.before_clear else state.before_extra or site
    return state._replace(
        before_clear=state.before_clear or in_before,
        after_clear=state.after_clear or in_after,
        before_none=before_none,
        after_none=after_none,
        hearsay=False,
        zeros=False,
        elsewhere=False,
        same_nones=(before_none and after_none) or (state.same_nones and not to_none),
        before_extra=before_extra,
        after_extra=after_extra,
    )


def rebound(state: State) -> tuple[State, ...]:
    """The receiver may denote another optimizer now, or again the one that owns the gradient."""
    return (state._replace(member=True), state._replace(member=False))


def rebuilt(state: State) -> tuple[State, ...]:
    """The optimizer is made again, over the module that goes by the same name now."""
    if state.module is Module.SAME:
        return (state._replace(member=True),)
    if state.module is Module.UNKNOWN:
        return (state._replace(member=True, module=Module.SAME), state._replace(member=False))
    own, old = renewed(state)
    old = old._replace(module=Module.TRACKED)
    if state.module is Module.TRACKED:
        return (old,)
    if state.module is Module.HANDED:
        own = unknown(own, trusting=True)
    return (backward(own) if state.module is Module.FILLED else own, old)


def renamed(state: State, *, fresh: bool) -> State:
    """The module's name gets a new value; the optimizer keeps what it has."""
    return state._replace(module=Module.NEW if fresh else Module.UNKNOWN)


def restructured(state: State, *, fresh: bool) -> State:
    """The module that the optimizer was built over may have other parameters; a new module with new parts stays new."""
    return renamed(state, fresh=fresh and state.module is Module.NEW)


def grown(state: State) -> tuple[State, ...]:
    """The module that the optimizer was built over has more parameters, without gradients: the old ones, and the new."""
    return (state, renamed(state, fresh=True))


def extended(state: State) -> tuple[State, ...]:
    """The receiver is a module that may get new parts, whose gradients are clear, perhaps in the place of old ones."""
    return (*renewed(state)[:1], state, state._replace(member=False))


def renewed(state: State) -> tuple[State, ...]:
    """The receiver denotes something new: the old gradient is out of its reach, and its own are clear."""
    new = State(True, state.default_none, state.custom_none, accumulating=state.accumulating)
    return (new, state._replace(member=False))
