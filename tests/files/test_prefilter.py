# ruff: noqa: RUF001 - letters that look alike are what this is about
from __future__ import annotations

import ast
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.files.prefilter import may_hold_training_step

STEP = "loss.backward()\noptimizer.step()\n"


@pytest.mark.parametrize(
    "data",
    [
        STEP.encode(),
        b"self.manual_backward(loss)\nself.opt.step()",
        "loss.ｂackward()\noptimizer.step()\n".encode(),
        "loss.backward()\noptimizer.ｓｔｅｐ()\n".encode(),
        "loss.bªckward()\noptimizer.step()\n".encode(),
        "loss.𝐛𝐚𝐜𝐤𝐰𝐚𝐫𝐝()\noptimizer.step()\n".encode(),
        b"# coding: latin-1\nloss.b\xaackward()\noptimizer.step()\n",
        b"# coding: utf-7\nloss.b+AGE-ckward()\noptimizer.step()\n",
        "# coding: iso2022_jp\nloss.ｂackward()\noptimizer.step()\n".encode("iso2022_jp"),
        b"# coding: unicode_escape\nloss.\\x62ackward()\noptimizer.step()\n",
    ],
)
def test_a_training_step_is_never_missed_however_its_letters_are_written(data: bytes) -> None:
    names = {node.attr for node in ast.walk(ast.parse(data)) if isinstance(node, ast.Attribute)}
    assert any("backward" in name for name in names)
    assert may_hold_training_step(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1\n",
        b"loss.backward()\n",
        b"optimizer.step()\noptimizer.zero_grad()\n",
        b"# -*- coding: utf-8 -*-\nx = 1\n",
        "# é ｂ\nx = 'ü'\n".encode(),
    ],
)
def test_a_file_without_backward_and_step_is_not_worth_parsing(data: bytes) -> None:
    assert not may_hold_training_step(data)


def test_a_step_that_never_clears_its_gradients_is_worth_parsing() -> None:
    assert may_hold_training_step(b"loss.backward()\nopt.step()\n")


@pytest.mark.parametrize("data", [b"\x00\x01", b"# \xff\n", b"# coding: nonsense\n", STEP.encode("utf-16")])
def test_a_file_that_is_no_text_goes_on_to_where_its_reason_is_named(data: bytes) -> None:
    assert may_hold_training_step(data)


LOOKALIKES: dict[str, list[str]] = {}
for character in map(chr, range(0x80, 0x20000)):
    if character.isidentifier():
        LOOKALIKES.setdefault(unicodedata.normalize("NFKC", character), []).append(character)


@given(st.data())
def test_every_spelling_that_python_takes_for_backward_is_found(data: st.DataObject) -> None:
    word = "".join(
        data.draw(st.sampled_from([letter, *LOOKALIKES.get(letter, [])]), label=letter)
        for letter in "backward"
    )
    text = f"loss.{word}()\noptimizer.step()\n"
    call = ast.parse(text).body[0]
    assert isinstance(call, ast.Expr)
    assert "attr='backward'" in ast.dump(call)
    assert may_hold_training_step(text.encode())
