"""Functions as values: lists of callbacks, functions handed around, closures, partials, hooks of tensors and optimizers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick, some
from tests.soak.fate import Entry, Program
from tests.soak.pieces import among, batch, declared, deed, looped, set_up, turn
from tests.soak.scene import Owner, Scene, block
from tests.soak.steps import zero

if TYPE_CHECKING:
    from collections.abc import Sequence


def callbacks(scene: Scene) -> Program:
    """A training that calls functions which it looks up somewhere."""
    setup, scene = set_up(scene)
    quiet = batch(replace(scene, x="x0", y="y0"), function=False)
    names = [f"call{index}" for index in range(1 + scene.draw.below(3))]
    parts = []
    for one in names:
        deeds = [deed(replace(quiet, x="x0", y="y0"))]
        parts.append(block(f"def {one}(net=None, opt=None):", *declared("global", scene.owners, deeds)))
    owner = scene.owner()
    keep, call = _kept(scene, names, owner)
    inner = batch(scene, function=False)
    hook = _hook(scene, owner) if scene.chance(30) else []
    body = looped(inner, among(inner, turn(inner, owner), call))
    form = scene.draw.below(4)
    if form == 0:
        parts += [*keep, *hook, *body]
        entries: Sequence[Entry] = [Entry(f"{one}()", one) for one in names]
    elif form == 1:
        parts += [*keep, *hook, block("def fit():", *declared("global", scene.owners, body)), "fit()"]
        entries = [Entry(f"{one}()", one) for one in names]
    elif form == 2:
        given = ", ".join(f"{one}={one}" for one in names)
        parts += [*keep, block(f"def fit({given}):", *declared("global", scene.owners, [*hook, *body]))]
        entries = [Entry("fit()", "fit"), *(Entry(f"{one}()", one) for one in names)]
        if scene.chance(50):
            parts.append("fit()")
    else:
        parts += [*_class(scene, keep, hook, names)]
        entries = [Entry("trainer.fit()", "Trainer.fit")]
    tail = [deed(scene)] if scene.chance(40) else []
    return Program(
        "\n".join([*setup, *parts, *tail]),
        tuple(entries),
        trains=bool(setup or tail) or form != 2 or parts[-1] == "fit()",
    )


def _kept(scene: Scene, names: list[str], owner: Owner) -> tuple[list[str], str]:
    """Where functions are kept, and a statement that calls some."""
    given = scene.pick("", "", owner.model, f"opt={owner.optimizer}")
    every, first = ", ".join(names), names[0]
    table = ", ".join(f"'{one}': {one}" for one in names)
    return pick(
        scene.draw,
        (
            ([f"calls = [{every}]"], block("for f in calls:", f"f({given})")),
            ([f"calls = ({every},)"], block("for f in calls:", f"f({given})")),
            ([f"calls = {{{table}}}"], block("for f in calls.values():", f"f({given})")),
            ([f"calls = {{{table}}}"], block("for k, f in calls.items():", f"f({given})")),
            ([f"calls = {{{table}}}"], f"calls['{first}']({given})"),
            ([f"calls = {{{table}}}"], f"calls.get('{first}', print)({given})"),
            ([f"calls = [{every}]"], f"calls[0]({given})"),
            ([f"calls = [{every}]"], f"[f({given}) for f in calls]"),
            ([f"calls = [{every}]"], f"calls[coin() % len(calls)]({given})"),
            (
                ["calls = []", *(f"calls.append({one})" for one in names)],
                block("for f in calls:", f"f({given})"),
            ),
            ([f"run = {first} if coin() else {names[-1]}"], f"run({given})"),
            ([f"run = lambda: {first}({given})"], "run()"),
            (
                ["import functools", f"run = functools.partial({first}, {owner.model}, {owner.optimizer})"],
                "run()",
            ),
            (["import functools", f"run = functools.partial({first}, opt={owner.optimizer})"], "run(None)"),
            (
                [
                    block("def make(f):", block("def run():", f"return f({given})"), "return run"),
                    f"run = make({first})",
                ],
                "run()",
            ),
            ([block("def make(f):", f"return lambda: f({given})")], f"make({first})()"),
            ([block("def apply(f, *args):", "return f(*args)")], f"apply({first})"),
            ([block("def apply(f=" + first + "):", "return f()")], "apply()"),
            ([block("def twice(f):", "f()", "f()")], f"twice({first})"),
            ([], f"list(map({first}, [None]))"),
            ([], f"any(f({given}) for f in ({every},))"),
            (
                [
                    block(
                        "class Calls:",
                        block("def __init__(self):", f"self.f = {first}"),
                        block("def run(self):", f"self.f({given})"),
                    ),
                    "calls = Calls()",
                ],
                scene.pick("calls.run()", "calls.f()", "getattr(calls, 'run')()"),
            ),
            ([f"state = types.SimpleNamespace(run={first})"], f"state.run({given})"),
            ([f"def run():\n    pass\nrun = {first}"], "run()"),
            ([block("class Calls:", f"run = staticmethod({first})"), "calls = Calls()"], "calls.run()"),
            (
                [
                    block("class Calls:", block("def __call__(self):", f"{first}({given})")),
                    "calls = [Calls()]",
                ],
                scene.pick("calls[0]()", block("for c in calls:", "c()")),
            ),
            ([], f"globals()['{first}']({given})"),
            (["import operator\nrun = operator.methodcaller('zero_grad')"], f"run({owner.optimizer})"),
            ([f"run = {owner.optimizer}.zero_grad"], "run()"),
            ([f"run = {owner.optimizer}.step"], "run()"),
            (
                [f"runs = [{owner.optimizer}.step, {owner.optimizer}.zero_grad]"],
                block("for run in runs:", "run()"),
            ),
            (["run = (lambda o: o.zero_grad())"], f"run({owner.optimizer})"),
        ),
    )


def _hook(scene: Scene, owner: Owner) -> list[str]:
    """A hook is registered."""
    return [
        scene.pick(
            f"{owner.model}{owner.weight}.register_hook(lambda g: print(g))",
            f"{owner.model}{owner.weight}.register_hook(lambda g: g * 0.5)",
            f"{owner.model}{owner.weight}.register_post_accumulate_grad_hook(lambda p: print(p.grad))",
            f"{owner.model}{owner.weight}.register_post_accumulate_grad_hook(lambda p: setattr(p, 'grad', None) if coin() else None)",
            f"{owner.model}.register_full_backward_hook(lambda m, i, o: print(m{owner.weight}.grad))",
            f"{owner.model}.register_forward_hook(lambda m, i, o: print(m{owner.weight}.grad))",
            f"{owner.model}.register_forward_pre_hook(lambda m, i: print(m{owner.weight}.grad))",
            f"{owner.optimizer}.register_step_post_hook(lambda o, a, k: o.zero_grad())",
            f"{owner.optimizer}.register_step_post_hook(lambda o, a, k: print({owner.model}{owner.weight}.grad))",
            f"{owner.optimizer}.register_step_pre_hook(lambda o, a, k: {owner.model}.zero_grad() if coin() else None)",
            f"torch.optim.optimizer.register_optimizer_step_post_hook(lambda o, a, k: print({owner.model}{owner.weight}.grad))",
            f"torch.nn.modules.module.register_module_forward_pre_hook(lambda m, i: print({owner.model}{owner.weight}.grad))",
        )
    ]


def _class(scene: Scene, keep: list[str], hook: list[str], names: list[str]) -> list[str]:
    """A trainer that is handed its callbacks, which it calls with itself."""
    held = Owner("self.model", "self.optimizer", scene.owners[0].weight)
    inner = batch(scene, owners=(held,), function=True)
    first = scene.owner()
    call = scene.pick(
        block("for f in self.calls:", "f(self.model, self.optimizer)"),
        block("for f in self.calls:", "f()"),
        "self.calls[0](self.model)",
        "self.run()",
        "self.call('end')",
    )
    watch = block(
        "class Watch:",
        block(
            "def __call__(self, net=None, opt=None):",
            *some(
                scene.draw,
                [
                    "print(net is None)",
                    zero(scene, scene.owner()),
                    block("if opt is not None:", "opt.zero_grad()"),
                    block("if net is not None:", f"print(net{held.weight}.grad)"),
                ],
                1,
            ),
        ),
    )
    trainer = block(
        "class Trainer:",
        block(
            "def __init__(self, model, optimizer, calls):",
            "self.model = model",
            "self.optimizer = optimizer",
            "self.calls = calls",
        ),
        block("def run(self):", block("for f in self.calls:", "f(net=self.model)")),
        block("def call(self, name):", block("for f in self.calls:", "f(None, self.optimizer)")),
        block("def fit(self):", *looped(inner, among(inner, turn(inner, held), call))),
    )
    given = scene.pick(f"[{', '.join(names)}]", "[Watch()]", f"[Watch(), {names[0]}]", "[]")
    return [
        *keep,
        *hook,
        watch,
        trainer,
        f"trainer = Trainer({first.model}, {first.optimizer}, {given})",
        *(["trainer.fit()"] if scene.chance(70) else []),
    ]
