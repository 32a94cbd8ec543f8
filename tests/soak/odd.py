"""What real code does now and then, and what makes an analysis stumble: other spellings, other names, odd statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick
from tests.soak.scene import block

if TYPE_CHECKING:
    from tests.soak.scene import Owner, Scene


def spelled(scene: Scene) -> tuple[list[str], Scene]:
    """Statements after which the owners go by other texts; sometimes by the old ones as well."""
    form = scene.draw.below(7)
    owners = scene.owners
    optimizers = [one.optimizer for one in owners]
    if form == 0:
        names = [f"opt{index}" for index, _ in enumerate(owners)]
        lines = [f"{name} = {one}" for name, one in zip(names, optimizers, strict=True)]
    elif form == 1:
        names = [f"opts[{index}]" for index, _ in enumerate(owners)]
        lines = [f"opts = [{', '.join(optimizers)}]"]
    elif form == 2:
        names = [f'opts["{index}"]' for index, _ in enumerate(owners)]
        pairs = ", ".join(f'"{index}": {one}' for index, one in enumerate(optimizers))
        lines = [f"opts = {{{pairs}}}"]
    elif form == 3:
        names = [f"state.opt{index}" for index, _ in enumerate(owners)]
        lines = ["state = types.SimpleNamespace()"]
        lines += [f"{name} = {one}" for name, one in zip(names, optimizers, strict=True)]
    elif form == 4:
        names = [f"get{index}()" for index, _ in enumerate(owners)]
        lines = [block(f"def get{index}():", f"return {one}") for index, one in enumerate(optimizers)]
    elif form == 5:
        names = [f"opt{index}" for index, _ in enumerate(owners)]
        lines = [f"{', '.join(names)}, = {', '.join(optimizers)},"]
    else:
        names = [f"box{index}.opt" for index, _ in enumerate(owners)]
        lines = [block("class Box:", block("def __init__(self, opt):", "self.opt = opt"))]
        lines += [f"box{index} = Box({one})" for index, one in enumerate(optimizers)]
    other = tuple(replace(one, optimizer=name) for one, name in zip(owners, names, strict=True))
    return lines, replace(scene, owners=(*other, *owners) if scene.chance(40) else other)


def odd(scene: Scene, owner: Owner) -> str:
    """One statement of a kind that a training step rarely has."""
    other = scene.owner()
    model, optimizer, weight = owner.model, owner.optimizer, owner.model + owner.weight
    x, y = scene.x, scene.y
    return pick(
        scene.draw,
        (
            f"{optimizer}.zero_grad() if coin() else None",
            f"coin() and {optimizer}.zero_grad()",
            f"[each.zero_grad() for each in ({optimizer}, {other.optimizer})]",
            block(f"for each in ({optimizer}, {other.optimizer}):", "each.step()"),
            block(f"for each in ({optimizer}, {other.optimizer}):", "each.zero_grad()"),
            f"kept = {weight}.grad",
            f"kept = {weight}.grad\nprint(kept)",
            f"{optimizer}.param_groups[0]['lr'] = 0.01",
            f"{model}.load_state_dict({other.model}.state_dict())",
            f"{optimizer}.load_state_dict({optimizer}.state_dict())",
            f"{model} = copy.deepcopy({other.model})",
            f"{weight}.grad = None",
            f"{weight}.grad = torch.ones(2)",
            block(f"if {weight}.grad is not None:", f"{weight}.grad.mul_(0.5)"),
            block(f"for p in {model}.parameters():", block("if p.grad is not None:", "p.grad *= 0.5")),
            f"print(torch.autograd.grad(loss_fn({model}({x}), {y}), list({model}.parameters()), allow_unused=True))",
            block(f"for p in {model}.parameters():", "p.requires_grad_(not p.requires_grad)"),
            f"{optimizer}.step(lambda: loss_fn({model}({x}), {y}))",
            f"{optimizer}.add_param_group({{'params': [torch.nn.Parameter(torch.ones(2))]}})",
            f"{model}.eval()",
            block("match coin():", block("case True:", f"{optimizer}.zero_grad()")),
            block("try:", f"loss_fn({model}({x}), {y}).backward()")
            + "\n"
            + block("except Exception:", "pass"),
            f"(loss := loss_fn({model}({x}), {y})).backward()",
            f"{optimizer}.zero_grad()\n{optimizer}.zero_grad()",
            f"torch.nn.utils.clip_grad_value_({model}.parameters(), 0.1)",
            f"assert coin() or {optimizer}.zero_grad() is None",
            block(f"if any(p.grad is None for p in {model}.parameters()):", "print('none')"),
        ),
    )
