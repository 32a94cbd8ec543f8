"""Classes whose methods give what they hold another meaning: another optimizer, another model, made when it is needed."""

from __future__ import annotations

from dataclasses import replace

from tests.soak.draw import pick, some
from tests.soak.fate import Entry, Program
from tests.soak.pieces import batch, deed, looped, optimizer_over, set_up, turn
from tests.soak.scene import Owner, Scene, block

HELD = Owner("self.model", "self.optimizer")


def rebinding(scene: Scene) -> Program:
    """One class, some methods that train, some that rebind, called in any order."""
    setup, scene = set_up(scene)
    first, other = scene.owners[0], scene.owner()
    held = replace(HELD, weight=first.weight)
    inner = batch(scene, owners=(held,), function=True)
    takes, given = "", ""
    if scene.chance(60):
        takes, given = ", model, optimizer, other", f"{first.model}, {first.optimizer}, {other.model}"
        start = ["self.model = model", "self.other = other"]
        start.append(
            f"self.optimizer = {scene.pick('optimizer', 'optimizer', 'None', optimizer_over(scene, 'self.model'), optimizer_over(scene, 'model'))}"
        )
    else:
        start = [
            f"self.model = {scene.pick('Net()', first.model)}",
            f"self.other = {scene.pick('Net()', other.model)}",
        ]
        start.append(
            f"self.optimizer = {scene.pick(optimizer_over(scene, 'self.model'), 'None', first.optimizer)}"
        )
    start += [
        scene.pick(
            "self.spare = None",
            f"self.spare = {optimizer_over(scene, 'self.other')}",
            "self.spare = self.optimizer",
        )
    ]
    if scene.chance(15):
        start = ["self.build()"]
    named = [(f"m{index}", one) for index, one in enumerate(_rebinds(inner))]
    chosen = some(scene.draw, named, least=1)[:4]
    methods = [block(f"def __init__(self{takes}):", *start)]
    if start == ["self.build()"]:
        takes, given = "", ""
        methods = [
            block("def __init__(self):", "self.build()"),
            block(
                "def build(self):",
                f"self.model, self.other = {first.model}, {other.model}",
                f"self.optimizer = {optimizer_over(scene, 'self.model')}",
                f"self.spare = {optimizer_over(scene, scene.pick('self.model', 'self.other'))}",
            ),
        ]
        chosen = [*chosen[:3], ("build", "")]
    calls = []
    # A method of None raises, and where it does is no promise: an optimizer that is None at first is made in time.
    ensured = ["self.ensure()"] if "self.optimizer = None" in start or scene.chance(15) else []
    for name, lines in chosen:
        if lines:
            methods.append(block(f"def {name}(self):", *ensured, *lines.split("\n")))
        calls.append(name)
    body = turn(inner, held)
    if scene.chance(40):
        body.insert(scene.draw.below(len(body) + 1), f"self.{pick(scene.draw, calls)}()")
    methods.append(block("def fit(self):", *ensured, *looped(inner, body)))
    if ensured:
        methods.append(
            block(
                "def ensure(self):",
                block(
                    "if self.optimizer is None:", f"self.optimizer = {optimizer_over(scene, 'self.model')}"
                ),
            )
        )
    calls += ["fit", "fit", "fit"]
    if scene.chance(50):
        methods.append(block("def look(self):", *ensured, deed(replace(inner, x="x0", y="y0"))))
        calls.append("look")
    if scene.chance(20):
        methods += [
            block("def __enter__(self):", *ensured, chosen[0][1] or "pass", "return self"),
            block("def __exit__(self, *_):", deed(replace(inner, x="x0", y="y0"))),
        ]
    create = f"trainer = Trainer({given})"
    entries = tuple(Entry(f"trainer.{one}()", f"Trainer.{one}") for one in dict.fromkeys(calls))
    parts = [*setup, block("class Trainer:", *methods)]
    if not setup and scene.chance(40):
        return Program("\n".join(parts), entries, Entry(create, "Trainer.__init__"), trains=False)
    script = _script(scene, create, calls, entering="__enter__" in methods[-2])
    if scene.chance(20):
        script.insert(1 + scene.draw.below(len(script)), _from_around(scene, first, other))
    return Program("\n".join([*parts, *script]), entries)


def _script(scene: Scene, create: str, calls: list[str], *, entering: bool) -> list[str]:
    """What the file does with an instance."""
    found = [create]
    for _ in range(2 + scene.draw.below(4)):
        call = f"trainer.{pick(scene.draw, calls)}()"
        found.append(block("with trainer:", call) if entering and scene.chance(60) else call)
    return [*found, deed(scene)] if scene.chance(40) else found


def _rebinds(scene: Scene) -> list[str]:
    """Bodies of methods that rebind."""
    over = scene.pick("self.model", "self.other", "self.other")
    model = scene.pick("self.model", "self.other")
    fresh = optimizer_over(scene, over)
    quiet = replace(scene, x="x0", y="y0")
    return [
        f"self.optimizer = {fresh}",
        f"params = list({over}.parameters())\nself.optimizer = torch.optim.SGD(params, lr=0.05, momentum=0.9)",
        f"self.optimizer = {fresh} if coin() else {optimizer_over(scene, model)}",
        block("if coin():", f"self.optimizer = {fresh}"),
        "self.model, self.other = self.other, self.model",
        "self.model = self.other",
        f"self.model = {scene.pick('Net()', 'copy.deepcopy(self.model)')}",
        f"self.model = Net()\nself.optimizer = {optimizer_over(scene, 'self.model')}",
        "self.optimizer, self.spare = self.spare or self.optimizer, self.optimizer",
        "self.optimizer = self.spare or self.optimizer",
        block("if self.optimizer is None:", f"self.optimizer = {fresh}"),
        block("if self.spare is None:", f"self.spare = {optimizer_over(scene, 'self.model')}")
        + "\nself.optimizer = self.spare",
        f"setattr(self, 'optimizer', {fresh})",
        f"self.__dict__['optimizer'] = {fresh}",
        f"vars(self)['optimizer'] = {fresh}",
        f"self.__dict__.update(optimizer={fresh})",
        f"optimizer = {fresh}\n"
        + "\n".join(looped(scene, turn(scene, Owner(over, "optimizer", scene.owners[0].weight))))
        + "\nself.optimizer = optimizer",
        f"{deed(quiet)}\nself.optimizer = {fresh}",
        f"self.optimizer = {fresh}\n{deed(quiet)}",
        f"kept = self.optimizer\nself.optimizer = {fresh}\n{deed(quiet)}\nself.optimizer = kept",
        f"self.optimizer = (lambda net: {optimizer_over(scene, 'net')})({over})",
        f"for name in ('optimizer',):\n    setattr(self, name, {fresh})",
        "kept = self.optimizer\nself.optimizer = None\nself.optimizer = self.spare or kept",
        f"self.optimizer.__init__({over}.parameters(), lr=0.05, momentum=0.9)",
        f"self.optimizer.add_param_group({{'params': {over}.parameters()}})",
        f"self.optimizer.param_groups[0]['params'] = list({over}.parameters())",
        f"self.optimizer: object = {fresh}",
        f"[self.optimizer] = [{fresh}]",
        f"with contextlib.nullcontext({fresh}) as self.optimizer:\n    pass",
        f"for self.optimizer in [{fresh}]:\n    pass",
        f"print(self.optimizer is None)\nself.optimizer = make({over}) if 'make' in globals() else {fresh}",
    ]


def _from_around(scene: Scene, first: Owner, other: Owner) -> str:
    """The file rebinds what an instance holds, from outside of it."""
    return scene.pick(
        f"trainer.optimizer = {other.optimizer}",
        f"trainer.model = {other.model}",
        f"trainer.optimizer = {optimizer_over(scene, other.model)}",
        f"trainer = Trainer.__new__(Trainer)\ntrainer.model, trainer.other, trainer.optimizer, trainer.spare = {first.model}, {other.model}, {first.optimizer}, {other.optimizer}",
        "trainer = copy.copy(trainer)",
        "trainer = copy.deepcopy(trainer)",
    )
