"""What an optimizer is over changes, or is shared: groups added later, tied and frozen parameters, copies, averages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import some
from tests.soak.fate import OWNERS, Entry, Program
from tests.soak.pieces import among, batch, declared, deed, looped, optimizer_over, turn
from tests.soak.scene import Owner, block

if TYPE_CHECKING:
    from tests.soak.scene import Scene


def parameters(scene: Scene) -> Program:
    """Two models with an optimizer each, and statements that tie, freeze, copy or clear by hand."""
    pairs = [Owner(*one) for one in OWNERS[:2]]
    scene = replace(scene, owners=tuple(pairs), scaler=False, helpers=())
    first, second = pairs
    made = scene.pick("Net()", "torch.nn.Sequential(Net(), Net())", "torch.nn.Sequential(Net(), Net())")
    weight = ".a" if made == "Net()" else "[0].a"
    pairs = [replace(one, weight=weight) for one in pairs]
    scene = replace(scene, owners=tuple(pairs))
    setup = [f"{one.model} = {made}" for one in pairs]
    if scene.chance(30):
        setup[1] = (
            f"{second.model} = {scene.pick(f'copy.deepcopy({first.model})', first.model, f'torch.nn.Sequential({first.model}, Net())', f'torch.nn.Sequential(*{first.model}.children(), Net())')}"
        )
        if made == "Net()" and "Sequential" in setup[1]:
            scene = replace(scene, owners=(pairs[0], replace(pairs[1], weight="[-1].a")))
    over = [f"{one.optimizer} = {optimizer_over(scene, one.model)}" for one in pairs]
    if scene.chance(25):
        over[1] = (
            f"{second.optimizer} = torch.optim.SGD({scene.pick(f'list({first.model}.parameters())[1:]', f'list({first.model}.parameters())[:1]', f'[p for p in {first.model}.parameters()]', f'list({second.model}.parameters()) + [{first.model}{weight}]', f'[{second.model}{scene.owners[1].weight}]')}, lr=0.05, momentum=0.9)"
        )
    setup += over
    inner = batch(scene, function=False)
    quiet = replace(inner, x="x0", y="y0")
    for _ in range(scene.draw.below(2)):
        setup.insert(2 + scene.draw.below(len(setup) - 1), _tied(quiet, *scene.owners))
    body = turn(inner)
    if scene.chance(50):
        body += turn(inner)
    chosen = [_by_hand(inner, *scene.owners) for _ in range(scene.draw.below(2))]
    chosen += [_tied(inner, *scene.owners) for _ in range(scene.draw.below(2))]
    body = among(inner, body, *chosen)
    if scene.chance(30):
        body = [
            _by_hand(inner, *scene.owners) if one.endswith(".zero_grad()") and "\n" not in one else one
            for one in body
        ]
    whole = looped(inner, body)
    if scene.chance(30):
        whole += looped(inner, turn(inner))
    tail = some(scene.draw, [deed(quiet), _tied(quiet, *scene.owners), deed(quiet)])
    if scene.chance(35):
        part = block("def fit():", *declared("global", scene.owners, whole))
        return Program("\n".join([*setup, part, "fit()", *tail]), (Entry("fit()", "fit"),))
    return Program("\n".join([*setup, *whole, *tail]))


def _tied(scene: Scene, first: Owner, second: Owner) -> str:
    """Two models or optimizers come to share something, or part; some parameters are frozen, or learn again."""
    return scene.pick(
        f"{second.model}{second.weight} = {first.model}{first.weight}",
        f"{first.model}.extra = {second.model}",
        f"{first.model}.add_module('extra', {second.model})",
        f"{first.model}.register_parameter('extra', {second.model}{second.weight})",
        f"{first.optimizer}.add_param_group({{'params': [torch.nn.Parameter(torch.ones(2))]}})",
        block("try:", f"{first.optimizer}.add_param_group({{'params': {second.model}.parameters()}})") + "\n" + block("except ValueError:", "pass"),
        f"{first.optimizer}.param_groups.append({second.optimizer}.param_groups[0])",
        f"{first.optimizer}.param_groups[0]['params'].extend({second.model}.parameters())",
        f"{first.optimizer}.param_groups = {second.optimizer}.param_groups",
        f"{first.optimizer}.param_groups, {second.optimizer}.param_groups = {second.optimizer}.param_groups, {first.optimizer}.param_groups",
        f"{first.optimizer}.param_groups[0]['params'].pop()",
        f"{first.model}{first.weight}.requires_grad_({scene.pick('False', 'True', 'coin()')})",
        block(f"for p in {first.model}.parameters():", "p.requires_grad = not p.requires_grad"),
        f"{first.model}.requires_grad_({scene.pick('False', 'True')})",
        f"{first.model}.load_state_dict({first.model}.state_dict())",
        f"{first.model}.load_state_dict({first.model}.state_dict(), assign=True)",
        f"{first.optimizer}.load_state_dict({first.optimizer}.state_dict())",
        block("with torch.no_grad():", block(f"for p, q in zip({first.model}.parameters(), {second.model}.parameters()):", "q.mul_(0.5).add_(p.detach(), alpha=0.5)")),
        block(f"for p, q in zip({first.model}.parameters(), {second.model}.parameters()):", "q.data = p.data.clone()"),
        block(f"for p, q in zip({first.model}.parameters(), {second.model}.parameters()):", "q.data = p.data"),
        block(f"for p, q in zip({first.model}.parameters(), {second.model}.parameters()):", "q.grad = p.grad"),
        block(f"for p, q in zip({first.model}.parameters(), {second.model}.parameters()):", block("if p.grad is not None:", "q.grad = p.grad.clone()")),
        f"{second.model} = copy.deepcopy({first.model})",
        f"{first.model}{first.weight} = torch.nn.Parameter(torch.ones(2))",
        f"{first.optimizer} = {optimizer_over(scene, second.model)}",
        f"{first.optimizer}, {second.optimizer} = {second.optimizer}, {first.optimizer}",
        f"{first.optimizer}.state.clear()",
        f"torch.nn.utils.vector_to_parameters(torch.nn.utils.parameters_to_vector({first.model}.parameters()), {second.model}.parameters())",
        f"{first.model}.to(torch.float64).to(torch.float32)",
        f"swa = torch.optim.swa_utils.AveragedModel({first.model})\nswa.update_parameters({first.model})",
    )  # fmt: skip


def _by_hand(scene: Scene, first: Owner, second: Owner) -> str:
    """Gradients are cleared by hand."""
    one = scene.owner()
    del first, second
    return scene.pick(
        block(f"for p in {one.model}.parameters():", "p.grad = None"),
        block(f"for p in {one.model}.parameters():", block("if p.grad is not None:", "p.grad.zero_()")),
        block(f"for p in {one.model}.parameters():", block("if p.grad is not None:", "p.grad.detach_()", "p.grad.zero_()")),
        block(f"for group in {one.optimizer}.param_groups:", block("for p in group['params']:", "p.grad = None")),
        block(f"for p in {one.model}.parameters():", "p.grad = torch.zeros_like(p)"),
        block(f"for p in {one.model}.parameters():", "p.grad = p.grad * 0 if p.grad is not None else None"),
        block(f"for _, p in {one.model}.named_parameters():", block("if p.grad is not None:", "p.grad.data.fill_(0)")),
        f"{one.model}.zero_grad()",
        f"{one.model}.zero_grad(set_to_none=False)",
        f"{one.model}.apply(lambda m: m.zero_grad())",
        block(f"for m in {one.model}.modules():", "m.zero_grad()"),
        f"[setattr(p, 'grad', None) for p in {one.model}.parameters()]",
        f"torch._foreach_zero_([p.grad for p in {one.model}.parameters() if p.grad is not None] or [torch.zeros(1)])",
        f"{one.model}{one.weight}.grad = None",
        block(f"for p in {one.model}.parameters():", "del p.grad"),
        f"torch.optim.Optimizer.zero_grad({one.optimizer})",
        f"getattr({one.optimizer}, 'zero_grad')()",
    )  # fmt: skip
