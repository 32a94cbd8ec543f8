"""``--black``: the lines that a rewrite touched in the repository's own black style, and no other line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.blacken import NotFormatted, blacken

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
x = {'a' : 1}
for x, y in loader:
    loss = loss_fn( model(x) )
    loss.backward()
    optimizer.step()
    optimizer.zero_grad( set_to_none = True )
"""
AFTER = """\
x = {'a' : 1}
for x, y in loader:
    optimizer.zero_grad( set_to_none = True )
    loss = loss_fn( model(x) )
    loss.backward()
    optimizer.step()
"""
MOVED = "    optimizer.zero_grad( set_to_none = True )\n"
NEAT = "    optimizer.zero_grad(set_to_none=True)\n"
SPLIT = "    optimizer.zero_grad(\n        set_to_none=True\n    )\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file in a repository of its own, so that no configuration from above is found."""
    (tmp_path / ".git").mkdir()
    return tmp_path / "page.py"


def configure(page: Path, text: str) -> None:
    (page.parent / "pyproject.toml").write_text(text)


def test_only_the_touched_lines_are_formatted(page: Path) -> None:
    assert blacken(str(page), BEFORE, AFTER) == AFTER.replace(MOVED, NEAT)


def test_the_configuration_of_the_repository_counts(page: Path) -> None:
    configure(page, "[tool.black]\nline-length = 30\n")
    assert blacken(str(page), BEFORE, AFTER) == AFTER.replace(MOVED, SPLIT)
    deeper = page.parent / "deep" / "page.py"
    assert blacken(str(deeper), BEFORE, AFTER) == AFTER.replace(MOVED, SPLIT)


def test_quotes_stay_where_the_configuration_says_so(page: Path) -> None:
    before, after = BEFORE.replace("set_to_none = True", "**d['a']"), AFTER.replace(
        "set_to_none = True", "**d['a']"
    )
    assert blacken(str(page), before, after) == AFTER.replace(MOVED, '    optimizer.zero_grad(**d["a"])\n')
    configure(page, "[tool.black]\nskip-string-normalization = true\n")
    assert blacken(str(page), before, after) == AFTER.replace(MOVED, "    optimizer.zero_grad(**d['a'])\n")


@pytest.mark.parametrize("key", ["exclude", "extend-exclude", "force-exclude"])
def test_a_file_that_black_leaves_out_is_left_out(page: Path, key: str) -> None:
    configure(page, f"[tool.black]\n{key} = 'page'\n")
    assert blacken(str(page), BEFORE, AFTER) == AFTER


def test_stdin_is_formatted_as_if_it_stood_in_the_current_folder(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(page, "[tool.black]\nline-length = 30\n")
    monkeypatch.chdir(page.parent)
    assert blacken("<stdin>", BEFORE, AFTER) == AFTER.replace(MOVED, SPLIT)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_stay_as_they_are(page: Path, end: str) -> None:
    configure(page, "[tool.black]\nline-length = 30\n")
    before, after = BEFORE.replace("\n", end), AFTER.replace("\n", end)
    assert blacken(str(page), before, after) == AFTER.replace(MOVED, SPLIT).replace("\n", end)


def test_mixed_line_ends_and_a_missing_newline_stay_as_they_are(page: Path) -> None:
    def mixed(text: str) -> str:
        return "\f\n\n" + text.replace(":\n", ":\r\n").replace("True )\n", "True )\r\n").rstrip("\n")

    expected = mixed(AFTER).replace(MOVED[:-1], NEAT[:-1])
    assert blacken(str(page), mixed(BEFORE), mixed(AFTER)) == expected
    assert expected.count("\r\n") == 2


def test_nothing_is_formatted_where_nothing_changed(page: Path) -> None:
    assert blacken(str(page), BEFORE, BEFORE) == BEFORE


def test_lines_that_black_is_told_to_skip_are_skipped(page: Path) -> None:
    after = AFTER.replace("True )\n", "True )  # fmt: skip\n")
    assert blacken(str(page), BEFORE, after) == after


@pytest.mark.parametrize(
    ("configuration", "complaint"),
    [
        ("[tool.black\n", "black's configuration.*Expected ']'"),
        ("[tool.black]\nline-length = 'long'\n", "black's configuration: .*'long' is not a valid integer"),
        ("[tool.black]\nrequired-version = '19'\n", "the configuration asks for black 19, .* is installed"),
    ],
)
def test_a_bad_configuration_is_a_reason_in_one_line(page: Path, configuration: str, complaint: str) -> None:
    configure(page, configuration)
    with pytest.raises(NotFormatted, match=complaint) as error:
        blacken(str(page), BEFORE, AFTER)
    assert "\n" not in error.value.message


def test_what_black_cannot_parse_is_a_reason(page: Path) -> None:
    with pytest.raises(NotFormatted, match="black cannot format it: "):
        blacken(str(page), BEFORE, AFTER + "print 'python 2'\n")


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_last_line_that_black_splits_stays_code(page: Path, ended: bool, newline: str) -> None:
    end = newline if ended else ""
    before = f"x = 1{newline}a.backward(); b.step(); b.zero_grad( ){end}"
    after = f"x = 1{newline}b.zero_grad( ); a.backward(); b.step(){end}"
    wanted = newline.join(["x = 1", "b.zero_grad()", "a.backward()", "b.step()"])
    assert blacken(str(page), before, after) == wanted + end


def test_a_text_of_one_line_without_an_end_gets_none(page: Path) -> None:
    assert blacken(str(page), "a(); b( )", "b( ); a()") == "b()\na()"
