"""The least set that rules allow is what going through all of them, again and again, comes to."""

from __future__ import annotations

import random

import pytest

from codemods.lower.least import least


def again_and_again(rules: list[tuple[list[int], set[int]]], given: list[int]) -> set[int]:
    found = set(given)
    while True:
        more = {one for what, reasons in rules if reasons & found for one in what}
        if more <= found:
            return found
        found |= more


@pytest.mark.parametrize("seed", range(40))
def test_one_walk_finds_what_any_number_of_rounds_do(seed: int) -> None:
    chance = random.Random(seed)
    names = range(30)
    rules = [
        (chance.choices(names, k=chance.randint(1, 2)), set(chance.choices(names, k=chance.randint(0, 3))))
        for _ in range(chance.randint(0, 40))
    ]
    given = chance.choices(names, k=2)
    assert least(rules, given) == again_and_again(rules, given)


def test_without_anything_given_nothing_follows() -> None:
    assert least([([1], {2}), ([2], {1})]) == set()
