"""The statements of a training step, and of the loops around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.soak.draw import pick, some
from tests.soak.odd import odd
from tests.soak.scene import block, disturbed

if TYPE_CHECKING:
    from tests.soak.scene import Owner, Scene


def forward(scene: Scene, owner: Owner) -> list[str]:
    """A loss is computed, from one model or from two."""
    model, x, y = owner.model, scene.x, scene.y
    other = scene.owner().model
    compute = [one for one in scene.helpers if one.takes == ("model", "x", "y")]
    if compute and scene.chance(30):
        return [f"loss = {scene.handed(compute[0], owner)}"]
    form = scene.draw.below(9)
    if form <= 2:
        return [f"loss = loss_fn({model}({x}), {y})"]
    if form == 3:
        return [f"out = {model}({x})", f"loss = ((out - {y}) ** 2).sum()"]
    if form == 4:
        return [f"loss = loss_fn({model}({x}), {y}) + loss_fn({other}({x}), {y})"]
    if form == 5:
        return [f"loss = loss_fn({other}({model}({x})), {y})"]
    if form == 6:
        return [f"loss = loss_fn({model}({other}({x}).detach()), {y})"]
    if form == 7:
        return [
            block("with torch.no_grad():", f"target = {other}({x})"),
            f"loss = loss_fn({model}({x}), target)",
        ]
    return [f"{model}.train()", f"loss = loss_fn({model}({x}), {y})", "print(loss.item())"]


def backward(scene: Scene) -> str:
    """A loss is taken back."""
    if scene.scaler:
        return "scaler.scale(loss).backward()"
    return scene.pick("loss.backward()", "loss.backward()", "loss.backward()", "(loss / 2).backward()")


def look(scene: Scene, owner: Owner) -> str:
    """Somebody looks at gradients."""
    return scene.pick(
        f"torch.nn.utils.clip_grad_norm_({owner.model}.parameters(), 0.5)",
        f"print({owner.model}{owner.weight}.grad)",
        f"print(torch.nn.utils.clip_grad_norm_({owner.model}.parameters(), 0.5))",
        f"print([p.grad for p in {owner.model}.parameters()])",
        f"monitor({owner.model})",
    )


def step(scene: Scene, owner: Owner) -> list[str]:
    """An optimizer steps."""
    if scene.scaler:
        return [f"scaler.step({owner.optimizer})", "scaler.update()"]
    update = [one for one in scene.helpers if one.takes == ("optimizer",)]
    if update and scene.chance(30):
        return [scene.handed(pick(scene.draw, update), owner)]
    return [f"{owner.optimizer}.step()"]


def zero(scene: Scene, owner: Owner) -> str:
    """Gradients are cleared."""
    form = scene.draw.below(12)
    if form <= 7:
        return f"{owner.optimizer}.zero_grad()"
    if form == 8:
        return f"{owner.optimizer}.zero_grad(set_to_none=True)"
    if form == 9:
        return f"{owner.optimizer}.zero_grad(set_to_none=False)"
    if form == 10:
        return f"{owner.model}.zero_grad()"
    return f"{owner.optimizer}.zero_grad({scene.pick('True', 'False')})"


def quiet(scene: Scene) -> str:
    """Something that leaves gradients alone."""
    return scene.pick("print('.')", "scheduler.step()", "print(loss.item())", "tick = 1", "pass")


def guard(scene: Scene) -> str:
    """A way out of the iteration."""
    ways = ["continue", "break"] if scene.loop else []
    ways += ["return"] if scene.function else []
    return block(f"if {scene.pick('coin()', 'coin()', 'not coin()')}:", pick(scene.draw, ways or ["pass"]))


def foreign(scene: Scene) -> str:
    """Any statement at all."""
    owner = scene.owner()
    form = scene.draw.below(16)
    if form == 0:
        return zero(scene, owner)
    if form == 1:
        return "\n".join([*forward(scene, owner), backward(scene)])
    if form == 2:
        return step(scene, owner)[0]
    if form == 3:
        return look(scene, owner)
    if form == 4:
        return guard(scene)
    if form == 5:
        return f"loss_fn({owner.model}({scene.x}), {scene.y}).backward()"
    if form == 6:
        return f"evaluate({owner.model})"
    if form == 7:
        return f"{scene.pick('warmup', 'find_lr')}({owner.model}, {owner.optimizer})"
    if form == 8:
        return block("if coin():", "raise RuntimeError")
    if form == 9 and scene.helpers:
        return scene.handed(pick(scene.draw, scene.helpers), owner)
    if form == 10:
        return rebinding(scene, owner)
    if form == 11:
        return f"save_checkpoint({owner.model}, {owner.optimizer})"
    if form == 12:
        return "\n".join(forward(scene, owner))
    if form == 13:
        return block(f"for p in {owner.model}.parameters():", scene.pick("print(p.grad)", "p.grad = None"))
    if form == 14:
        return block("if coin():", foreign(scene))
    return odd(scene, owner) if scene.chance(60) else quiet(scene)


def rebinding(scene: Scene, owner: Owner) -> str:
    """A name of an optimizer or of a model gets another meaning."""
    other = scene.owner()
    if "(" in owner.optimizer + other.optimizer:
        return f"{owner.model} = {other.model}"
    fresh = f"torch.optim.SGD({owner.model}.parameters(), lr=0.05, momentum=0.9)"
    return scene.pick(
        f"{owner.optimizer} = {fresh}",
        f"{owner.optimizer} = {other.optimizer}",
        f"{owner.model}, {other.model} = {other.model}, {owner.model}",
        f"{owner.optimizer}, {other.optimizer} = {other.optimizer}, {owner.optimizer}",
        f"{owner.model} = Net()",
        f"{owner.model} = {other.model}",
    )


def training_step(scene: Scene) -> list[str]:
    """Forward, backward, step and zero_grad of one optimizer or of several, in one of the usual orders."""
    chosen = some(scene.draw, scene.owners, least=1)
    order = pick(scene.draw, ["last"] * 7 + ["first", "after forward", "none", "other"])
    together = len(chosen) > 1 and scene.chance(40)
    found = together_(scene, chosen, order) if together else []
    for owner in [] if together else chosen:
        found += alone(scene, owner, order)
    if scene.chance(10):
        found.insert(0, guard(scene))
    if scene.chance(10):
        found.append(quiet(scene))
    return disturbed(scene, found, foreign)


def alone(scene: Scene, owner: Owner, order: str) -> list[str]:
    """One loss for one optimizer."""
    first, middle, last = (
        [zero(scene, owner)] if order == one else [] for one in ("first", "after forward", "last")
    )
    found = [*first, *forward(scene, owner), *middle, backward(scene)]
    if scene.scaler and scene.chance(50):
        found.append(f"scaler.unscale_({owner.optimizer})")
    if scene.chance(25):
        found.append(look(scene, owner))
    used = step(scene, owner)
    if scene.chance(10):
        used.append("scheduler.step()")
    used += last
    if order == "other":
        used.insert(scene.draw.below(len(used) + 1), zero(scene, scene.owner()))
    if scene.chance(6):
        return (
            [*found, block("if (i + 1) % 2 == 0:", *used)]
            if scene.loop
            else [*found, block("if coin():", *used)]
        )
    if scene.chance(8):
        found.append(guard(scene))
    return [*found, *used]


def together_(scene: Scene, chosen: list[Owner], order: str) -> list[str]:
    """One loss or several, then all optimizers."""
    found: list[str] = []
    if order == "first":
        found += [zero(scene, one) for one in chosen]
    for one in chosen if scene.chance(50) else chosen[:1]:
        found += [*forward(scene, one), backward(scene)]
    if scene.chance(25):
        found.append(look(scene, chosen[0]))
    names = ", ".join(one.optimizer for one in chosen)
    if order == "last" and not scene.scaler and scene.chance(25):
        return [*found, block(f"for each in ({names},):", "each.step()", "each.zero_grad()")]
    for one in chosen:
        found += step(scene, one)
        found += [zero(scene, one)] if order == "last" and scene.chance(50) else []
    if order == "last":
        found += [zero(scene, one) for one in chosen if scene.chance(60)]
    return found


def loop(scene: Scene, name: str | None = None) -> list[str]:
    """A loop over batches, its body a training step; perhaps inside a loop over epochs."""
    loader = name or scene.loader
    before: list[str] = []
    form = scene.draw.below(6) if loader else 6
    if form <= 2:
        head, x, y = f"for x, y in {loader}:", "x", "y"
    elif form == 3:
        head, x, y = f"for i, (x, y) in enumerate({loader}):", "x", "y"
    elif form == 4:
        head, x, y = f"for batch in {loader}:", "batch[0]", "batch[1]"
    elif form == 5:
        before, head, x, y = [f"it = iter({loader})"], "while coin():", scene.x, scene.y
    else:
        head, x, y = scene.pick("for i in range(3):", "while coin():", "while True:"), scene.x, scene.y
    inner = scene.inside(loop=True, x=x, y=y)
    body = training_step(inner)
    text = "\n".join(body)
    if "(i + 1)" in text and " i" not in head:
        before.append("i = 0")
        body.insert(0, "i += 1")
    if head == "while True:":
        body.insert(scene.draw.below(len(body) + 1), block("if coin():", "break"))
    whole = [*before, block(head, *body)]
    if scene.chance(6):
        whole.append(block("else:", foreign(scene.inside())))
        whole[-2:] = ["\n".join(whole[-2:])]
    if scene.chance(25):
        outer = scene.inside(loop=True)
        if scene.chance(25):
            whole.insert(0, foreign(outer))
        if scene.chance(25):
            whole.append(scene.pick("scheduler.step()", f"evaluate({scene.owner().model})", foreign(outer)))
        whole = [
            block(
                scene.pick("for epoch in range(epochs):", "while coin():"), *disturbed(outer, whole, foreign)
            )
        ]
    return whole


def suite(scene: Scene) -> list[str]:
    """A whole training: what comes before a loop or a step, that itself, what comes behind it, perhaps another one."""
    found: list[str] = []
    if scene.chance(20):
        found.append(before(scene))
    for _ in range(2 if scene.chance(15) else 1):
        found += loop(scene) if scene.depth > 1 and scene.chance(85) else training_step(scene.inside())
    if scene.chance(25):
        found.append(after(scene))
    return disturbed(scene, found, foreign)


def before(scene: Scene) -> str:
    """Something that may leave gradients behind, or clears them."""
    owner = scene.owner()
    return scene.pick(
        f"loss_fn({owner.model}({scene.x}), {scene.y}).backward()",
        zero(scene, owner),
        f"warmup({owner.model})",
        f"evaluate({owner.model})",
        "loss = None",
    )


def after(scene: Scene) -> str:
    """Something that may look at what is left."""
    owner = scene.owner()
    return scene.pick(
        look(scene, owner),
        zero(scene, owner),
        step(scene, owner)[0],
        f"evaluate({owner.model})",
        foreign(scene),
    )
