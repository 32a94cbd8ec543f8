"""Control flow that training code rarely has: else of loops, match, ways out of finally, conditions that train."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.soak.draw import pick
from tests.soak.fate import Entry, Program
from tests.soak.pieces import among, batch, declared, deed, set_up, turn
from tests.soak.scene import block

if TYPE_CHECKING:
    from tests.soak.scene import Scene


def control(scene: Scene) -> Program:
    """A loop whose parts stand in odd places."""
    setup, scene = set_up(scene)
    owner = scene.owner()
    function = scene.chance(60)
    inner = replace(batch(scene, function=function), loop=True)
    body = turn(inner, owner)
    for _ in range(1 + scene.draw.below(2)):
        start = scene.draw.below(len(body))
        end = start + 1 + scene.draw.below(len(body) - start)
        body[start:end] = [_odd(inner, body[start:end], function=function)]
    quiet = replace(inner, x="x0", y="y0")
    loop = block("for x, y in loader:", *body)
    head = scene.pick(
        loop,
        loop + "\n" + block("else:", deed(quiet)),
        "batches = iter(loader)\n"
        + block("while (item := next(batches, None)) is not None:", "x, y = item", *body),
        "batches = iter(loader)\n"
        + block("while (item := next(batches, None)) is not None:", "x, y = item", *body)
        + "\n"
        + block("else:", deed(quiet)),
        block("for k in range(len(loader)):", "x, y = loader[k]", *body),
        block("for epoch in range(2):", loop, block("if coin():", "break"))
        + "\n"
        + block("else:", deed(quiet)),
    )
    whole = [head, *([deed(quiet)] if scene.chance(40) else [])]
    if not function:
        return Program("\n".join([*setup, *whole]))
    part = block("def fit():", *declared("global", scene.owners, whole))
    call = scene.pick(
        "fit()",
        block("try:", "fit()") + "\n" + block("except (RuntimeError, ValueError):", deed(quiet)),
        block("try:", "fit()")
        + "\n"
        + block("except ValueError as error:", "print(str(error))")
        + "\n"
        + block("finally:", deed(quiet)),
        block("with contextlib.suppress(RuntimeError, ValueError):", "fit()") + "\nfit()",
        "any([fit(), fit()])",
        "fit() or fit()",
        "assert fit() is None or coin()",
    )
    return Program("\n".join([*setup, part, call]), (Entry("fit()", "fit"),))


def _is_expression(text: str) -> bool:
    node, *more = ast.parse(block("while x:", text)).body[0].body  # type: ignore[attr-defined]
    return not more and isinstance(node, ast.Expr)


def _odd(scene: Scene, statements: list[str], *, function: bool) -> str:
    """Statements in an odd place."""
    ways = ["continue", "break", *(["return"] if function else [])]
    way, error = pick(scene.draw, ways), scene.pick("ValueError", "RuntimeError")
    other = deed(scene)
    last = statements[-1]
    if _is_expression(last) and scene.chance(45):
        form = scene.pick(
            f"coin() and {last}",
            f"coin() or {last}",
            f"{last} if coin() else None",
            f"[{last} for _ in range(1)]",
            f"[{last} for _ in range(2) if coin()]",
            f"{{k: {last} for k in range(1)}}",
            f"any({last} for _ in range(1))",
            f"all({last} is None for _ in range(2))",
            f"({last}, {last})",
            f"(done := {last})",
            f"0 < 1 < (2 if coin() else 0) and {last}",
            f"0 < (1 if coin() else 0) < ({last} or 2)",
            f"assert {last} is None or True",
            f"assert True, {last}",
            f"print({last} is None)",
            block(f"if {last} is None:", "pass"),
            block(f"if ({last}) is not None:", other),
            block(f"while {last}:", "break"),
            f"(lambda: {last})()",
            f"run = lambda: {last}\nrun()",
            f"f'{{{last}}}'",
            f"[1][{last} or 0]",
            f"None is {last}",
            block(f"for _ in [{last}]:", other),
            block(f"with contextlib.nullcontext({last}):", other),
            f"x, y = (x, y) if {last} is None else (x, y)",
            f"not {last}",
            f"sorted([1], key=lambda _: 0 if {last} else 1)",
            f"next({last} for _ in [0])",
            f"coin() is coin() is ({last})",
            block("def now():", last) + "\nnow()",
            block("class Now:", last),
            block(f"match {last}:", block("case None:", other)),
            f"del_ = [{last}]; del del_[0]",
        )
        return "\n".join([*statements[:-1], form])
    return scene.pick(
        block("for _ in range(2):", *statements, block("if coin():", "break")) + "\n" + block("else:", other),
        block("while coin():", *statements) + "\n" + block("else:", other),
        block("while True:", *statements, "break"),
        block("match int(coin()):", block("case 0:", other), block("case _:", *statements)),
        block("match int(coin()):", block("case 0:", *statements), block("case 1 if coin():", other)),
        block("match (coin(), x):", block("case (True, _):", *statements), block("case _:", *statements)),
        block("try:", *statements) + "\n" + block("finally:", block("if coin():", way)),
        block("try:", *statements, block("if coin():", way)) + "\n" + block("finally:", other),
        block("try:", *statements, block("if coin():", f"raise {error}"))
        + "\n"
        + block("except ValueError:", other)
        + "\n"
        + block("else:", deed(scene)),
        block("try:", block("if coin():", f"raise {error}"), *statements)
        + "\n"
        + block("except ValueError:", way)
        + "\n"
        + block("finally:", other),
        block(
            "for _ in range(2):",
            block("try:", *statements, block("if coin():", "continue"))
            + "\n"
            + block("finally:", block("if coin():", "break")),
        ),
        block("try:", block("try:", *statements, f"raise {error}") + "\n" + block("finally:", other))
        + "\n"
        + block(f"except {error}:", "pass"),
        block(
            "with contextlib.suppress(ValueError):",
            *among(scene, statements, block("if coin():", "raise ValueError")),
        ),
        block("if coin():", f"raise {error}") + "\n" + "\n".join(statements),
        block("if (n := int(coin())) > 0:", *statements)
        + "\n"
        + block("elif n == 0 and coin():", other)
        + "\n"
        + block("else:", *statements),
        block("with contextlib.nullcontext():", *statements, block("if coin():", way)),
        block("try:", *statements) + "\n" + block("except* ValueError:", "pass"),
        block("if coin():", *statements, way),
        "\n".join([block("if not coin():", way), *statements]),
    )
