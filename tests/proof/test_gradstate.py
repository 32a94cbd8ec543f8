"""Every row of the transition table, and the table as a whole against gradients that are really followed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.events import Flavour
from codemods.proof.gradstate import (
    CLEAN,
    DIRTY,
    Module,
    Site,
    State,
    backward,
    outside,
    rebound,
    rebuilt,
    renamed,
    renewed,
    unknown,
    zero,
)

HERE = Site("<module>", 7, 0)
THERE = Site("<module>", 3, 0)
FRESH = State()
FILLED = backward(FRESH)
FLAVOURS = (Flavour.NONE, Flavour.ZEROS)


def in_both(state: State, flavour: Flavour = Flavour.NONE) -> State:
    (after,) = zero(state, flavour, HERE, in_before=True, in_after=True)
    return after


def before_only(state: State, flavour: Flavour = Flavour.NONE, site: Site = HERE) -> State:
    (after,) = zero(state, flavour, site, in_before=True, in_after=False)
    return after


def after_only(state: State, flavour: Flavour = Flavour.NONE, site: Site = HERE) -> State:
    (after,) = zero(state, flavour, site, in_before=False, in_after=True)
    return after


ZEROED = in_both(FILLED, Flavour.ZEROS)

# The rows of the table


def test_a_new_gradient_is_none_and_the_same_in_both_versions() -> None:
    assert all(state.same and state.before_none and state.after_none for state in CLEAN)
    assert {state.default_none for state in CLEAN} == {True, False}


def test_an_unknown_start_is_the_same_in_both_versions_but_clear_in_none() -> None:
    assert all(state.same and not state.before_clear and not state.after_clear for state in DIRTY)


def test_a_backward_fills_both_versions_alike() -> None:
    assert FILLED.same
    assert not any((FILLED.before_clear, FILLED.after_clear, FILLED.before_none, FILLED.after_none))


def test_a_zero_in_both_versions_clears_both_to_none() -> None:
    state = in_both(FILLED)
    assert state.same
    assert state.before_none
    assert state.after_none


def test_a_zero_in_both_versions_clears_both_to_zeros() -> None:
    assert ZEROED.same
    assert ZEROED.before_clear
    assert ZEROED.after_clear
    assert not ZEROED.before_none
    assert not ZEROED.after_none


def test_zeros_leave_none_as_it_is() -> None:
    state = in_both(FRESH, Flavour.ZEROS)
    assert state.before_none
    assert state.after_none


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_zero_in_the_version_before_alone_makes_the_other_one_stale(flavour: Flavour) -> None:
    state = before_only(FILLED, flavour)
    assert not state.same
    assert state.before_clear
    assert state.after_extra == HERE
    assert state.before_extra is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_zero_in_the_version_after_alone_leaves_something_in_the_other_one(flavour: Flavour) -> None:
    state = after_only(FILLED, flavour)
    assert not state.same
    assert state.after_clear
    assert state.before_extra == HERE
    assert state.after_extra is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_one_sided_zero_of_gradients_that_are_none_changes_nothing(flavour: Flavour) -> None:
    assert before_only(FRESH, flavour).same
    assert after_only(FRESH, flavour).same


def test_a_one_sided_zero_of_zeros_keeps_zeros() -> None:
    assert before_only(ZEROED, Flavour.ZEROS).same
    assert after_only(ZEROED, Flavour.ZEROS).same


def test_a_one_sided_zero_that_turns_zeros_into_none_can_be_told() -> None:
    for state in (before_only(ZEROED, Flavour.NONE), after_only(ZEROED, Flavour.NONE)):
        assert not state.same
        assert state.before_extra is None
        assert state.after_extra is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_other_version_catches_up_with_a_zero_of_its_own(flavour: Flavour) -> None:
    assert after_only(before_only(FILLED, flavour), flavour).same
    assert before_only(after_only(FILLED, flavour), flavour).same


def test_catching_up_in_the_other_flavour_can_be_told() -> None:
    assert not after_only(before_only(FILLED, Flavour.NONE), Flavour.ZEROS).same
    assert not before_only(after_only(FILLED, Flavour.ZEROS), Flavour.NONE).same


def test_a_backward_does_not_make_up_for_what_is_left_in_one_version() -> None:
    assert backward(before_only(FILLED)).after_extra == HERE
    assert backward(after_only(FILLED)).before_extra == HERE


def test_the_zero_that_first_made_a_difference_is_remembered() -> None:
    state = before_only(backward(before_only(FILLED, site=HERE)), site=THERE)
    assert state.after_extra == HERE


def test_a_zero_without_arguments_means_what_the_run_means_by_it() -> None:
    for none in (True, False):
        state = in_both(FILLED._replace(default_none=none), Flavour.DEFAULT)
        assert state.before_none is none
        assert state.after_none is none


def test_a_flavour_that_cannot_be_told_may_be_either() -> None:
    states = zero(FILLED, Flavour.UNKNOWN, HERE, in_before=True, in_after=True)
    assert {state.before_none for state in states} == {True, False}
    assert all(state.same and state.before_clear for state in states)


def test_a_receiver_that_denotes_another_optimizer_clears_nothing() -> None:
    state = FILLED._replace(member=False)
    assert zero(state, Flavour.NONE, HERE, in_before=True, in_after=False) == (state,)


def test_a_new_value_for_the_receiver_may_or_may_not_be_the_old_optimizer() -> None:
    stale = before_only(FILLED)
    assert {state.member for state in rebound(stale)} == {True, False}
    assert {state.after_extra for state in rebound(stale)} == {HERE}


def test_a_new_optimizer_owns_clear_gradients_and_the_old_ones_stay() -> None:
    mine, old = sorted(renewed(before_only(FILLED)), key=lambda state: not state.member)
    assert mine.same
    assert mine.before_none
    assert mine.after_none
    assert not old.member
    assert old.after_extra == HERE


def test_an_optimizer_made_again_over_the_same_module_owns_the_same_gradients() -> None:
    stale = before_only(FILLED)
    assert rebuilt(stale._replace(member=False)) == (stale,)


def test_an_optimizer_made_over_a_new_module_owns_gradients_that_are_clear() -> None:
    stale = renamed(before_only(FILLED), fresh=True)
    own, old = rebuilt(stale)
    assert own == renewed(stale)[0]
    assert (old.member, old.after_extra, old.module) == (False, HERE, Module.TRACKED)


def test_an_optimizer_made_twice_over_a_new_module_owns_the_gradients_of_the_first_time() -> None:
    own, old = rebuilt(renamed(FILLED, fresh=True))
    assert [each.member for each in rebuilt(backward(old))] == [False]
    assert rebuilt(backward(own)) == (backward(own),)


def test_an_optimizer_made_over_a_module_that_cannot_be_told_may_own_either() -> None:
    stale = renamed(before_only(FILLED), fresh=False)
    assert {state.member for state in rebuilt(stale)} == {True, False}
    assert not any(state.same for state in rebuilt(stale))


def test_a_name_that_could_mean_any_module_means_a_new_one_when_one_is_made() -> None:
    state = renamed(renamed(FILLED, fresh=False), fresh=True)
    assert state.module is Module.NEW


def test_a_new_module_that_somebody_may_have_trained_brings_gradients_into_its_optimizer() -> None:
    for trained in (
        backward(renamed(FILLED, fresh=True)),
        unknown(renamed(CLEAN[0], fresh=True), trusting=False),
    ):
        assert not any(state.before_clear or state.after_clear for state in rebuilt(trained) if state.member)


def test_a_new_module_that_trusted_code_was_handed_is_filled_in_the_version_after_alone() -> None:
    handed = unknown(renamed(CLEAN[0], fresh=True), trusting=True)
    mine = next(state for state in rebuilt(handed) if state.member)
    assert (mine.before_clear, mine.after_clear, mine.hearsay) == (True, False, True)


def test_unknown_code_may_fill_gradients() -> None:
    state = unknown(FRESH, trusting=False)
    assert state.same
    assert not state.before_clear
    assert not state.after_clear


def test_unknown_code_that_is_trusted_fills_the_version_after_alone_so_that_stale_gradients_show() -> None:
    state = unknown(FRESH, trusting=True)
    assert state.same
    assert state.before_clear
    assert not before_only(state).same


def test_outsiders_find_what_trusted_code_left_alone_clear_again() -> None:
    state = outside(unknown(FRESH, trusting=True), trusting=True)
    assert state.same
    assert before_only(state).same


# The table as a whole, against two gradients that are really followed


@dataclass(frozen=True)
class Gradient:
    """``None`` or a tensor, as the numbers of the backward passes that it is the sum of."""

    tensor: bool = False
    passes: tuple[int, ...] = ()

    def filled(self, number: int) -> Gradient:
        return Gradient(True, (*self.passes, number))

    def cleared(self, *, to_none: bool) -> Gradient:
        return Gradient() if to_none else replace(self, passes=())


@dataclass(frozen=True)
class Happening:
    kind: str
    flavour: Flavour = Flavour.NONE
    in_before: bool = True
    in_after: bool = True
    chance: bool = True


zeros = st.builds(
    Happening,
    st.just("zero"),
    st.sampled_from(Flavour),
    in_before=st.booleans(),
    in_after=st.booleans(),
    chance=st.booleans(),
).filter(lambda one: one.in_before or one.in_after)
others = st.builds(Happening, st.sampled_from(("backward", "unknown", "rebound")), chance=st.booleans())
lives = st.lists(zeros | others, max_size=10)


def lived(events: list[Happening], start: State) -> tuple[State, Gradient, Gradient]:
    """The state after some events, of the run that took each decision by ``chance``, and both gradients."""
    state, before, after = start, Gradient(), Gradient()
    for number, one in enumerate(events):
        if one.kind == "zero":
            states = zero(state, one.flavour, HERE, in_before=one.in_before, in_after=one.in_after)
            to_none = one.flavour is Flavour.NONE or (
                (one.flavour is Flavour.DEFAULT and state.default_none)
                or (one.flavour is Flavour.CUSTOM and state.custom_none)
            )
            if one.flavour is Flavour.UNKNOWN:
                to_none = one.chance
            if state.member:
                before = before.cleared(to_none=to_none) if one.in_before else before
                after = after.cleared(to_none=to_none) if one.in_after else after
            state = states[0] if one.chance else states[-1]
        elif one.kind == "backward":
            state = backward(state)
            before, after = before.filled(number), after.filled(number)
        elif one.kind == "unknown":
            state = unknown(state, trusting=False)
            if one.chance:
                before, after = before.filled(number), after.filled(number)
        else:
            states = tuple(each for each in rebound(state) if each.member is one.chance)
            (state,) = states
    return state, before, after


@given(lives, st.sampled_from(CLEAN))
def test_gradients_that_are_called_the_same_are_the_same(events: list[Happening], start: State) -> None:
    state, before, after = lived(events, start)
    if state.same:
        assert before == after


@given(lives, st.sampled_from(CLEAN))
def test_gradients_that_are_called_clear_are_clear(events: list[Happening], start: State) -> None:
    state, before, after = lived(events, start)
    for gradient, clear, none in (
        (before, state.before_clear, state.before_none),
        (after, state.after_clear, state.after_none),
    ):
        assert not (clear and gradient.passes)
        assert not (none and gradient.tensor)
        assert clear or not none


@given(lives, st.sampled_from(CLEAN))
def test_what_stands_in_both_versions_never_makes_a_difference(events: list[Happening], start: State) -> None:
    state, _, _ = lived([replace(one, in_before=True, in_after=True) for one in events], start)
    assert state.same


@given(lives, st.sampled_from(CLEAN))
def test_none_in_both_versions_ends_every_difference(events: list[Happening], start: State) -> None:
    state, _, _ = lived(events, start)
    assert in_both(state._replace(member=True)).same


@given(lives, st.sampled_from(CLEAN), st.sampled_from(FLAVOURS))
def test_two_one_sided_zeros_in_a_row_are_one_zero_in_both(
    events: list[Happening], start: State, flavour: Flavour
) -> None:
    state = lived(events, start)[0]._replace(member=True)
    both = in_both(state, flavour)
    assert after_only(before_only(state, flavour), flavour) == both
    assert before_only(after_only(state, flavour), flavour) == both
