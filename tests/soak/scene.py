"""What a place of a generated program has at hand, and how statements are put together there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import indent
from typing import TYPE_CHECKING

from tests.soak.draw import Draw, chance, pick

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Owner:
    """The texts of a model and of an optimizer over it."""

    model: str
    optimizer: str
    weight: str = ".a"


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the program may call: ``takes`` names what it is handed (model, optimizer, x, y, loss)."""

    call: str
    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A place in a program. ``noise``: the share of disturbances, in percent. ``scaler``: losses are scaled."""

    draw: Draw
    owners: tuple[Owner, ...]
    x: str = "x0"
    y: str = "y0"
    noise: int = 0
    depth: int = 3
    loop: bool = False
    function: bool = False
    loader: str | None = "loader"
    scaler: bool = False
    helpers: tuple[Helper, ...] = ()

    def inside(self, **changes: object) -> Scene:
        """A place one level deeper."""
        return replace(self, depth=self.depth - 1, **changes)  # type: ignore[arg-type]

    def pick(self, *choices: str) -> str:
        return pick(self.draw, choices)

    def chance(self, percent: int) -> bool:
        return chance(self.draw, percent)

    def owner(self) -> Owner:
        return pick(self.draw, self.owners)

    def handed(self, helper: Helper, owner: Owner) -> str:
        """A call of a helper."""
        given = {
            "model": owner.model,
            "optimizer": owner.optimizer,
            "x": self.x,
            "y": self.y,
            "loss": "loss",
            "loader": self.loader or "[(x0, y0)]",
        }
        return f"{helper.call}({', '.join(given[one] for one in helper.takes)})"


def block(head: str, *body: str) -> str:
    """A compound statement."""
    return head + "\n" + indent("\n".join(body) or "pass", "    ")


def disturbed(scene: Scene, statements: list[str], foreign: Callable[[Scene], str]) -> list[str]:
    """Statements among which some are moved, doubled, dropped, wrapped, or joined by ``foreign`` ones."""
    found = list(statements)
    while found and scene.chance(scene.noise):
        index = scene.draw.below(len(found))
        deed = scene.draw.below(9)
        if deed <= 2:
            found.insert(scene.draw.below(len(found) + 1), foreign(scene))
        elif deed == 3:
            found.insert(scene.draw.below(len(found)), found.pop(index))
        elif deed == 4:
            found.insert(scene.draw.below(len(found) + 1), found[index])
        elif deed == 5 and len(found) > 1:
            found.pop(index)
        else:
            end = index + 1 + scene.draw.below(len(found) - index)
            found[index:end] = [wrapped(scene, found[index:end], foreign)]
    return found


def wrapped(scene: Scene, statements: list[str], foreign: Callable[[Scene], str]) -> str:
    """Statements inside one compound statement."""
    form = scene.draw.below(9)
    if form == 0:
        return block("if coin():", *statements)
    if form == 1:
        return block("if coin():", *statements) + "\n" + block("else:", foreign(scene))
    if form == 2:
        handler = (
            foreign(scene)
            if scene.chance(50)
            else pick(scene.draw, ["continue", "break"] if scene.loop else ["pass"])
        )
        return (
            block("try:", *statements)
            + "\n"
            + block(f"except {scene.pick('RuntimeError', 'Exception')}:", handler)
        )
    if form == 3:
        return block("try:", *statements) + "\n" + block("finally:", foreign(scene))
    if form == 4:
        return block(f"with {scene.pick('torch.enable_grad()', 'contextlib.nullcontext()')}:", *statements)
    if form == 5:
        return block("with contextlib.suppress(RuntimeError):", *statements)
    if form == 6:
        return block("for _ in range(2):", *statements)
    if form == 7:
        return block("while coin():", *statements)
    return block("if coin():", foreign(scene)) + "\n" + block("else:", *statements)
