"""Several instances of one class: with models of their own or a common one, in turn, inside of each other, derived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick
from tests.soak.fate import Entry, Program
from tests.soak.pieces import among, batch, deed, looped, optimizer_over, set_up, turn
from tests.soak.scene import Owner, block

if TYPE_CHECKING:
    from tests.soak.scene import Scene

HOOKS = ("before_step", "after_step", "begin")


@dataclass(frozen=True, slots=True)
class Kind:
    """A class that trains: its text, what its constructor takes, its methods, and its derived class, if there is one."""

    text: str
    takes: str
    builds: bool
    names: tuple[str, ...]
    held: Owner
    derived: tuple[str, ...] | None = None


def instances(scene: Scene) -> Program:
    """Two trainers or three."""
    setup, scene = set_up(scene)
    kind = _kind(scene)
    parts = [*setup, kind.text]
    made = _made(scene, kind)
    lines = [f"t{index} = {text}" for index, text in enumerate(made)]
    targets = {f"t{index}": text for index, text in enumerate(made)}
    form = scene.draw.below(5)
    if form == 1:
        lines += [f"trainers = [{', '.join(targets)}]", _each(scene, kind)]
    elif form == 2:
        parts.append(_outer(scene, kind))
        lines.append(f"outer = Outer(t0, {pick(scene.draw, list(targets))})")
        targets["outer"] = "Outer()"
    elif form == 3 and "train" in kind.names:
        body = ["t0.train(x, y)", f"{pick(scene.draw, list(targets))}.train(x, y)"]
        lines.append(block("for x, y in loader:", *among(scene, body, deed(replace(scene, x="x", y="y")))))
    entries = [_entry(kind, target, text, name) for target, text in targets.items() for name in kind.names]
    entries = [one for one in entries if one.function != "Outer.train"]
    lines += [pick(scene.draw, entries).text for _ in range(scene.draw.below(4) + (form not in (1, 3)))]
    if scene.chance(40):
        lines.append(deed(scene))
    return Program("\n".join([*parts, *lines]), tuple(entries))


def _entry(kind: Kind, target: str, made: str, name: str) -> Entry:
    """A call of a method by code outside, and the method that it runs."""
    owner = made.partition("(")[0]
    if owner == "Derived" and name not in (kind.derived or ()):
        owner = "Trainer"
    return Entry(
        f"{target}.{name}({'x0, y0' if name == 'train' else ''})",
        f"{owner if owner in ('Outer', 'Derived') else 'Trainer'}.{name}",
    )


def _kind(scene: Scene) -> Kind:
    weight = scene.owners[0].weight
    held = Owner("self.model", "self.optimizer", weight)
    head, takes, builds = [], ", model, optimizer", scene.chance(50)
    over = optimizer_over(scene, scene.pick("model", "self.model"))
    init = ["self.model = model", f"self.optimizer = {over if builds else 'optimizer'}"]
    if scene.chance(20):
        # What the class holds, all its instances share.
        first, takes = scene.owners[0], ""
        optimizer = scene.pick(first.optimizer, optimizer_over(scene, first.model))
        head = [f"model = {first.model}", f"optimizer = {optimizer}"]
        init = ["pass"] if scene.chance(60) else [f"self.optimizer = {optimizer_over(scene, 'self.model')}"]
        held = replace(
            held, optimizer=scene.pick("self.optimizer", "Trainer.optimizer", "type(self).optimizer")
        )
    inner = batch(scene, owners=(held,), function=True)
    quiet = replace(inner, x="x0", y="y0")
    hooked = [one for one in HOOKS if scene.chance(35)]
    body = among(inner, turn(inner, held), *(f"self.{one}()" for one in hooked))
    methods = [block(f"def __init__(self{takes}):", *init)]
    names = ["fit", "look"]
    if scene.chance(35):
        names.append("train")
        methods.append(block("def train(self, x, y):", *body))
        body = ["self.train(x, y)"]
    methods.append(block("def fit(self):", *looped(inner, body)))
    methods.append(block("def look(self):", deed(quiet)))
    methods += [block(f"def {one}(self):", deed(quiet) if scene.chance(30) else "pass") for one in hooked]
    text, derived = block("class Trainer:", *head, *methods), None
    if (hooked and scene.chance(70)) or scene.chance(20):
        overridden = _overridden(quiet, hooked, takes)
        text += "\n" + block("class Derived(Trainer):", *overridden.values())
        derived = tuple(overridden)
    return Kind(text, takes, builds, tuple(names), held, derived)


def _overridden(scene: Scene, hooked: list[str], takes: str) -> dict[str, str]:
    """Methods of a derived class."""
    found = {}
    for one in hooked:
        above = [f"super().{one}()"] if scene.chance(40) else []
        found[one] = block(f"def {one}(self):", *among(scene, [deed(scene)], *above))
    form = scene.draw.below(5)
    if form == 0:
        found["fit"] = block("def fit(self):", *among(scene, ["super().fit()"], deed(scene)))
    elif form == 1 and takes:
        built = f"self.optimizer = {optimizer_over(scene, 'model')}"
        found["__init__"] = block(f"def __init__(self{takes}):", "super().__init__(model, optimizer)", built)
    elif form == 2:
        found["look"] = block("def look(self):", *among(scene, ["Trainer.look(self)"], deed(scene)))
    elif form == 3 or not found:
        found["look"] = block("def look(self):", deed(scene))
    return found


def _made(scene: Scene, kind: Kind) -> list[str]:
    """Expressions for the instances."""
    found = []
    for _ in range(2 + scene.draw.below(2)):
        one = scene.owner()
        other = one if scene.chance(75) else scene.owner()
        given = f"{one.model}, {other.optimizer}" if kind.takes else ""
        if kind.takes and kind.builds and scene.chance(30):
            given = "Net(), None"
        found.append(f"{'Derived' if kind.derived is not None and scene.chance(60) else 'Trainer'}({given})")
    if scene.chance(12) and kind.derived is None:
        found[1] = scene.pick("t0", "copy.copy(t0)", "copy.deepcopy(t0)")
    return found


def _each(scene: Scene, kind: Kind) -> str:
    """All of a list of trainers train in turn."""
    if "train" in kind.names and scene.chance(60):
        return block("for x, y in loader:", block("for t in trainers:", "t.train(x, y)"))
    if scene.chance(20):
        return f"trainers[{scene.pick('0', '-1', 'int(coin())')}].fit()"
    return block("for t in trainers:", f"t.{pick(scene.draw, kind.names[:2])}()")


def _outer(scene: Scene, kind: Kind) -> str:
    """A class that holds two trainers."""
    inner = batch(scene, function=True)
    trained = Owner("self.inner.model", "self.inner.optimizer", kind.held.weight)
    seen = Owner("self.other.model", "self.other.optimizer", kind.held.weight)
    name = pick(scene.draw, kind.names[:2])
    body = turn(replace(inner, owners=(trained,)), trained)
    quiet = replace(inner, x="x0", y="y0", owners=(seen,))
    return block(
        "class Outer:",
        block("def __init__(self, inner, other):", "self.inner = inner", "self.other = other"),
        block("def fit(self):", *looped(inner, among(inner, body, f"self.inner.{name}()"))),
        block("def look(self):", f"self.other.{pick(scene.draw, kind.names[:2])}()", deed(quiet)),
    )
