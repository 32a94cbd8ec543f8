"""Generators, context managers and decorators of the file, which clear, step or look before and after what they surround."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.fate import Entry, Program
from tests.soak.pieces import among, batch, declared, deed, looped, set_up, turn
from tests.soak.scene import block

if TYPE_CHECKING:
    from tests.soak.scene import Owner, Scene


def contexts(scene: Scene) -> Program:
    """A training inside of a context, by a generator, or decorated."""
    setup, scene = set_up(scene)
    quiet = replace(batch(scene, function=False), x="x0", y="y0")
    owner = scene.owner()
    form = scene.draw.below(3)
    inner = batch(scene, function=False)
    if form == 0:
        parts, entries = _managed(scene, inner, quiet, owner)
    elif form == 1:
        parts, entries = _generated(scene, inner, quiet, owner)
    else:
        parts, entries = _decorated(scene, inner, quiet, owner)
    tail = [deed(scene)] if scene.chance(40) else []
    return Program("\n".join([*setup, *parts, *tail]), entries)


def _framed(scene: Scene, quiet: Scene, name: str, surround: str) -> str:
    """A function with deeds before and after what it surrounds."""
    before, after = [deed(quiet)] if scene.chance(50) else [], [deed(quiet)] if scene.chance(60) else []
    guarded = [surround, *after]
    if scene.chance(40):
        guarded = [block("try:", surround), block("finally:", *(after or ["pass"]))]
        guarded = ["\n".join(guarded)]
    return block(f"def {name}:", *declared("global", scene.owners, [*before, *guarded]))


def _managed(scene: Scene, inner: Scene, quiet: Scene, owner: Owner) -> tuple[list[str], tuple[Entry, ...]]:
    parts = ["@contextlib.contextmanager\n" + _framed(scene, quiet, "around(*_)", "yield")]
    use = scene.pick("around()", "around()", f"around({owner.optimizer})")
    if scene.chance(40):
        swallow = scene.pick("return None", "return True", "pass")
        parts = [
            block(
                "class around(contextlib.ContextDecorator):",
                block("def __init__(self, *given):", "self.given = given"),
                block(
                    "def __enter__(self):", *declared("global", scene.owners, [deed(quiet)]), "return self"
                ),
                block(
                    "def __exit__(self, *error):", *declared("global", scene.owners, [deed(quiet)]), swallow
                ),
            )
        ]
    body = turn(inner, owner)
    start = scene.draw.below(len(body))
    end = start + 1 + scene.draw.below(len(body) - start)
    jump = [scene.pick("break", "continue", "raise RuntimeError")] if scene.chance(20) else []
    inside = [*body[start:end], *([block("if coin():", *jump)] if jump else [])]
    head = scene.pick(
        block(f"with {use}:", *inside),
        block(f"with {use} as c, contextlib.nullcontext():", *inside),
        block("with contextlib.ExitStack() as stack:", f"stack.enter_context({use})", *inside),
        block(
            "with contextlib.ExitStack() as stack:", *inside, f"stack.callback({owner.optimizer}.zero_grad)"
        ),
        f"c = {use}\n" + block("with c:", *inside),
        block("with (around if coin() else contextlib.nullcontext)():", *inside),
        f"c = {use}\nc.__enter__()\n" + "\n".join(inside) + "\nc.__exit__(None, None, None)",
    )
    made = [*body[:start], head, *body[end:]]
    whole = [block("for x, y in loader:", *made)]
    if scene.chance(30):
        whole = [block(f"with {use}:", *whole)]
    if scene.chance(30):
        parts.append(
            scene.pick("", f"@{use}\n") + block("def fit():", *declared("global", scene.owners, whole))
        )
        return [*parts, "fit()"], (Entry("fit()", "fit"),)
    return [*parts, *whole], ()


def _generated(scene: Scene, inner: Scene, quiet: Scene, owner: Owner) -> tuple[list[str], tuple[Entry, ...]]:
    body = among(inner, turn(inner, owner), *(["yield loss.item()"] if scene.chance(50) else []), "yield 1")
    body = [one.replace("return", "pass") for one in body]
    whole = ["loss = torch.zeros(())", block("for x, y in loader:", *body)]
    if scene.chance(30):
        whole = ["loss = torch.zeros(())", block("try:", *whole[1:]) + "\n" + block("finally:", deed(quiet))]
    part = block("def turns():", *declared("global", scene.owners, whole))
    drive = scene.pick(
        block("for _ in turns():", deed(quiet)),
        block("for _ in turns():", "pass"),
        "list(turns())",
        "sum(turns())",
        "run = turns()\nnext(run, None)\n" + deed(quiet) + "\nnext(run, None)",
        block("for a, b in zip(turns(), turns()):", deed(quiet)),
        block("for _ in turns():", block("if coin():", "break"), deed(quiet)),
        "run = turns()\nnext(run, None)\nrun.close()",
        block("def outer():", "yield from turns()") + "\nlist(outer())",
        "[v for v in turns()]",
        "first, *rest = [0, *turns()]",
        "max(turns(), default=0)",
    )
    if scene.chance(40):
        data = block("def batches():", block("for x, y in loader:", "yield x, y", deed(quiet)))
        loop = block("for x, y in batches():", *turn(inner, owner))
        return [data, loop, *([part, drive] if scene.chance(30) else [])], ()
    return [part, drive], (Entry("list(turns())", "turns"),)


def _decorated(scene: Scene, inner: Scene, quiet: Scene, owner: Owner) -> tuple[list[str], tuple[Entry, ...]]:
    wrapper = _framed(
        scene,
        quiet,
        "run(*args)",
        scene.pick("f(*args)", "f(*args)", "f(*args)\nf(*args)", block("if coin():", "f(*args)")),
    )
    deco = block(
        "def wrapped(f):",
        *scene.pick("", "", "import functools;@functools.wraps(f)").split(";")[:-1],
        wrapper,
        "return run",
    )
    if scene.chance(30):
        deco = block("def wrapped(f):", deed(quiet), "return f")
    if scene.chance(20):
        deco = block(
            "class wrapped:",
            block("def __init__(self, f):", "self.f = f"),
            block("def __call__(self, *args):", *among(scene, ["self.f(*args)"], deed(quiet))),
        )
    body = declared("global", scene.owners, looped(inner, turn(inner, owner)))
    fit = scene.pick("@wrapped\n", "@wrapped\n", "@torch.enable_grad()\n@wrapped\n", "") + block(
        "def fit(a=0):", *body
    )
    calls = scene.pick(
        "fit()",
        "fit()\nfit()",
        "wrapped(fit)()",
        "fit = wrapped(fit)\nfit()",
        block("for _ in range(2):", "fit(1)"),
    )
    return [deco, fit, calls], (Entry("fit()", "fit"),)
