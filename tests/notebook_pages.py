"""Pages of ``fixtures/notebooks``: a notebook before and after as one file of Python, in cells that ``# %%`` opens.

Magics and shell lines are comments there. ``# run:`` names the orders in which the cells are run under torch, apart by
``/``; ``# expect:`` and ``# ---`` are those of any fixture, ``# assumes:`` what a rewrite is to assume.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.cells import masked
from tests.fixture_format import FIXTURES
from tests.torch_world import Trace, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = FIXTURES / "notebooks"

SHELL = """
class Shell:
    def system(self, line): pass
    def getoutput(self, line): return []
    def run_line_magic(self, name, line):
        if name == "timeit":
            for _ in range(2):
                exec(line, globals())
        if name == "run":
            for x, y in loader:
                loss_fn(model(x), y).backward()
            optimizer.step()
    def run_cell_magic(self, name, line, body): pass
    def run_cell(self, text): exec(text, globals())
    def register(self, event, function): self.hooks.append(function)
    def cell_has_run(self): [function(None) for function in self.hooks]
shell = Shell()
shell.hooks, shell.events = [], shell
def get_ipython(): return shell
"""
"""As much of IPython as the pages use; what ``%run`` runs adds to the gradients that it finds."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``orders``: which cells to run, one after the other."""

    path: Path
    group: str
    expect: tuple[tuple[str, str | None, str | None], ...]
    assumes: tuple[str, ...]
    orders: tuple[tuple[int, ...], ...]
    before: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def name(self) -> str:
        """The id of its tests."""
        return self.path.relative_to(FOLDER).as_posix()


def pages() -> list[Page]:
    """All of them, by name."""
    return [_page(path) for path in sorted(FOLDER.rglob("*.py"))]


def _page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path}: says why"
    fields = dict(re.findall(r"^# (expect|run|assumes): (.*)$", text, re.MULTILINE))
    group = path.parent.name
    mark = {"moves": "# --- after\n", "refusals": "# --- wrong\n"}.get(group)
    first, _, second = text.partition(mark) if mark else (text, "", "")
    assert bool(second) == (mark is not None), f"{path}: both versions"
    orders = tuple(tuple(map(int, one.split())) for one in fields["run"].split("/"))
    words = [one.split() for one in fields["expect"].split(",")]
    expect = tuple(
        (
            one[0],
            next((word for word in one if word.startswith("GO")), None),
            next((word for word in one[1:] if not word.startswith("GO")), None),
        )
        for one in words
    )
    return Page(
        path, group, expect, tuple(fields.get("assumes", "").split()), orders, _cells(first), _cells(second)
    )


def _cells(text: str) -> tuple[str, ...]:
    parts = re.split(r"^# %%\n", text, flags=re.MULTILINE)[1:]
    return tuple(re.sub(r"^( *)# ?(?=[%!])", r"\1", part.strip("\n"), flags=re.MULTILINE) for part in parts)


def notebook(cells: Sequence[str], **metadata: object) -> bytes:
    """The cells as Jupyter writes them, each behind a heading of its own."""
    found: list[dict[str, object]] = []
    for number, cell in enumerate(cells):
        heading: dict[str, object] = {"cell_type": "markdown", "metadata": {}, "source": [f"# Cell {number}"]}
        code: dict[str, object] = {
            "cell_type": "code",
            "execution_count": number,
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["0.10000000000000001\n"]}],
            "source": cell.splitlines(keepends=True),
        }
        found += [heading, code]
    document = {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def trained(cells: Sequence[str], order: Sequence[int]) -> Trace:
    """Run cells one after the other, in one namespace, as a kernel does."""
    parts = [part for number in order for part in (masked(cells[number]).text, "shell.cell_has_run()")]
    return run("\n".join([SHELL, *parts]))
