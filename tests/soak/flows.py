"""Programs in which values go all ways between models that share nothing: detached or not, kept, written into each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.builds import OWN_NET
from tests.soak.draw import pick, some
from tests.soak.fate import OWNERS, Program
from tests.soak.scene import Owner, block

if TYPE_CHECKING:
    from tests.soak.scene import Scene

HELPERS = {
    "run": block("def run(net, v):", "return net(v)"),
    "same": block("def same(v, w=None):", "return v if w is None else w"),
    "fill": block("def fill(v, w):", "v.add_(w)", "return v"),
    "kept": "memory = []\n" + block("def kept(v):", "memory.append(v)", "return memory[0]"),
    "each": block("def each(v):", "yield v"),
    "quietly": block("@torch.no_grad()\ndef quietly(net, v):", "return net(v)"),
    "toggled": block(
        "def toggled(net, flag):", block("for p in net.parameters():", "p.requires_grad = flag")
    ),
    "toggle_all": block(
        "def toggle_all(nets, flag=False):",
        block("if not isinstance(nets, list):", "nets = [nets]"),
        block("for net in nets:", block("if net is not None:", "net.requires_grad_(flag)")),
    ),
    "loosened": block(
        "def loosened(v, nets):", block("for net in nets:", "net.requires_grad_(True)"), "return v"
    ),
    "Box": block(
        "class Box:", block("def __init__(self, v):", "self.v = v"), block("def get(self):", "return self.v")
    ),
}
"""Functions and classes of the file, by their names."""

MADE = (
    "torch.nn.Linear(2, 2)",
    "Own()",
    "torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh())",
    "Keeping()",
)

KEEPING = block(
    "class Keeping(torch.nn.Module):",
    block(
        "def __init__(self):", "super().__init__()", "self.inner = torch.nn.Linear(2, 2)", "self.last = None"
    ),
    block(
        "def forward(self, x):",
        "h = self.inner(x)",
        "out = h if self.last is None else h + self.last",
        "self.last = h",
        "return out",
    ),
)


def flowing(scene: Scene) -> Program:
    """Two models or three, apart from each other, each with an optimizer and a loss of its own."""
    owners = [Owner(*one) for one in OWNERS[: 2 + scene.draw.below(2)]]
    scene = replace(scene, owners=tuple(owners), scaler=False)
    form = scene.draw.below(4)
    if form == 3:
        names = [(one.model, one.optimizer) for one in owners]
        scene = replace(scene, owners=tuple(Owner(f"self.{model}", f"self.{opt}") for model, opt in names))
    count = 3 if scene.chance(50) else 4
    made = [f"{one.model} = {MADE[scene.draw.below(count)]}" for one in scene.owners]
    frozen = scene.chance(40)
    made += [
        f"{one.optimizer} = torch.optim.SGD({one.model}.parameters(), lr=0.05, momentum=0.9)"
        for one in scene.owners
    ]
    body = [block("for x, y in loader:", *iteration(scene, frozen=frozen))]
    start = ["a = b = x0.clone()", "items = [x0.clone()]"]
    text = "\n".join([*made, *body])
    head = [HELPERS[one] for one in HELPERS if f"{one}(" in text]
    head += [one for name, one in (("Own", OWN_NET), ("Keeping", KEEPING)) if f"{name}()" in text]
    if form == 3:
        trainer = block(
            "class Trainer:",
            block("def __init__(self):", *made),
            block("def fit(self, loader):", *start, *body),
        )
        return Program("\n".join([*head, trainer, "trainer = Trainer()", "trainer.fit(loader)"]))
    if form == 2:
        return Program("\n".join([*head, *made, block("def main():", *start, *body), "main()"]))
    return Program("\n".join([*head, *made, *start, *body]))


def iteration(scene: Scene, *, frozen: bool) -> list[str]:
    """One loss for each optimizer; between them, values go around. ``frozen``: some models are frozen meanwhile."""
    found: list[str] = ["x = x.clone()", *(["a = b = x"] if scene.chance(60) else [])]
    for owner in some(scene.draw, scene.owners, least=2):
        others = [one.model for one in scene.owners if one is not owner and frozen and scene.chance(70)]
        # What does not lead to any parameter that requires a gradient raises: a model learns thawed as a rule.
        thaw = [toggle(scene, owner.model, "True")] if frozen and scene.chance(95) else []
        freeze = [toggle(scene, one, "False") for one in others]
        if scene.chance(30):
            freeze = [disturbed_toggle(scene, one) for one in freeze]
        early = scene.draw.below(3)
        found += thaw + (freeze if early == 0 else [])
        for _ in range(scene.draw.below(3)):
            found += statement(scene, 2)
        net = owner.model
        seen = scene.pick("x", f"{value(scene, 1)}", f"{value(scene, 2)}.detach()", value(scene, 2))
        whole = scene.pick(f"{net}({seen})", f"{net}({seen})", f"{net}({seen})", f"{net}(x) + {seen}")
        loss = scene.pick(f"torch.nn.functional.mse_loss({whole}, y)", f"(({whole} - y) ** 2).sum()")
        graph = scene.pick("", "retain_graph=True", "retain_graph=True")
        between = freeze if early == 1 else []
        if frozen and scene.chance(15):
            between = [*between, toggle(scene, scene.owner().model, scene.pick("True", "False"))]
        steps = [f"loss = {loss}", *between, f"loss.backward({graph})", f"{owner.optimizer}.step()"]
        if early == 2:
            steps = [*freeze, *steps]
        zero = f"{owner.optimizer}.zero_grad()"
        found += [zero, *steps] if scene.chance(25) else [*steps, zero]
    return found


def toggle(scene: Scene, net: str, flag: str) -> str:
    """A statement that freezes a model, or lets it learn again."""
    other = scene.owner().model
    whole = (
        f"{net}.requires_grad_({flag})",
        block(f"for p in {net}.parameters():", f"p.requires_grad = {flag}"),
        block(f"for _, p in {net}.named_parameters():", f"p.requires_grad_({flag})"),
        block(f"for net in [{net}]:", f"net.requires_grad_({flag})"),
        f"toggled({net}, {flag})",
        f"toggle_all({net}, {flag})",
        f"toggle_all([{net}], flag={flag})",
    )
    part = (
        f"next({net}.parameters()).requires_grad_({flag})",
        block(f"for p in list({net}.parameters())[1:]:", f"p.requires_grad = {flag}"),
        block(
            f"for n, p in {net}.named_parameters():", block("if 'bias' in n:", f"p.requires_grad = {flag}")
        ),
        f"toggle_all([{net}, {other}], {flag})",
        f"x = loosened(x, [{net}])",
        f"{net}.requires_grad_(coin())",
        block(f"for p in {net}.parameters():", f"p.requires_grad = {flag}", "break"),
    )
    return pick(scene.draw, whole) if scene.chance(80) else pick(scene.draw, part)


def disturbed_toggle(scene: Scene, made: str) -> str:
    """A switch that does not always happen, or is undone."""
    undone = toggle(scene, scene.owner().model, "True")
    return scene.pick(
        block("if coin():", made),
        block("if coin():", made) + "\n" + block("else:", made),
        block("try:", made) + "\n" + block("finally:", undone),
        block("for _ in range(2):", block("if coin():", "break"), made),
        block("while coin():", made),
        block("def turned():", made) + "\nturned()",
        f"{made}\n{undone}",
    )


def value(scene: Scene, depth: int) -> str:
    """An expression for a tensor of two rows."""
    if depth == 0:
        return scene.pick("x", "a", "b", "items[-1]")
    inner, other, net = value(scene, depth - 1), value(scene, depth - 1), scene.owner().model
    return scene.pick(
        f"{net}({inner})",
        f"{net}({inner}).detach()",
        f"{inner}.detach()",
        f"({inner} + {other})",
        f"({inner} * 0.5)",
        f"{inner}.clone()",
        f"{inner}[:]",
        f"{inner}.data",
        f"({inner} if coin() else {other})",
        f"torch.relu({inner})",
        f"torch.nn.Identity()({inner})",
        f"torch.stack([{inner}, {other}]).sum(0)",
        f"torch.full((2, 2), {inner}.sum().item())",
        f"run({net}, {inner})",
        f"quietly({net}, {inner})",
        f"same({inner})",
        f"same({inner}, {other})",
        f"fill({inner}.clone(), {other})",
        f"kept({inner})",
        f"next(each({inner}))",
        f"Box({inner}).get()",
        f"Box({inner}).v",
        f"(lambda v: v)({inner})",
        f"[v for v in [{inner}, {other}]][0]",
        f"{{'k': {inner}}}['k']",
        f"torch.autograd.grad({net}({inner}).sum(), list({net}.parameters()), create_graph=True)[0].sum() * x",
        f"({inner} > 0).float()",
        f"sum(p.sum() for p in {net}.parameters()) * {inner}",
    )


def statement(scene: Scene, depth: int) -> list[str]:
    """Something is done with values."""
    name, given = scene.pick("a", "b"), value(scene, 1 + scene.draw.below(2))
    simple = (
        f"{name} = {given}",
        f"{name} = {given}",
        f"a, b = {given}, {value(scene, 1)}",
        "a, b = b, a",
        f"{name} = {name} + {given}",
        f"{name} += {given}",
        f"{name}[0] = {given}[0]",
        f"{name}.add_({given})",
        f"{name}.copy_({given})",
        f"{name}.detach_()",
        f"items.append({given})",
        f"items[0] = {given}",
        f"items += [{given}]",
        f"{name} = {given}.clone()",
    )
    form = scene.draw.below(20)
    if depth == 0 or form < len(simple) - 2:
        return [pick(scene.draw, simple)]
    inner = statement(scene, depth - 1)
    if form < len(simple):
        return [block("with torch.no_grad():", *inner)]
    return [
        scene.pick(
            block("if coin():", *inner),
            block("if coin():", *inner) + "\n" + block("else:", *statement(scene, depth - 1)),
            block(f"for {name} in [{given}]:", *inner),
            block("try:", *inner) + "\n" + block("finally:", *statement(scene, depth - 1)),
            block("try:", *inner, "raise ValueError") + "\n" + block("except ValueError:", "pass"),
            block("def later():", f"return {given}") + f"\n{name} = later()",
        )
    ]
