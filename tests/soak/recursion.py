"""Programs whose functions call themselves: directly, in turn, by a method, by another name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.fate import Entry, Program
from tests.soak.pieces import among, batch, declared, deed, looped, optimizer_over, set_up, turn
from tests.soak.scene import Owner, block

if TYPE_CHECKING:
    from tests.soak.scene import Scene


def recursive(scene: Scene) -> Program:
    """A function that trains, and calls itself while it does."""
    setup, scene = set_up(scene)
    form = scene.draw.below(6)
    if form <= 1:
        return _method(scene, setup)
    handed = scene.chance(40)
    owners = (Owner("model", "optimizer", scene.owners[0].weight),) if handed else scene.owners
    inner = batch(scene, owners=owners, function=True)
    takes = ["model", "optimizer", "depth"] if handed else ["depth"]
    given = [
        *scene.pick("model, optimizer", "model, optimizer", "optimizer=optimizer, model=model").split(", ")
    ]
    if scene.chance(15) and handed:
        other = scene.owner()
        given = [other.model, other.optimizer]
    again = f"{{}}({', '.join([*(given if handed else []), 'depth=depth - 1'])})"
    head: list[str] = []
    if scene.chance(25):
        # An optimizer of its own for each call.
        inner = replace(inner, owners=(Owner(owners[0].model, "own", owners[0].weight),))
        head = [f"own = {optimizer_over(scene, owners[0].model)}"]
    name = scene.pick("fit", "fit", "helper", "alias", "table['fit']")
    body = looped(scene, among(inner, turn(inner), _guarded(inner, again.format(name))))
    parts = [block(f"def fit({', '.join(takes)}):", *declared("global", owners, [*head, *body]))]
    if name == "helper":
        extra = among(
            inner, [_guarded(inner, again.format("fit"))], deed(replace(inner, x="x0", y="y0", owners=owners))
        )
        parts.append(block(f"def helper({', '.join(takes)}):", *declared("global", owners, extra)))
    elif name != "fit":
        parts.append("alias = fit" if name == "alias" else "table = {'fit': fit}")
    call = again.replace("depth=depth - 1", "{}")
    lines = []
    for owner in scene.owners:
        texts = ", ".join([owner.model, owner.optimizer]) if handed else ""
        lines.append(f"fit({texts + ', ' if texts else ''}{scene.pick('1', '2', '1')})")
    del call
    if form == 2 and not setup:
        return Program(
            "\n".join(parts), tuple(Entry(one, "fit") for one in dict.fromkeys(lines)), trains=False
        )
    if form == 3:
        inside = [one.replace("global ", "nonlocal " if setup else "global ") for one in parts]
        inside = [*setup, *inside, *among(scene, lines, deed(scene))]
        if not setup:
            inside = declared("global", scene.owners, inside)
        return Program("\n".join([block("def main():", *inside), "main()"]))
    tail = among(scene, lines, deed(scene)) if scene.chance(50) else lines
    return Program(
        "\n".join([*setup, *parts, *tail]), tuple(Entry(one, "fit") for one in dict.fromkeys(lines))
    )


def _guarded(scene: Scene, call: str) -> str:
    """A call under a condition."""
    return scene.pick(
        block("if depth:", call),
        block("if depth > 0:", call),
        block("if depth and coin():", call),
        f"depth and {call}",
        f"{call} if depth else None",
        f"[{call} for _ in range(min(depth, 1))]",
        block("for _ in range(min(depth, 1)):", call),
        block("while depth > 0:", "depth -= 1", call),
        block("try:", block("if depth:", call)) + "\n" + block("finally:", deed(scene)),
        block("if not depth:", "return") + f"\n{call}",
        block("if depth:", f"return {call}"),
    )


def _method(scene: Scene, setup: list[str]) -> Program:
    """A method that calls itself, on itself or on another instance."""
    owner = Owner("self.model", "self.optimizer", scene.owners[0].weight)
    inner = batch(scene, owners=(owner,), function=True)
    target = scene.pick(
        "self.fit(depth - 1)", "self.fit(depth - 1)", "self.helper(depth - 1)", "self.run(depth - 1)"
    )
    if scene.chance(20):
        target = scene.pick(
            "self.child.fit(depth - 1)", "type(self).fit(self, depth - 1)", "Trainer.fit(self, depth - 1)"
        )
    made = optimizer_over(scene, "model") if scene.chance(40) else "optimizer"
    methods = [
        block(
            "def __init__(self, model, optimizer):",
            "self.model = model",
            f"self.optimizer = {made}",
            "self.child = self",
        ),
        block(
            "def fit(self, depth):", *looped(inner, among(inner, turn(inner, owner), _guarded(inner, target)))
        ),
    ]
    quiet = replace(inner, x="x0", y="y0")
    if "helper" in target:
        methods.append(
            block(
                "def helper(self, depth):", *among(inner, [_guarded(quiet, "self.fit(depth)")], deed(quiet))
            )
        )
    if "run" in target:
        methods.append(block("def run(self, depth):", block("for _ in range(depth):", "self.fit(depth - 1)")))
    start = f"trainer = Trainer({scene.owners[0].model}, {scene.owners[0].optimizer})"
    entries = (Entry("trainer.fit(2)", "Trainer.fit"), Entry("trainer.fit(1)", "Trainer.fit"))
    parts = [*setup, block("class Trainer:", *methods)]
    if not setup and scene.chance(40):
        return Program("\n".join(parts), entries, Entry(start, "Trainer.__init__"), trains=False)
    lines = [start]
    if scene.chance(20):
        other = scene.owner()
        lines += [f"trainer.child = Trainer({other.model}, {other.optimizer})"]
    lines += ["trainer.fit(2)"]
    if scene.chance(50):
        lines.append(deed(scene))
    return Program("\n".join([*parts, *lines]), entries)
