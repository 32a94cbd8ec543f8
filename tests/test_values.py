"""Values are what the standard library's dataclasses are, seen from outside."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from codemods import values
from codemods.events import Path, Rebind, Span, Step
from codemods.findings import Finding, Problem, Verdict
from codemods.moves import Position
from codemods.settings import Idioms, Settings
from codemods.values import dataclass, field, fields, replace

if TYPE_CHECKING:
    from types import ModuleType


def declared(module: ModuleType) -> Any:
    """The same classes, made by one module or the other."""

    @module.dataclass(frozen=True, slots=True)
    class Frozen:
        """Has a bit of everything."""

        name: str
        size: int = 3
        parts: list[str] = module.field(default_factory=list)
        note: str = module.field(default="", compare=False, repr=False)
        length: int = module.field(init=False, default=7)

    @module.dataclass(slots=True)
    class Loose:
        """Can be changed."""

        name: str
        seen: set[str] = module.field(init=False, default_factory=set)
        long: int = module.field(init=False)

        def __post_init__(self) -> None:
            self.long = len(self.name)

    @module.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """Has an order."""

        major: int
        minor: int = 0

    @module.dataclass(slots=True, eq=False)
    class Itself:
        """Equal to itself alone."""

        name: str

    return Frozen, Loose, Ordered, Itself


def answers(module: ModuleType) -> list[object]:
    """What can be asked of such classes, and what they answer."""
    frozen, loose, ordered, itself = declared(module)
    one, other = frozen("a"), frozen(name="a", size=3, note="aside")
    with pytest.raises(TypeError) as missing:
        frozen()
    with pytest.raises(TypeError) as unknown:
        frozen("a", length=3)
    changed = module.replace(one, size=4)
    found: list[object] = [repr(one), repr(loose("abc")), repr(ordered(1)), one == other]
    found += [one != frozen("b"), one == ordered(1), one == "a", changed.size, changed.name, changed.length]
    found += [one.parts is other.parts, frozen.__match_args__, frozen.__slots__, hasattr(one, "__dict__")]
    found += [
        ordered(1, 2) < ordered(2),
        ordered(1) <= ordered(1),
        ordered(2) > ordered(1, 9),
        frozen.__doc__,
    ]
    found += [max(ordered(1, 2), ordered(1, 3)).minor, hash(ordered(1, 2)) == hash(ordered(1, 2))]
    found += [
        loose("a") == loose("a"),
        loose.__hash__,
        itself("a") == itself("a"),
        len({itself("a"), itself("a")}),
    ]
    found += [loose("abc").long, loose("abc").seen, frozen.__name__, frozen.__qualname__.split(".")[-1]]
    found += [[each.name for each in module.fields(one)], [each.init for each in module.fields(frozen)]]
    found += [str(missing.value).split(".")[-1], str(unknown.value).split(".")[-1]]
    found += [dataclasses.asdict(ordered(1, 2)), dataclasses.is_dataclass(one), copy.copy(one) == one]
    match one:
        case frozen(name, size):
            found += [name, size]
    return found


def test_they_answer_as_dataclasses_do() -> None:
    assert answers(values) == answers(dataclasses)


@pytest.mark.parametrize("change", [lambda one: setattr(one, "size", 1), lambda one: delattr(one, "size")])
def test_a_frozen_one_cannot_be_changed(change: Any) -> None:
    one = declared(values)[0]("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        change(one)
    assert one.size == 3


def test_the_standard_library_can_replace_fields_of_ours() -> None:
    ours = Settings(idioms=Idioms(zero=("clear",)))
    assert dataclasses.replace(ours, strict=True) == replace(ours, strict=True) != ours
    assert [one.name for one in dataclasses.fields(ours)] == [one.name for one in fields(ours)]


def test_values_go_from_process_to_process() -> None:
    finding = Finding("a.py", 1, 2, "f", Verdict.HAZARD, ("opt",), "because")
    for value in (finding, Problem("a.py", None, "no"), Settings(), Position(1, 2)):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert hash(again) == hash(value)


def test_events_of_two_kinds_are_never_equal() -> None:
    span = Span(1, 0, 1)
    path = Path("", "optimizer")
    assert len({Step(path, span), Rebind(path, None, span)}) == 2
    assert Step(path, span) == Step(path, Span(9, 0, 9))


def test_a_class_of_ours_is_as_told_after_its_first_value_too() -> None:
    @dataclass(frozen=True, slots=True)
    class Pair:
        """Two."""

        left: int
        right: list[int] = field(default_factory=list)

    assert [Pair(1).left, Pair(left=2).left, Pair(3, [4]).right] == [1, 2, [4]]
