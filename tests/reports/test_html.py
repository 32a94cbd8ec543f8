"""The report page as text; tests/browser looks at it in a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from codemods.findings import Outcome, Problem, Stop
from codemods.reports import html
from codemods.reports.html.code import excerpt
from codemods.settings import Settings
from codemods.work import examined

if TYPE_CHECKING:
    from pathlib import Path

ZERO_LAST = b"""
for x, y in loader:
    optimizer_text = "<b>&"
    output = model(x)
    loss = loss_fn(output, y)
    loss.backward()
    if x.any():
        optimizer.step()
    optimizer.zero_grad()
"""
VOID = {"meta", "link", "br", "col", "input", "line", "rect"}


class Nesting(HTMLParser):
    """Demands that every tag is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID, self.getpos()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(*sources: bytes, path: str = "a/train.py") -> str:
    rendered, _ = html.render([examined(path, data, Settings()) for data in sources])
    return rendered


def test_every_fixture_gives_a_page_whose_tags_are_nested() -> None:
    from tests.test_fixtures_tool import PAGES

    found = [examined(one.path.name, one.before.encode(), Settings(unsafe_fixes=True)) for one in PAGES]
    rendered, problems = html.render(found)
    assert not problems
    parser = Nesting()
    parser.feed(rendered)
    assert parser.open == []
    assert sum(len(one.findings) for one in found) == rendered.count("<article ")


def test_what_stands_in_the_source_and_in_paths_is_text_and_no_markup() -> None:
    rendered = page(ZERO_LAST, path="<i>.py")
    assert "<b>&" not in rendered
    assert "<i>.py" not in rendered
    assert "&lt;i&gt;.py" in rendered


def test_the_picture_says_in_words_what_it_shows() -> None:
    rendered = page(ZERO_LAST)
    assert (
        'aria-label="before: at the start clear; forward on line 4, then clear; backward on line 6, then gradients; '
        'step on line 8, then gradients; zero_grad on line 9, then clear"' in rendered
    )
    assert (
        'aria-label="after: at the start gradients; zero_grad on line 3, then clear; forward on line 5, then clear; '
        'backward on line 7, then gradients; step on line 9, then gradients"' in rendered
    )
    assert ">step?<" in rendered


def test_the_same_run_gives_the_same_bytes() -> None:
    assert page(ZERO_LAST, ZERO_LAST) == page(ZERO_LAST, ZERO_LAST)


def test_nothing_is_loaded_from_anywhere() -> None:
    rendered = page(ZERO_LAST)
    assert not any(word in rendered for word in ("http:", "https:", " src=", "@import", "url("))


def test_a_run_without_a_training_step_says_so_and_what_could_not_be_done() -> None:
    problem = Problem("old.py", 3, "invalid <syntax>")
    rendered, problems = html.render([Outcome("old.py", b"x", problem=problem)])
    assert problems == (problem,)
    assert "No training step was found." in rendered
    assert "<code>old.py:3</code> invalid &lt;syntax&gt;" in rendered


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_lines_are_numbered_as_python_numbers_them(line_end: bytes) -> None:
    rendered = page(ZERO_LAST.replace(b"\n", line_end))
    assert 'zero_grad on line 9, then clear"' in rendered


def test_no_file_is_written_but_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from cli import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_bytes(ZERO_LAST)
    assert CliRunner().invoke(app, ["report", "-o", "out.html"]).exit_code == 0
    assert (tmp_path / "train.py").read_bytes() == ZERO_LAST
    assert "<title>gradorder report</title>" in (tmp_path / "out.html").read_text()
    refused = CliRunner().invoke(app, ["report", "-o", "nowhere/out.html"])
    assert refused.exit_code == 2


def test_each_stop_of_a_witness_keeps_its_number_and_its_sentence() -> None:
    stops = [
        (1, Stop(1, "step()")),
        (2, Stop(1, "step() cannot be followed")),
        (3, Stop(1, "step()  <- moved here")),
    ]
    page = excerpt("step()\n", stops)
    assert re.findall(r'<p class="note">(.*?)</p>', page) == [
        "1. ",
        "2. step() cannot be followed",
        "3. moved here",
    ]
