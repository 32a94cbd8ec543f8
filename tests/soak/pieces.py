"""What the shapes put together: what a program makes or is given, one turn of training, one deed, calls from outside."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.builds import built
from tests.soak.fate import Entry
from tests.soak.odd import spelled
from tests.soak.scene import block
from tests.soak.steps import look, step, training_step, zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.soak.scene import Helper, Owner, Scene

PARAMETERS = (
    "{}.parameters()",
    "{}.parameters()",
    "{}.parameters()",
    "params={}.parameters()",
    "list({}.parameters())",
    "[*{}.parameters()]",
    "[{{'params': {}.parameters()}}]",
    "[p for p in {}.parameters() if p.requires_grad]",
    "filter(lambda p: p.requires_grad, {}.parameters())",
)
"""How an optimizer is handed the parameters of a model."""


def set_up(scene: Scene) -> tuple[list[str], Scene]:
    """Models and optimizers that the program makes itself, or none: then it uses the world's."""
    found, scene = built(scene) if scene.chance(50) else ([], scene)
    lines, scene = spelled(scene) if scene.chance(15) else ([], scene)
    return [*found, *lines], scene


def declared(word: str, owners: Sequence[Owner], body: list[str]) -> list[str]:
    """A function's body, with what it binds of the models and optimizers around it declared."""
    names = {text for one in owners for text in (one.model, one.optimizer)}
    trees = (
        node
        for text in body
        for node in ast.walk(ast.parse(block("async def f():", block("while x:", text))))
    )
    bound = {node.id for node in trees if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found = sorted(names & bound)
    return [f"{word} {', '.join(found)}", *body] if found else body


def scene_return(scene: Scene) -> list[str]:
    """A function's result."""
    return ["return loss.item()"] if scene.chance(30) else []


def entered(scene: Scene, calls: Sequence[Helper]) -> tuple[Entry, ...]:
    """Calls by code outside the file, for each owner."""
    lines = (
        (scene.handed(one, owner).replace("loss)", "x0.sum())"), one.call)
        for one in calls
        for owner in scene.owners
    )
    return tuple(Entry(*one) for one in dict.fromkeys(lines))


def optimizer_over(scene: Scene, model: str) -> str:
    """An expression for a new optimizer over a model."""
    return f"torch.optim.SGD({scene.pick(*PARAMETERS).format(model)}, lr=0.05, momentum=0.9)"


def turn(scene: Scene, owner: Owner | None = None) -> list[str]:
    """One turn of training, its zero_grad behind the step as a rule."""
    owner = owner or scene.owner()
    forward = f"loss = loss_fn({owner.model}({scene.x}), {scene.y})"
    clear, used = f"{owner.optimizer}.zero_grad()", f"{owner.optimizer}.step()"
    form = scene.draw.below(12)
    if form <= 8:
        return [forward, "loss.backward()", used, clear]
    if form == 9:
        return [clear, forward, "loss.backward()", used]
    if form == 10:
        return [forward, "loss.backward()", used]
    return training_step(scene)


def deed(scene: Scene, owner: Owner | None = None) -> str:
    """Something done to gradients, or by them, or nothing."""
    owner = owner or scene.owner()
    form = scene.draw.below(13)
    if form <= 1:
        return zero(scene, owner)
    if form <= 3:
        return f"loss_fn({owner.model}({scene.x}), {scene.y}).backward()"
    if form == 4:
        return step(scene, owner)[0]
    if form <= 6:
        return look(scene, owner)
    return "\n".join(turn(scene, owner)) if form == 7 else "pass"


def among(scene: Scene, statements: list[str], *more: str) -> list[str]:
    """Statements with others put among them."""
    found = list(statements)
    for one in more:
        found.insert(scene.draw.below(len(found) + 1), one)
    return found


def looped(scene: Scene, body: list[str]) -> list[str]:
    """A body that trains on ``x, y``, once or in a loop."""
    if scene.chance(70):
        return [block("for x, y in loader:", *body)]
    return ["x, y = x0, y0", *body]


def batch(scene: Scene, **changes: object) -> Scene:
    """The scene inside of a body that :func:`looped` takes."""
    return replace(scene, x="x", y="y", scaler=False, helpers=(), **changes)  # type: ignore[arg-type]


def calls(scene: Scene, lines: Sequence[str], least: int = 1) -> list[str]:
    """Some of the calls, in any order, with deeds of the file in between now and then."""
    found = [lines[scene.draw.below(len(lines))] for _ in range(least + scene.draw.below(3))]
    return among(scene, found, deed(scene)) if scene.chance(25) else found
