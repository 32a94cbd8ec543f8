"""Which lines moved, and which rewrite a step belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.run import outcomes
from codemods.settings import Settings
from codemods.verify.rewrites import Rewrites, rewrites
from tests.verify import LOOP, WORLD

if TYPE_CHECKING:
    from pathlib import Path

BY_HAND = """\
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    for parameter in model.parameters():
        parameter.grad = None
"""


def found(folder: Path, text: str) -> Rewrites:
    (folder / "train.py").write_text(text)
    return rewrites(outcomes([str(folder / "train.py")], Settings()))


def test_a_moved_line_is_known_by_its_number_before(tmp_path: Path) -> None:
    both = found(tmp_path, WORLD + LOOP + "print(loss)\n" + LOOP)
    assert [one.zeros for one in both.steps] == [
        ((12, "optimizer.zero_grad()"),),
        ((18, "optimizer.zero_grad()"),),
    ]


def test_a_step_belongs_to_the_rewrite_around_it_or_next_to_it(tmp_path: Path) -> None:
    both = found(tmp_path, WORLD + LOOP + "print(loss)\n" + LOOP)
    (real,) = both.shown
    lines = [both.nearest(real, line) for line in (1, 11, 12, 17, 99)]
    assert [one and one.zeros[0][0] for one in lines] == [12, 12, 12, 18, 18]
    assert both.nearest("/elsewhere.py", 11) is None
    assert both.nearest(None, None) is None


def test_gradients_that_are_cleared_by_hand_are_moved_lines_as_well(tmp_path: Path) -> None:
    (one,) = found(tmp_path, WORLD + BY_HAND).steps
    assert one.zeros[-1] == (13, "parameter.grad = None")


def test_notebooks_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text('{"cells": []}')
    assert rewrites(outcomes([str(tmp_path / "a.ipynb")], Settings())) == Rewrites({}, {}, (), {})
