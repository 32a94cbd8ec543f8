"""The verifier accepts what is lowered from every fixture, and names what is wrong with a program that was broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from codemods.events import Backward, Call, Flavour, Path, Rebind, Span, Step, Zero
from codemods.ir.check import Malformed, check
from codemods.ir.nodes import Block, Program, Region
from codemods.lower import lower
from codemods.syntax import parse
from tests.fixture_format import Fixture, load_fixtures

if TYPE_CHECKING:
    from codemods.events import Event

HERE = Span(1, 0, 1)
NOWHERE = Path("", "")
MODEL = Path("", "model")


def program() -> Program:
    """Two nested loops and a function that is called with an argument."""
    return lower(
        parse(
            "def update(opt):\n"
            "    opt.step()\n"
            "for epoch in epochs:\n"
            "    for batch in loader:\n"
            "        update(optimizer)\n"
        )
    )


def with_module(change: dict[str, object]) -> Program:
    good = program()
    functions = {**good.functions, "<module>": replace(good.module, **change)}
    return replace(good, functions=functions)


def with_block(number: int, **change: object) -> Program:
    blocks = list(program().module.blocks)
    blocks[number] = replace(blocks[number], **change)
    return with_module({"blocks": tuple(blocks)})


def with_event(event: Event) -> Program:
    return with_block(0, events=(event,))


def with_loop(**change: object) -> Program:
    body, inner, outer = program().module.regions
    return with_module({"regions": (body, replace(inner, **change), outer)})


def with_update(**change: object) -> Program:
    good = program()
    update = replace(good.functions["update"], **change)
    return replace(good, functions={**good.functions, "update": update})


MODULE = program().module
LOOP = MODULE.regions[1]
FAR = len(MODULE.blocks)

BROKEN: dict[str, tuple[Program, str]] = {
    "no module": (replace(program(), functions={"f": MODULE}), "the first function is not <module>"),
    "no function": (replace(program(), functions={}), "the first function is not <module>"),
    "a module that outsiders call": (with_module({"root": True}), "<module> is a root"),
    "a function under another name": (with_update(name="other"), "other is filed under update"),
    "an exit that is no block": (with_module({"exit": FAR}), "exit is no block"),
    "an exceptional exit that is no block": (with_module({"raise_exit": -1}), "raise_exit is no block"),
    "an exit with an event": (
        with_block(MODULE.exit, events=(Backward("loss", HERE),)),
        "exit is not an empty block",
    ),
    "an exceptional exit with a successor": (
        with_block(MODULE.raise_exit, successors=(0,)),
        "raise_exit is not an empty block",
    ),
    "one block for both exits": (with_module({"raise_exit": MODULE.exit}), "are not three blocks"),
    "a successor that is no block": (
        with_block(0, successors=(FAR,)),
        "block 0 leads to a block that is not",
    ),
    "a handler that is no block": (with_block(0, on_raise=FAR), "block 0 leads to a block that is not there"),
    "a successor twice": (with_block(0, successors=(3, 3)), "block 0 names a successor twice"),
    "a dead end": (with_block(0, successors=()), "block 0 leads nowhere"),
    "no region": (with_module({"regions": ()}), "no region for its body"),
    "a body that is a loop": (with_module({"regions": (LOOP,)}), "its first region is not its whole body"),
    "two bodies": (with_loop(loop=False), "it has two bodies"),
    "a loop without its entry": (
        with_loop(blocks=LOOP.blocks - {LOOP.entry}),
        f"the loop entered at block {LOOP.entry} does not hold its own entry",
    ),
    "a loop of blocks that are not there": (
        with_loop(blocks=LOOP.blocks | {FAR}),
        "holds blocks that are not there",
    ),
    "loops that overlap": (with_loop(blocks=LOOP.blocks | {0}), "overlap"),
    "a zero of nothing": (with_event(Zero(NOWHERE, Flavour.NONE, HERE)), "line 1 clears or steps nothing"),
    "a step of nothing": (with_event(Step(NOWHERE, HERE)), "line 1 clears or steps nothing"),
    "a name for nothing": (with_event(Rebind(NOWHERE, None, HERE)), "line 1 binds nothing"),
    "a call of nothing": (with_event(Call("gone", (), HERE)), "line 1 calls gone, which is not there"),
    "an argument nobody takes": (
        with_event(Call("update", ((MODEL, MODEL),), HERE)),
        "line 1 hands update what it does not take",
    ),
    "an event on no line": (with_event(Backward("loss", Span(0))), "an event of line 0 ends on line 0"),
    "an event that ends before it starts": (
        with_event(Backward("loss", Span(4, 0, 3))),
        "an event of line 4 ends on line 3",
    ),
}


@pytest.mark.parametrize(("broken", "complaint"), BROKEN.values(), ids=BROKEN)
def test_a_broken_program_is_refused_with_the_reason(broken: Program, complaint: str) -> None:
    with pytest.raises(Malformed) as caught:
        check(broken)
    assert complaint in str(caught.value)


def test_the_program_that_is_broken_here_is_well_formed() -> None:
    check(program())
    assert len(MODULE.regions) == 3


def test_a_block_that_nobody_reaches_may_lead_nowhere() -> None:
    dead = Block((), (), MODULE.raise_exit, 1)
    body = replace(MODULE.regions[0], blocks=MODULE.regions[0].blocks | {FAR})
    check(with_module({"blocks": (*MODULE.blocks, dead), "regions": (body, *MODULE.regions[1:])}))


def test_loops_may_follow_each_other() -> None:
    body, inner, _ = MODULE.regions
    blocks = (*MODULE.blocks, Block((), (FAR,), MODULE.raise_exit, 1))
    apart = Region(FAR, frozenset({FAR}), HERE, loop=True)
    whole = replace(body, blocks=body.blocks | {FAR})
    check(with_module({"blocks": blocks, "regions": (whole, inner, apart)}))


@pytest.mark.parametrize("page", load_fixtures(), ids=lambda page: page.name)
def test_every_fixture_is_lowered_to_a_well_formed_program(page: Fixture) -> None:
    for version in (page.before, page.other):
        if version is not None:
            check(lower(parse(version)))
