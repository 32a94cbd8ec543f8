"""Notebooks in any spelling of their JSON: found, changed, and every other byte kept."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.engine import examine
from codemods.files.load import Unreadable, is_notebook
from codemods.files.notebook import read_notebook, texts_of
from codemods.files.prefilter import notebook_may_hold_training_step
from codemods.settings import Settings

BEFORE = """x = 'é/"\\\\' # \U0001d41b
for a, b in loader:
    loss = loss_fn(model(a), b)  # ünïcode
    loss.backward()
    optimizer.step()
    # clear · now
    optimizer.zero_grad()  # Ende
print(loss)"""
AFTER = """x = 'é/"\\\\' # \U0001d41b
for a, b in loader:
    # clear · now
    optimizer.zero_grad()  # Ende
    loss = loss_fn(model(a), b)  # ünïcode
    loss.backward()
    optimizer.step()
print(loss)"""


def spelled(text: str, rng: random.Random) -> str:
    """A JSON string for ``text``, each character in one of the spellings that JSON has for it."""
    return '"' + "".join(_character(char, rng) for char in text) + '"'


def _character(char: str, rng: random.Random) -> str:
    units = char.encode("utf-16-be")
    escaped = "".join(f"\\u{units[i]:02x}{units[i + 1]:02X}" for i in range(0, len(units), 2))
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "/": "\\/", "\f": "\\f"}
    choices = [escaped] if rng.random() < 0.1 else []
    if char in short:
        choices = choices or ([short[char], "/"] if char == "/" else [short[char]])
    return rng.choice(choices or [char])


def written(sources: list[list[str]], rng: random.Random) -> str:
    """A notebook with these source strings, in a JSON that no program writes twice."""

    def gap() -> str:
        return rng.choice(["", " ", "\n", "\n  ", "\r\n\t", "  "])

    def items(values: list[str], ends: str) -> str:
        return ends[0] + gap() + f"{gap()},{gap()}".join(values) + gap() + ends[1]

    def cell(strings: list[str]) -> str:
        whole = len(strings) == 1 and rng.random() < 0.5
        raw = [spelled(one, rng) for one in strings]
        source = raw[0] if whole else items(raw, "[]")
        members = [
            f'"cell_type"{gap()}:{gap()}"code"',
            f'"source"{gap()}:{gap()}{source}',
            '"execution_count": null',
            '"metadata": {"x": 1.50e+3, "source": ["optimizer.zero_grad()"]}',
            '"outputs": [{"text": ["\\u00e9 1E400 -0.0"], "data": {"a": [], "b": {}}}]',
        ]
        rng.shuffle(members)
        return items(members, "{}")

    members = ['"nbformat": 4', '"cells": ' + items([cell(one) for one in sources], "[]"), '"metadata": {}']
    rng.shuffle(members)
    return gap() + items(members, "{}") + gap()


def pieces(text: str, rng: random.Random) -> list[str]:
    """The text in several strings: a line each as Jupyter does it, or cut anywhere."""
    if rng.random() < 0.6:
        return text.splitlines(keepends=True)
    cuts = sorted(rng.randrange(len(text) + 1) for _ in range(rng.randrange(4)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_only_the_changed_lines_change(seed: int, newline: str, ended: bool) -> None:
    rng = random.Random(seed)
    before, after = ((text + ("\n" if ended else "")).replace("\n", newline) for text in (BEFORE, AFTER))
    others = ["import torch\n%matplotlib inline", "print('hello')"]
    raw = written([pieces(others[0], rng), pieces(before, rng), pieces(others[1], rng)], rng)

    outcome = examine("a.ipynb", raw.encode(), Settings())

    assert outcome.problem is None
    assert outcome.after is not None
    cells = read_notebook(outcome.after).cells
    assert [one.text for one in cells] == [others[0], after, others[1]]
    old, new = json.loads(raw), json.loads(outcome.after)
    old["cells"][1]["source"] = new["cells"][1]["source"] = None
    assert old == new
    # Outside the lines of the loop, the very bytes: what stands above, what stands below.
    cell = read_notebook(raw.encode()).cells[1]
    result = outcome.after.decode()
    assert result.startswith(raw[: cell.spans[0][0]])
    assert result.endswith(raw[cell.spans[-1][1] :])
    # Every unchanged line keeps its spelling.
    for line in re.findall(r"[^\r\n]+", before):
        assert _raw_lines(raw, line) & _raw_lines(result, line), line


def _raw_lines(text: str, line: str) -> set[str]:
    """The spellings in which a line stands in the cell, what is between its strings left out."""
    found = set()
    for cell in read_notebook(text.encode()).cells:
        units: list[str] = []
        for start, stop in cell.spans:
            units += re.findall(
                r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", text[start:stop], re.DOTALL
            )
        at = cell.text.find(line)
        if at >= 0:
            found.add("".join(units[at : at + len(line)]))
    return found


@given(st.text(max_size=80), st.integers(0, 2**32))
def test_a_source_in_any_spelling_is_read_as_json_reads_it(text: str, seed: int) -> None:
    rng = random.Random(seed)
    plain = "".join(one if one >= " " and one.isprintable() else "\n" for one in text)
    raw = written([pieces(plain, rng)], rng).encode("utf-8", "replace")
    loaded = "".join(json.loads(raw)["cells"][0]["source"])
    assert [one.text for one in read_notebook(raw).cells] == [loaded]
    assert texts_of("x.ipynb", raw) == {0: loaded}


@given(
    st.lists(st.text("ab\n\r", max_size=5), max_size=6), st.text("ab\n\r", max_size=20), st.integers(0, 2**32)
)
def test_any_source_can_take_the_place_of_any_other(strings: list[str], after: str, seed: int) -> None:
    raw = written([strings, ["kept"]], random.Random(seed)).encode()
    book = read_notebook(raw)
    if not strings and after:
        with pytest.raises(Unreadable):
            book.with_sources({0: after})
        return
    result = book.with_sources({0: after})
    assert [one.text for one in read_notebook(result).cells] == [after, "kept"]
    if after == "".join(strings):
        assert result == raw


def test_one_line_an_element_stays_one_line_an_element() -> None:
    raw = json.dumps(
        {"cells": [{"cell_type": "code", "source": ["a\n", "b\n", "c"]}], "nbformat": 4}, indent=1
    )
    result = read_notebook(raw.encode()).with_sources({0: "c\na\nnew\nb"})
    assert json.loads(result)["cells"][0]["source"] == ["c\n", "a\n", "new\n", "b"]
    assert result.decode() == json.dumps(json.loads(result), indent=1)


@pytest.mark.parametrize(
    "text",
    [
        '"loss.backward(); opt.step()"',
        r'"loss.\u0062ackward(); opt.st\u0065p()"',
        '["loss.back",\n "ward(); opt.s", "tep()"]',
        '"loss.\uff42ackward(); opt.step()"',
        r'"loss.\uff42ackward(); opt.step()"',
        r'"loss.\ud835\udc1backward(); opt.step()"',
        r'["loss.\ud835\udc1b", "ackward(); opt.step()"]',
    ],
)
def test_no_spelling_hides_a_training_step_from_the_first_look(text: str) -> None:
    data = f'{{"cells": [{{"cell_type": "code", "source": {text}}}], "nbformat": 4}}'
    assert notebook_may_hold_training_step(data.encode())
    assert not notebook_may_hold_training_step(data.replace("ward", "").encode())


def test_a_notebook_is_known_by_its_name() -> None:
    assert all(map(is_notebook, ("a/b.ipynb", "B.IPYNB")))
    assert not any(map(is_notebook, ("ipynb", "a.ipynb.py", ".ipynb")))
