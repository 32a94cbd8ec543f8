"""How programs make their models and optimizers: apart from each other, or with something in common."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick
from tests.soak.scene import block

if TYPE_CHECKING:
    from tests.soak.scene import Owner, Scene

OWN_NET = block(
    "class Own(torch.nn.Module):",
    block(
        "def __init__(self):",
        "super().__init__()",
        "self.a = torch.nn.Parameter(torch.ones(2))",
        "self.b = torch.nn.Parameter(torch.tensor([0.5, -0.5]))",
    ),
    block("def forward(self, x):", "return x * self.a + (x * self.b if x[0, 0] > 0 else 0)"),
)


def _headed(trunk: str, parameter: str = "") -> str:
    """A class of modules around another module."""
    return block(
        "class Head(torch.nn.Module):",
        block(
            f"def __init__(self{parameter}):",
            "super().__init__()",
            f"self.trunk = {trunk}",
            "self.a = torch.nn.Parameter(torch.ones(2))",
        ),
        block("def forward(self, x):", "return self.trunk(x) * self.a"),
    )


def models(scene: Scene) -> tuple[list[str], Scene]:
    """Statements that make a model for each owner."""
    form = scene.draw.below(10)
    weight, made, head = ".a", "Net()", []
    if form == 0:
        weight, made = ".weight", "torch.nn.Linear(2, 2)"
    elif form == 1:
        made, head = "Own()", [OWN_NET]
    elif form == 2:
        made, head = "Head()", [OWN_NET, _headed("Own()")]
    elif form == 3:
        made, head = "Head(trunk)", [OWN_NET, _headed("trunk", ", trunk"), "trunk = Own()"]
    elif form == 4:
        made, head = "Head()", ["TRUNK = Net()", _headed("TRUNK")]
    elif form == 5:
        made, head = "Head()", [OWN_NET, _headed("trunk", ", trunk=Own()")]
    elif form == 6:
        made, head = "make()", [block("def make():", "return Net()")]
    found = [*head, *(f"{one.model} = {made}" for one in scene.owners)]
    if len(scene.owners) > 1 and scene.chance(25):
        first, second = scene.owners[0].model, scene.owners[1].model
        found.append(
            pick(
                scene.draw,
                (
                    f"{second} = copy.deepcopy({first})",
                    f"{second} = {first}",
                    f"{second}{weight} = {first}{weight}",
                    f"{second}.extra = {first}",
                    f"{second}.register_module('extra', {first})",
                ),
            )
        )
    return found, replace(scene, owners=tuple(replace(one, weight=weight) for one in scene.owners))


def optimizer(scene: Scene, owner: Owner) -> str:
    """A statement that makes the optimizer of an owner."""
    other = scene.owner()
    parameters = f"{owner.model}.parameters()"
    if scene.chance(15):
        parameters = pick(
            scene.draw,
            (
                f"list({owner.model}.parameters())",
                f"list({owner.model}.parameters()) + list({other.model}.parameters())",
                f"{other.model}.parameters()",
                f"[{owner.model}{owner.weight}]",
                f"[{{'params': {owner.model}.parameters()}}, {{'params': []}}]",
            ),
        )
    made = scene.pick(
        "SGD({}, lr=0.05, momentum=0.9)",
        "SGD({}, lr=0.05, momentum=0.9, weight_decay=0.01)",
        "Adam({}, lr=0.05)",
    )
    return f"{owner.optimizer} = torch.optim.{made.format(parameters)}"


def built(scene: Scene) -> tuple[list[str], Scene]:
    """Statements that make everything that the owners name."""
    found, scene = models(scene)
    return [*found, *(optimizer(scene, one) for one in scene.owners)], scene
