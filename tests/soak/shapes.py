"""Whole programs: scripts, functions, methods, closures, with what they build themselves and what is handed to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.builds import built
from tests.soak.callbacks import callbacks
from tests.soak.containers import containers
from tests.soak.contexts import contexts
from tests.soak.control import control
from tests.soak.draw import Draw, chance, pick, some
from tests.soak.fate import OWNERS, Entry, Program
from tests.soak.flows import flowing
from tests.soak.instances import instances
from tests.soak.odd import spelled
from tests.soak.parameters import parameters
from tests.soak.pieces import declared, entered, scene_return, set_up
from tests.soak.rebinds import rebinding
from tests.soak.recursion import recursive
from tests.soak.scene import Helper, Owner, Scene, block, disturbed
from tests.soak.steps import before, foreign, forward, look, loop, step, suite, training_step, zero

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEAD = "import contextlib\nimport copy\nimport types\nimport torch"
NOISE = (0, 0, 0, 6, 12, 25)
SHARES = (
    ((0,), (1,), (2,), (3,)),
    ((0,), (1,), (2,), (3,)),
    ((0, 1), (1,), (2,), (3,)),
    ((0,), (0,), (2,), (0, 3)),
    ((0, 1, 2, 3), (1,), (1, 2), (3,)),
)


def program(draw: Draw, shape: Callable[[Scene], Program] | None = None) -> Program:
    """Any program, or any of one shape."""
    owners = tuple(Owner(*one) for one in OWNERS[: 1 + pick(draw, (0, 0, 0, 1, 1, 2))])
    scene = Scene(draw, owners, noise=pick(draw, NOISE), scaler=chance(draw, 12))
    shape = shape or pick(draw, SHAPES)
    made = shape(scene)
    # What code outside hands in belongs together or has gradients of its own (closed-world).
    shares = SHARES[0] if made.entries and shape not in FREE else pick(draw, SHARES)
    return replace(made, source=f"{HEAD}\n{made.source}\n", shares=shares)


def script(scene: Scene) -> Program:
    """Everything at the top level of the file."""
    setup, scene = set_up(scene)
    helpers, scene = helped(scene)
    return Program("\n".join([*setup, *helpers, *suite(scene)]), entered(scene, scene.helpers))


def called(scene: Scene) -> Program:
    """A script that calls functions of its own."""
    setup, scene = set_up(scene)
    helpers, scene = helped(scene)
    parts, calls = functions(scene)
    body = disturbed(scene, main_body(scene, calls), foreign)
    if scene.chance(30):
        body = [
            block("def main():", *declared("global", scene.owners, body)),
            block('if __name__ == "__main__":', "main()"),
        ]
    return Program("\n".join([*setup, *helpers, *parts, *body]), entered(scene, [*calls, *scene.helpers]))


def offered(scene: Scene) -> Program:
    """Functions that only code outside the file calls."""
    setup, scene = spelled(scene) if scene.chance(15) else ([], scene)
    helpers, scene = helped(scene)
    parts, calls = functions(scene)
    return Program(
        "\n".join([*setup, *helpers, *parts]), entered(scene, [*calls, *scene.helpers]), trains=False
    )


def own_class(scene: Scene) -> Program:
    """A class that trains, used by the file itself or by code outside of it. It is handed its models, or makes them."""
    setup, scene = set_up(scene) if scene.chance(50) else ([], scene)
    fields = tuple(
        Owner(f"self.model{index}", f"self.opt{index}", one.weight) for index, one in enumerate(scene.owners)
    )
    names = [text.removeprefix("self.") for one in fields for text in (one.model, one.optimizer)]
    given = [text for one in scene.owners for text in (one.model, one.optimizer)]
    assigned = [f"self.{one} = {one}" for one in names]
    if scene.chance(30):
        names, given = [], []
        assigned, other = built(replace(scene, owners=fields))
        fields = other.owners
    methods = [block(f"def __init__({', '.join(['self', *names])}):", *assigned)]
    inner = scene.inside(owners=fields, function=True)
    calls: list[str] = []
    if scene.chance(40):
        body = disturbed(
            inner, some(scene.draw, [zero(inner, inner.owner()), step(inner, inner.owner())[0]], 1), foreign
        )
        methods.append(block("def finish(self):", *body))
        inner = replace(inner, helpers=(Helper("self.finish", ()),))
        calls += ["{}.finish()"] if scene.chance(50) else []
    methods.append(block("def fit(self, loader):", *suite(inner)))
    calls.append("{}.fit(loader)")
    if scene.chance(50):
        stepping = replace(inner, x="x", y="y", loader=None)
        methods.append(block("def train_step(self, x, y):", *training_step(stepping), *scene_return(scene)))
        calls.append("{}.train_step(x0, y0)")
        if scene.chance(50):
            methods.append(
                block("def run(self, loader):", block("for x, y in loader:", "self.train_step(x, y)"))
            )
            calls.append("{}.run(loader)")
    if scene.chance(30):
        methods.append(block("def inspect(self):", look(inner, inner.owner())))
        calls.append("{}.inspect()")
    parts = [*setup, block("class Trainer:", *methods)]
    start = f"trainer = Trainer({', '.join(given)})"
    entries = tuple(Entry(one.format("trainer"), f"Trainer.{one[3:].partition('(')[0]}") for one in calls)
    if not setup and scene.chance(60):
        return Program("\n".join(parts), entries, Entry(start, "Trainer.__init__"), trains=False)
    lines = [pick(scene.draw, calls).format("trainer") for _ in range(1 + scene.draw.below(3))]
    return Program("\n".join([*parts, *disturbed(scene, [start, *lines], foreign)]), entries)


def closure(scene: Scene) -> Program:
    """A function that trains by functions inside of it."""
    setup, scene = set_up(scene.inside(function=True))
    inner = scene.inside(x="x", y="y", loader=None)
    outer = "nonlocal" if setup else "global"
    body = declared(outer, scene.owners, [*training_step(inner), *scene_return(scene)])
    parts = [*setup, block("def train_batch(x, y):", *body)]
    if scene.chance(30):
        parts.append(block("def clear():", zero(inner, inner.owner())))
    body = [block("for x, y in loader:", "train_batch(x, y)")]
    if scene.chance(30):
        body = [block("for epoch in range(epochs):", *body)]
    if scene.chance(30):
        body.insert(0, before(scene))
    if scene.chance(30):
        body.append(look(scene, scene.owner()))
    parts += disturbed(scene, body, foreign)
    if not setup:
        parts = declared("global", scene.owners, parts)
    if scene.chance(60) or setup:
        return Program("\n".join([block("def main():", *parts), "main()"]))
    return Program(block("def main():", *parts), (Entry("main()", "main"),), trains=False)


SHAPES: Sequence[Callable[[Scene], Program]] = (
    script,
    script,
    called,
    called,
    offered,
    offered,
    own_class,
    closure,
    flowing,
    recursive,
    callbacks,
    contexts,
    control,
    containers,
    parameters,
    rebinding,
    instances,
)

FREE = (script, own_class, closure, flowing)
"""Shapes of which code outside may hand in what has gradients in common."""


def helped(scene: Scene) -> tuple[list[str], Scene]:
    """Small functions that the program's other parts call."""
    own = Owner("model", "optimizer", scene.owners[0].weight)
    inner = scene.inside(owners=(own,), x="x", y="y", function=True, loader=None, scaler=False)
    found: list[str] = []
    helpers: list[Helper] = []
    if scene.chance(15):
        body = disturbed(inner, some(scene.draw, ["optimizer.step()", "optimizer.zero_grad()"], 1), foreign)
        found.append(block("def update(optimizer):", *body))
        helpers.append(Helper("update", ("optimizer",)))
    if scene.chance(12):
        found.append(block("def compute(model, x, y):", *forward(inner, own), "return loss"))
        helpers.append(Helper("compute", ("model", "x", "y")))
    if scene.chance(12):
        found.append(block("def run_step(model, optimizer, x, y):", *training_step(inner)))
        helpers.append(Helper("run_step", ("model", "optimizer", "x", "y")))
    if scene.chance(8):
        found.append(block("def inspect(model):", look(inner, own)))
        helpers.append(Helper("inspect", ("model",)))
    if scene.chance(6):
        found.append(block("def reset():", zero(scene, scene.owner())))
        helpers.append(Helper("reset", ()))
    return found, replace(scene, helpers=tuple(helpers))


def functions(scene: Scene) -> tuple[list[str], list[Helper]]:
    """Functions that train: they are handed what they train, or take it from around them."""
    found: list[str] = []
    made: list[Helper] = []
    for index in range(1 + pick(scene.draw, (0, 0, 1))):
        handed = scene.chance(65)
        per_batch = scene.chance(40)
        name = ("train", "fit")[index] + ("_step" if per_batch else "")
        owners = (Owner("model", "optimizer", scene.owners[0].weight),) if handed else scene.owners
        takes = ("model", "optimizer") if handed else ()
        inner = scene.inside(owners=owners, function=True)
        if per_batch:
            inner, takes = replace(inner, x="x", y="y", loader=None), (*takes, "x", "y")
            body = [*training_step(inner), *scene_return(scene)]
        else:
            takes, body = (*takes, "loader"), suite(inner)
        if not handed:
            body = declared("global", owners, body)
        found.append(block(f"def {name}({', '.join(takes)}):", *body))
        made.append(Helper(name, takes))
    return found, made


def main_body(scene: Scene, calls: Sequence[Helper]) -> list[str]:
    """Calls of functions that train."""
    found: list[str] = []
    for _ in range(1 + scene.draw.below(2)):
        helper, owner = pick(scene.draw, calls), scene.owner()
        if "x" in helper.takes and scene.chance(70):
            line = block("for x, y in loader:", replace(scene, x="x", y="y").handed(helper, owner))
        elif scene.chance(40):
            line = block("for epoch in range(epochs):", scene.handed(helper, owner))
        else:
            line = scene.handed(helper, owner)
        found.append(line)
    if scene.chance(20):
        found.insert(0, before(scene))
    if scene.chance(20):
        found.append(look(scene, scene.owner()))
    if scene.chance(10):
        found += loop(scene)
    return found
