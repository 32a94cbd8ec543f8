"""What the tests of the proof share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING, ClassVar

from hypothesis import assume
from hypothesis import strategies as st

from codemods.lower import lower
from codemods.proof.align import pair
from codemods.proof.lockstep import Allowed, prove
from codemods.proof.witness import Differs
from codemods.syntax import parse
from tests.lower import Boom, Harsh, Numbers, Other, Stage, call, execute, programs, stand_ins

if TYPE_CHECKING:
    from codemods.ir.nodes import Program
    from codemods.proof.witness import Proof


def lowered(text: str) -> Program:
    """The program of an indented text."""
    return lower(parse(dedent(text).lstrip("\n")))


def proof(before: str, after: str, *, allow_residual: bool = False) -> Proof:
    """What the proof says of two versions."""
    program = lowered(before)
    return prove(program, pair(program, lowered(after)), allowed=Allowed(residual=allow_residual))


def difference(before: str, after: str) -> Differs:
    """The difference that the proof finds between two versions."""
    found = proof(before, after)
    assert isinstance(found, Differs), found
    return found


# Random programs that train, and gradients that are really followed


class Training(Numbers):
    """Events of two optimizers that share a parameter. ``pass  # opt.zero_grad()`` is a place for a zero_grad."""

    plain: ClassVar[bool] = True

    def event(self, draw: st.DrawFn) -> str:
        return draw(st.sampled_from(("opt.step()", "own.step()", "side.step()", "loss.backward()")))

    def statement(self, draw: st.DrawFn) -> str:
        form = draw(st.sampled_from(_FORMS))
        zeros = ("opt.zero_grad()", "own.zero_grad()", "opt.zero_grad(set_to_none=False)", "side.zero_grad()")
        return form.replace("ZERO", draw(st.sampled_from(zeros))).replace(
            "STEP", draw(st.sampled_from(_STEPS))
        )

    def parameters(self) -> str:
        return "own"

    def handed(self, draw: st.DrawFn) -> str:
        return draw(st.sampled_from(("opt", "side", "own")))


_STEPS = ("opt.step()", "opt.step()", "own.step()", "side.step()", "probe.grad")
_FORMS = (
    "pass  # ZERO\nloss.backward()\nSTEP\npass  # ZERO\n",
    "loss.backward()\nSTEP\npass  # ZERO\n",
    "loss.backward()\n",
    "pass  # ZERO\n",
    "ZERO\n",
    "STEP\n",
)
_PLACE = re.compile(r"^( *)pass  # (.*)$", re.MULTILINE)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str]:
    """Two versions of a program that differ in a zero_grad or two. The module may call ``main`` itself."""
    helpers, keyword, main = draw(programs(Training)).rpartition("def main")
    text = helpers + keyword + re.sub(r"\bown\b", "opt", main)
    if "async" not in text and draw(st.booleans()):
        text += "main()\n"
    count = len(_PLACE.findall(text))
    assume(count)
    places = st.integers(0, count - 1)
    before = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    after = list(before)
    one, two = draw(places), draw(places)
    after[one], after[two] = before[two], before[one]
    if one == two:
        after[one] = not before[one]
    return _version(text, before), _version(text, after)


def _version(text: str, chosen: list[bool]) -> str:
    left = iter(chosen)
    return _PLACE.sub(
        lambda found: f"{found[1]}pass" + (f"\n{found[1]}{found[2]}" if next(left) else ""), text
    )


@dataclass
class World:
    """Gradients by the name of their parameter: None, or the numbers of the backwards that they are the sum of."""

    stage: Stage
    none: bool
    gradients: dict[str, tuple[int, ...] | None]
    seen: list[object] = field(default_factory=list)
    passes: int = 0

    def backward(self) -> bool:
        self.passes += 1
        with self.stage.happening() as result:
            for name, old in self.gradients.items():
                self.gradients[name] = (*(old or ()), self.passes)
        return result

    @property
    def grad(self) -> None:
        self.seen.append(dict(self.gradients))


@dataclass(frozen=True)
class Optimizer:
    """Looks at the gradients of its parameters at each step."""

    world: World
    names: tuple[str, ...]

    def step(self) -> bool:
        with self.world.stage.happening() as result:
            self.world.seen.append([self.world.gradients[name] for name in self.names])
        return result

    def zero_grad(self, set_to_none: bool | None = None) -> bool:
        none = self.world.none if set_to_none is None else set_to_none
        for name in self.names:
            old = self.world.gradients[name]
            self.world.gradients[name] = None if none or old is None else ()
        return False


def looked_at(text: str, choices: list[int], calls: list[str], *, none: bool, calm: bool) -> list[object]:
    """What the steps and reads of one run see. ``calls``: the functions that an outsider calls, in this order."""
    stage = Stage(list(choices), calm)
    world = World(stage, none, {"shared": None, "own": None, "other": None})
    opt, side = Optimizer(world, ("shared", "own")), Optimizer(world, ("shared", "other"))
    names = stand_ins(stage) | {"opt": opt, "side": side, "loss": world, "probe": world}
    try:
        execute(text, names)
        for name in calls:
            call(names[name], *([] if name == "main" else [opt]))
    except (Boom, Other, Harsh, AssertionError) as error:
        world.seen.append(type(error))
    return world.seen
