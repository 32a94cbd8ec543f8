"""Models and optimizers in lists, dicts, tuples, objects: taken out by index, in loops, unpacked, swapped, replaced."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick
from tests.soak.fate import OWNERS, Entry, Program
from tests.soak.pieces import batch, declared, deed, looped, turn
from tests.soak.scene import Owner, block

if TYPE_CHECKING:
    from tests.soak.scene import Scene

WEIGHTS = {"Net()": ".a", "torch.nn.Linear(2, 2)": ".weight"}


def containers(scene: Scene) -> Program:
    """Two models or three, each with an optimizer, that go by places in containers."""
    pairs = [Owner(*one) for one in OWNERS[: 2 + scene.draw.below(2)]]
    made = pick(scene.draw, list(WEIGHTS))
    pairs = [replace(one, weight=WEIGHTS[made]) for one in pairs]
    scene = replace(scene, owners=tuple(pairs), scaler=False, helpers=())
    setup = []
    if scene.chance(60):
        setup = [f"{one.model} = {made}" for one in pairs]
        setup += [
            f"{one.optimizer} = torch.optim.SGD({one.model}.parameters(), lr=0.05, momentum=0.9)"
            for one in pairs
        ]
    nets, opts = ", ".join(one.model for one in pairs), ", ".join(one.optimizer for one in pairs)
    keep, held, every = _places(scene, pairs, nets, opts)
    held = [replace(one, weight=pairs[0].weight) for one in held]
    inner = batch(scene, owners=tuple(held), function=False)
    whole = []
    for _ in range(1 + scene.draw.below(2)):
        form = scene.draw.below(5)
        body = turn(inner, held[scene.draw.below(len(held))])
        if form == 0 and every:
            body = _all(inner, every)
        elif form == 1 and every:
            one = Owner("net", "opt", pairs[0].weight)
            body = [
                block(
                    f"for net, opt in zip({every[0]}, {every[1]}):", *turn(replace(inner, owners=(one,)), one)
                )
            ]
        if scene.chance(35):
            body.insert(scene.draw.below(len(body) + 1), _changed(inner, pairs, every))
        whole += looped(inner, body)
    if scene.chance(30):
        whole.insert(
            scene.draw.below(len(whole) + 1), _changed(inner, pairs, every).replace("x, y", "x0, y0")
        )
    quiet = replace(scene, x="x0", y="y0")
    tail = [deed(quiet)] if scene.chance(40) else []
    if scene.chance(40):
        part = block(
            "def fit():", *declared("global", scene.owners, [*([] if scene.chance(50) else keep), *whole])
        )
        return Program("\n".join([*setup, *keep, part, "fit()", *tail]), (Entry("fit()", "fit"),))
    return Program("\n".join([*setup, *keep, *whole, *tail]))


def _places(
    scene: Scene, pairs: list[Owner], nets: str, opts: str
) -> tuple[list[str], list[Owner], tuple[str, str] | None]:
    """Statements that put them into containers, where they are then, and expressions for all nets and all optimizers."""
    count = len(pairs)
    named = ", ".join(f"'{one.model}': {one.optimizer}" for one in pairs)
    models = ", ".join(f"'{one.model}': {one.model}" for one in pairs)
    both = ", ".join(f"({one.model}, {one.optimizer})" for one in pairs)
    keys = ", ".join(f"{one.optimizer}={one.optimizer}, {one.model}={one.model}" for one in pairs)
    listed = [Owner(f"nets[{index}]", f"opts[{index}]") for index in range(count)]
    fields = [Owner(f"state.{one.model}", f"state.{one.optimizer}") for one in pairs]
    annotated = [f"{text}: object" for one in pairs for text in (one.model, one.optimizer)]
    return pick(
        scene.draw,
        (
            ([f"nets, opts = [{nets}], [{opts}]"], listed, ("nets", "opts")),
            ([f"nets, opts = ({nets}), ({opts})"], listed, ("nets", "opts")),
            ([f"nets = torch.nn.ModuleList([{nets}])", f"opts = [{opts}]"], listed, ("nets", "opts")),
            ([f"nets = [{nets}]", "opts = [torch.optim.SGD(n.parameters(), lr=0.05, momentum=0.9) for n in nets]"], listed, ("nets", "opts")),
            ([f"nets = {{{models}}}", f"opts = {{{named}}}"], [Owner(f"nets['{one.model}']", f"opts['{one.model}']") for one in pairs], ("nets.values()", "opts.values()")),
            ([f"pairs = [{both}]"], [Owner(f"pairs[{index}][0]", f"pairs[{index}][1]") for index in range(count)], ("[n for n, _ in pairs]", "[o for _, o in pairs]")),
            ([f"pairs = [{both}]", "nets, opts = zip(*pairs)"], listed, ("nets", "opts")),
            ([f"pairs = [{both}]", "(n0, o0), *rest = pairs"], [Owner("n0", "o0"), Owner("rest[0][0]", "rest[0][1]")], None),
            ([f"n0, *others = [{nets}]", f"o0, *opts = [{opts}]"], [Owner("n0", "o0"), Owner("others[0]", "opts[0]")], ("[n0, *others]", "[o0, *opts]")),
            ([f"state = types.SimpleNamespace({keys})"], fields, None),
            ([f"state = dict({keys})"], [Owner(f"state['{one.model}']", f"state['{one.optimizer}']") for one in pairs], None),
            (["import dataclasses", "@dataclasses.dataclass\n" + block("class State:", *annotated), f"state = State({keys})"], fields, None),
            (["import typing", block("class State(typing.NamedTuple):", *annotated), f"state = State({keys})"], fields, None),
            (["import collections", "State = collections.namedtuple('State', 'nets opts')", f"state = State([{nets}], [{opts}])"], [Owner(f"state.nets[{index}]", f"state.opts[{index}]") for index in range(count)], ("state.nets", "state.opts")),
            ([f"nets, opts = [{nets}], [{opts}]", "k = 0"], [Owner("nets[k]", "opts[k]"), Owner("nets[k + 1]", "opts[k + 1]"), Owner("nets[-1]", "opts[-1]")], ("nets", "opts")),
            ([f"nets, opts = [{nets}], [{opts}]", "net, opt = nets[0], opts[0]"], [Owner("net", "opt"), listed[1]], ("nets", "opts")),
            ([f"nets, opts = [{nets}], [{opts}]"], [Owner("nets[int(coin())]", "opts[int(coin())]"), Owner("nets[0]", "opts[:1][0]"), listed[1]], ("nets", "opts[:]")),
            ([f"nets, opts = [{nets}], {{}}", block("for n, o in zip(nets, [" + opts + "]):", "opts[id(n)] = o")], [Owner("nets[0]", "opts[id(nets[0])]"), Owner("nets[1]", "opts[id(nets[1])]")], ("nets", "opts.values()")),
        ),
    )  # fmt: skip


def _all(scene: Scene, every: tuple[str, str]) -> list[str]:
    """One backward for all of them, or one each; then all step, and all are cleared."""
    nets, opts = every
    loss = f"loss = sum(loss_fn(n({scene.x}), {scene.y}) for n in {nets})"
    clear = block(f"for o in {opts}:", "o.zero_grad()")
    used = block(f"for o in {opts}:", "o.step()")
    return pick(
        scene.draw,
        (
            [loss, "loss.backward()", used, clear],
            [loss, "loss.backward()", block(f"for o in {opts}:", "o.step()", "o.zero_grad()")],
            [block(f"for n in {nets}:", f"loss_fn(n({scene.x}), {scene.y}).backward()"), used, clear],
            [loss, "loss.backward()", f"[o.step() for o in {opts}]", f"[o.zero_grad() for o in {opts}]"],
            [loss, "loss.backward()", used, block(f"for n in {nets}:", "n.zero_grad()")],
            [loss, "loss.backward()", used, block(f"for o in list({opts})[1:]:", "o.zero_grad()")],
            [block(f"for n, o in zip({nets}, {opts}):", f"loss = loss_fn(n({scene.x}), {scene.y})", "loss.backward()", "o.step()", "o.zero_grad()")],
            [block(f"for i, o in enumerate({opts}):", f"loss = loss_fn(list({nets})[i - 1]({scene.x}), {scene.y})", "loss.backward()", "o.step()", "o.zero_grad()")],
        ),
    )  # fmt: skip


def _changed(scene: Scene, pairs: list[Owner], every: tuple[str, str] | None) -> str:
    """What a container holds changes."""
    first, second = pairs[0], pairs[1]
    fresh = f"torch.optim.SGD({second.model}.parameters(), lr=0.05, momentum=0.9)"
    general = [
        f"{first.model}, {second.model} = {second.model}, {first.model}",
        f"{first.optimizer} = {fresh}",
        f"{first.optimizer} = {second.optimizer}",
    ]
    if every == ("nets", "opts"):
        general += [
            "opts[0], opts[1] = opts[1], opts[0]", "opts.reverse()", "nets.reverse()", "opts.append(opts.pop(0))", f"opts[0] = {fresh}", "opts[0] = opts[1]",
            "opts[:] = opts[::-1]", "del opts[0]", "opts.sort(key=list(opts).index, reverse=True)", "opts = opts[::-1]", "nets, opts = nets[::-1], opts[::-1]", f"opts.insert(0, {fresh})",
            "opts[0:1] = [opts[1]]", "opts += [opts[0]]", "copied = list(opts)\ncopied.reverse()", "opts = list(reversed(opts))", "k = 1", "net, opt = nets[1], opts[1]",
            "alias = opts\nalias[0] = alias[1]", "opts.__setitem__(0, opts[1])", "nets[0], nets[1] = nets[1], nets[0]", "nets[0] = copy.deepcopy(nets[1])",
        ]  # fmt: skip
    elif every == ("nets.values()", "opts.values()"):
        one, two = (f"opts['{each.model}']" for each in pairs[:2])
        general += [
            f"{one}, {two} = {two}, {one}",
            f"opts.update({first.model}={two})",
            f"{one} = {fresh}",
            f"opts = {{**opts, '{first.model}': {two}}}",
            f"opts.setdefault('{first.model}', {two})",
            f"opts |= {{'{first.model}': {two}}}",
            f"opts['{first.model}'] = opts.pop('{second.model}')",
        ]
    else:
        texts = (f"state.{first.optimizer}", f"state.{second.optimizer}", first.optimizer)
        general += [
            block("if 'state' in globals() and hasattr(state, '" + first.optimizer + "'):", scene.pick(f"{texts[0]} = {texts[1]}", f"vars(state)['{first.optimizer}'] = {texts[1]}", f"{texts[0]}, {texts[1]} = {texts[1]}, {texts[0]}", f"setattr(state, '{first.optimizer}', {texts[1]})", f"state.__dict__.update({first.optimizer}={texts[1]})", f"state.{first.model} = state.{second.model}")),
        ]  # fmt: skip
    return pick(scene.draw, general)
