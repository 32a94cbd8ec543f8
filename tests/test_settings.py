"""Configuration files: which one counts for a file, what it may say, and what it comes to with the command line."""

from __future__ import annotations

import importlib
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from codemods.config import Configuration, Options
from codemods.config.keys import KEYS, Wrong, expanded, options
from codemods.config.nearest import resolved
from codemods.files.discover import discover
from codemods.files.walk import DEFAULT_EXCLUDES, ENVIRONMENTS
from codemods.findings import DEFAULT_CODES
from codemods.settings import FORMATS, BadConfiguration, Placement, Settings
from tests.test_cli import NEVER_CLEARED, OUTSIDE, ZERO_FIRST, ZERO_LAST, gradorder


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(**files: str) -> None:
    """Write files; ``__`` in a name stands for a slash, ``_`` for a dot."""
    for name, text in files.items():
        write(name.replace("__", "/").replace("_", "."), text)


def write(path: str, text: str = "") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def found(configuration: Configuration, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [one.path for one in discover(paths or ["."], exclude=exclude, rules=configuration.rules)]


# Which file counts


def test_without_a_file_everything_is_as_usual() -> None:
    assert Configuration().settings("a.py") == Settings()
    assert Configuration().output_format() == "text"


def test_the_nearest_file_wins_as_a_whole() -> None:
    make(
        pyproject_toml="[tool.gradorder]\nstrict = true\nignore = ['GO202']\n",
        pkg__gradorder_toml="placement = 'before-backward'\n",
    )
    configuration = Configuration()
    assert configuration.settings("a.py") == Settings(strict=True, codes=DEFAULT_CODES - {"GO202"})
    for inner in ("pkg/a.py", "pkg/sub/deep/a.py", str(Path("pkg/a.py").resolve())):
        assert configuration.settings(inner) == Settings(placement=Placement.BEFORE_BACKWARD)


def test_in_one_folder_the_own_file_comes_before_the_shared_one() -> None:
    make(pyproject_toml="[tool.gradorder]\nstrict = true\n", gradorder_toml="black = true\n")
    assert Configuration().settings("a.py") == Settings(black=True)
    write(".gradorder.toml", "unsafe-fixes = true\n")
    assert Configuration().settings("a.py") == Settings(unsafe_fixes=True)


def test_a_pyproject_without_our_table_counts_for_nothing() -> None:
    make(
        pyproject_toml="[tool.gradorder]\nstrict = true\n",
        pkg__pyproject_toml="[project]\nname = 'gradorder-plugin'\n[tool.other]\ngradorder = 1\n",
        odd__pyproject_toml="tool = 'gradorder'\n",
        broken__pyproject_toml="this is no TOML\n",
    )
    for name in ("pkg", "odd", "broken"):
        assert Configuration().settings(f"{name}/a.py").strict


def test_a_file_found_above_the_current_folder_counts(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    make(gradorder_toml="strict = true\n")
    write("deep/er/a.py")
    monkeypatch.chdir("deep/er")
    assert Configuration().settings("a.py").strict
    (root / "gradorder.toml").write_text("stric = true\n")
    with pytest.raises(BadConfiguration, match=r"gradorder[.]toml: unknown key stric; do you mean strict"):
        Configuration().settings("a.py")


def test_a_named_file_counts_for_everything_and_none_in_isolation() -> None:
    make(gradorder_toml="strict = true\n", other_toml="black = true\n", pkg__gradorder_toml="strict = true\n")
    for path in ("a.py", "pkg/a.py"):
        assert Configuration(file="other.toml").settings(path) == Settings(black=True)
        assert Configuration(isolated=True).settings(path) == Settings()
    make(pkg__pyproject_toml="[project]\n")
    with pytest.raises(BadConfiguration, match=r"pkg/pyproject.toml: there is no table \[tool.gradorder\]"):
        Configuration(file="pkg/pyproject.toml").settings("a.py")
    with pytest.raises(BadConfiguration, match=r"gone[.]toml: no such file or folder"):
        Configuration(file="gone.toml").settings("a.py")


def test_settings_are_values_that_travel_between_processes() -> None:
    make(gradorder_toml="strict = true\n")
    settings = Configuration().settings("a.py")
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert hash(settings)


def test_no_toml_reader_is_imported_where_there_is_nothing_to_read() -> None:
    make(pyproject_toml="[project]\nname = 'x'\n")
    script = "import sys; from codemods.config import Configuration; Configuration().settings('a.py'); print('tomllib' in sys.modules or 'tomli' in sys.modules)"
    checkout = Path(__file__).parents[1]
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(checkout)!r}); {script}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


# What it may say


def test_every_field_has_its_key_and_every_key_its_field() -> None:
    assert {key.replace("-", "_") for key in KEYS} == set(Options.__struct_fields__)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("selct = []", "unknown key selct; do you mean select?"),
        ("extend_select = []", "unknown key extend_select; do you mean extend-select?"),
        ("line-length = 88", "unknown key line-length; there are black, "),
        ("select = 'GO101'", "select must be a list of strings, not a string"),
        ("ignore = [101]", "ignore must be a list of strings, but holds a number"),
        ("ignore = ['GO1O1']", "ignore names an unknown code: there is no code 'GO1O1'; do you mean GO101?"),
        ("strict = 'yes'", "strict must be true or false, not a string"),
        ("black = 1", "black must be true or false, not a number"),
        ("placement = 'bottom'", 'placement must be one of top, before-backward, not "bottom"'),
        ("placement = true", "placement must be one of top, before-backward, not a boolean"),
        ("output-format = 'xml'", "output-format must be one of text, "),
        ("exclude = ['foo[']", "exclude holds no gitignore-style pattern: 'foo['"),
        (
            "per-file-ignores = ['a']",
            "per-file-ignores must be a table of patterns and their codes, not a list",
        ),
        (
            "per-file-ignores = {'a.py' = 'GO101'}",
            'per-file-ignores of "a.py" must be a list of strings, not a string',
        ),
        (
            "per-file-ignores = {'a.py' = ['X']}",
            "per-file-ignores of \"a.py\" names an unknown code: there is no code 'X'",
        ),
        ("strict = 2020-01-01", "strict must be true or false, not a date or time"),
        ("strict = tru", "not valid TOML: "),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_key_and_the_file(text: str, complaint: str) -> None:
    write("gradorder.toml", text)
    with pytest.raises(BadConfiguration) as refused:
        Configuration().settings("a.py")
    assert str(refused.value).startswith(f"gradorder.toml: {complaint}")


def test_everything_wrong_is_named_at_once() -> None:
    assert options({"strict": 1, "blak": 2, "ignore": []})[1] == [
        "strict must be true or false, not a number",
        "unknown key blak; do you mean black?",
    ]


def test_our_table_must_be_a_table() -> None:
    write("pyproject.toml", "[tool]\ngradorder = 1\n")
    with pytest.raises(BadConfiguration, match=r"pyproject.toml: tool.gradorder must be a table"):
        Configuration().settings("a.py")


def test_a_file_that_is_no_text_is_refused() -> None:
    Path("gradorder.toml").write_bytes(b"strict = true # \xff\n")
    with pytest.raises(BadConfiguration, match=r"gradorder[.]toml: not valid UTF-8"):
        Configuration().settings("a.py")


# What it comes to


def test_selectors_are_codes_their_beginnings_or_all() -> None:
    assert expanded("go101") == {"GO101"}
    assert expanded("GO2") == {"GO201", "GO202"}
    assert expanded("ALL") >= DEFAULT_CODES
    for nothing in ("", " ", "X", "GO1011"):
        with pytest.raises(Wrong):
            expanded(nothing)


def test_each_layer_adds_and_takes_away_and_a_selection_starts_afresh() -> None:
    def codes(*layers: Options) -> set[str]:
        return set(resolved(layers).codes)

    file = Options(select=("GO1",), extend_select=("GO201",), ignore=("GO202",))
    assert codes(file) == {"GO101", "GO201"} | set(expanded("GO1"))
    assert codes(file, Options(select=("GO202",))) == {"GO202"}
    assert codes(Options(ignore=("ALL",)), Options(extend_select=("GO101",))) == {"GO101"}
    assert codes(Options(), Options(ignore=("GO9",))) == DEFAULT_CODES - {"GO900"}


def test_idle_comments_are_removed_only_where_their_code_is_named() -> None:
    assert not resolved((Options(),)).remove_unused
    assert resolved((Options(extend_select=("GO900",)),)).remove_unused
    assert resolved((Options(select=("ALL",)),)).remove_unused
    assert not resolved((Options(extend_select=("GO900",)), Options(ignore=("GO900",)))).remove_unused


def test_the_command_line_has_the_last_word_in_both_directions() -> None:
    write(
        "gradorder.toml",
        "strict = true\nblack = false\nplacement = 'before-backward'\noutput-format = 'json'\n",
    )
    given = Options(strict=False, black=True, placement=Placement.TOP, output_format="sarif")
    assert Configuration(given).settings("a.py") == Settings(black=True)
    assert Configuration(given).output_format() == "sarif"
    assert Configuration().output_format() == "json"


def test_codes_are_ignored_by_file() -> None:
    write(
        "gradorder.toml",
        "[per-file-ignores]\n'legacy/' = ['GO1']\n'*_test.py' = ['ALL']\n'/a.py' = ['GO101']\n'!src/' = ['GO202']\n",
    )
    configuration = Configuration()

    def missing(path: str) -> set[str]:
        return set(DEFAULT_CODES - configuration.settings(path).codes)

    assert missing("src/b.py") == set()
    assert missing("src/a.py") == set()
    assert missing("a.py") == {"GO101", "GO202"}
    assert missing("src/legacy/deep/b.py") == {"GO101"}
    assert missing("src/b_test.py") == set(DEFAULT_CODES)


# What is left out


def test_patterns_are_relative_to_the_file_that_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    write("gradorder.toml", "extend-exclude = ['/gen', 'pkg/old.py']\n")
    for path in ("a.py", "gen/a.py", "pkg/gen/a.py", "pkg/old.py", "venv/a.py"):
        write(path)
    assert found(Configuration()) == ["a.py", "pkg/gen/a.py"]
    monkeypatch.chdir("pkg")
    assert found(Configuration()) == ["gen/a.py"]
    assert found(Configuration(), "..") == ["../a.py", "../pkg/gen/a.py"]


def test_exclude_takes_the_place_of_the_usual_folders() -> None:
    for path in (
        "a.py",
        "venv/a.py",
        "gen/a.py",
        "env/pyvenv.cfg",
        "env/a.py",
        "conda/conda-meta/x",
        "conda/a.py",
    ):
        write(path)
    assert found(Configuration()) == ["a.py", "gen/a.py"]
    write("gradorder.toml", "exclude = ['gen']\n")
    assert found(Configuration()) == ["a.py", "conda/a.py", "env/a.py", "venv/a.py"]


def test_a_nested_file_takes_over_below_its_folder() -> None:
    write("gradorder.toml", "extend-exclude = ['a.py']\n")
    write("pkg/gradorder.toml", "extend-exclude = ['b.py']\nrespect-gitignore = false\n")
    write("pkg/pyproject.toml", "[project]\n")
    write("pkg/sub/pyproject.toml", "[project]\n")
    write(".gitignore", "")
    write("pkg/.gitignore", "c.py\n")
    for folder in ("", "pkg/", "pkg/sub/", "other/"):
        for name in "abc":
            write(f"{folder}{name}.py")
    assert found(Configuration()) == [
        "b.py", "c.py", "other/b.py", "other/c.py", "pkg/a.py", "pkg/c.py", "pkg/sub/a.py", "pkg/sub/c.py",
    ]  # fmt: skip


def test_a_nested_file_that_is_wrong_stops_everything() -> None:
    write("pkg/gradorder.toml", "strict = 1\n")
    with pytest.raises(BadConfiguration, match=r"pkg/gradorder[.]toml: strict"):
        found(Configuration())


def test_what_is_named_is_taken_unless_exclusion_is_forced() -> None:
    write("gradorder.toml", "extend-exclude = ['gen', '*_pb.py', '!keep_pb.py']\n")
    names = ("gen/a.py", "src/x_pb.py", "src/keep_pb.py", "venv/lib/a.py", "src/b.py")
    for path in names:
        write(path)
    assert found(Configuration(), *names) == sorted(names)
    forced = Configuration(Options(force_exclude=True))
    assert found(forced, *names, "gen", "venv/lib") == ["src/b.py", "src/keep_pb.py"]
    assert found(forced, *(str(Path(one).resolve()) for one in names), exclude=("/src/b.py",)) == [
        str(Path("src/keep_pb.py").resolve())
    ]
    assert found(forced, *names, exclude=("src",)) == []


def test_a_named_configuration_is_relative_to_the_current_folder() -> None:
    write("conf/my.toml", "extend-exclude = ['/src']\n")
    for path in ("src/a.py", "conf/src/a.py"):
        write(path)
    assert found(Configuration(file="conf/my.toml")) == ["conf/src/a.py"]


# The command


def test_a_wrong_configuration_ends_with_two_before_anything_is_written() -> None:
    write("a.py", ZERO_LAST)
    write("pkg/b.py", ZERO_LAST)
    write("pkg/gradorder.toml", "selct = []\nstrict = 1\n")
    complaint = (
        "error: pkg/gradorder.toml: unknown key selct; do you mean select?\n"
        "error: pkg/gradorder.toml: strict must be true or false, not a number\n"
    )
    for arguments in (["fix"], ["check"], ["report"], ["check", "--show-files"], ["fix", "pkg/b.py"]):
        assert gradorder(*arguments, cwd=Path.cwd()) == (
            2,
            "",
            complaint,
        )
    assert Path("a.py").read_text() == ZERO_LAST
    assert gradorder("fix", "-q", "--isolated", cwd=Path.cwd()).status == 0
    assert Path("pkg/b.py").read_text() == ZERO_FIRST


def test_each_file_is_rewritten_by_its_own_configuration() -> None:
    write("a.py", ZERO_LAST)
    write("pkg/b.py", ZERO_LAST)
    write("pkg/pyproject.toml", "[tool.gradorder]\nignore = ['GO101']\n")
    assert gradorder("fix", "-q", cwd=Path.cwd()).status == 0
    assert (Path("a.py").read_text(), Path("pkg/b.py").read_text()) == (ZERO_FIRST, ZERO_LAST)
    assert gradorder("fix", "-q", "--extend-select", "GO101", cwd=Path.cwd()).status == 0
    assert Path("pkg/b.py").read_text() == ZERO_FIRST


def test_a_named_configuration_is_used_and_the_command_line_overrides_it() -> None:
    write("a.py", OUTSIDE)
    write("strict.toml", "strict = true\noutput-format = 'concise'\n")
    strict = gradorder("check", "--config", "strict.toml", cwd=Path.cwd())
    assert strict.status == 0
    assert strict.out.startswith("a.py:4: hazard: --strict: ")
    assert gradorder("check", "--config", "strict.toml", "--no-strict", cwd=Path.cwd()).status == 1
    gone = gradorder("check", "--config", "gone.toml", cwd=Path.cwd())
    assert gone == (2, "", "error: gone.toml: no such file or folder\n")


def test_what_would_be_looked_at_is_listed_and_how() -> None:
    write("pyproject.toml", "[tool.gradorder]\nextend-exclude = ['gen']\nstrict = true\n")
    write("pkg/gradorder.toml", "placement = 'before-backward'\n[per-file-ignores]\n'c.py' = ['GO2']\n")
    for path in ("a.py", "gen/a.py", "pkg/b.py", "pkg/c.py", "pkg/d.py"):
        write(path)
    assert gradorder("check", "--show-files", cwd=Path.cwd()) == (
        0,
        "a.py\npkg/b.py\npkg/c.py\npkg/d.py\n",
        "",
    )
    status, out, err = gradorder("check", "--show-settings", cwd=Path.cwd())
    assert (status, err) == (0, "")
    first, second, third = out.split("\n\n")
    assert first.startswith('# a.py: pyproject.toml\nselect = ["GO101", "GO201", "GO202", "GO900"]\n')
    assert "\nstrict = true\n" in first
    assert '\nextend-exclude = ["gen"]\n' in first
    assert second.startswith("# pkg/b.py and 1 more: pkg/gradorder.toml\n")
    assert third.startswith('# pkg/c.py: pkg/gradorder.toml\nselect = ["GO101", "GO900"]\n')
    for part in (first, second, third):
        assert not options(toml(part))[1], "what is shown can stand in a file"
    gone = gradorder("check", "--show-files", "gone.py", cwd=Path.cwd())
    assert gone == (2, "", "error: gone.py: no such file or folder\n")


def toml(text: str) -> dict[str, object]:
    module = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    read: dict[str, object] = module.loads(text)
    return read


def test_stdin_takes_the_settings_of_the_file_that_it_stands_for() -> None:
    write("pkg/gradorder.toml", "ignore = ['GO101']\nforce-exclude = true\nextend-exclude = ['gen.py']\n")
    write("pkg/gen.py", NEVER_CLEARED)
    write("pkg/other.py", NEVER_CLEARED)
    source = ZERO_LAST.encode()
    assert gradorder("fix", "-q", "-", cwd=Path.cwd(), stdin=source).out == ZERO_FIRST
    named = gradorder("fix", "-q", "--stdin-filename", "pkg/new.py", "-", cwd=Path.cwd(), stdin=source)
    assert (named.status, named.out) == (0, ZERO_LAST)
    for name, status in (("pkg/gen.py", 0), ("pkg/other.py", 1)):
        stdin = NEVER_CLEARED.encode()
        ended = gradorder("fix", "-q", "--stdin-filename", name, "-", cwd=Path.cwd(), stdin=stdin)
        assert (ended.status, ended.out) == (status, NEVER_CLEARED)
        assert ended.err.startswith(f"{name}:3: GO202" if status else "")


# The documentation

PAGE = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text()
SECTIONS = {
    part.partition("`")[0]: part
    for part in PAGE.partition("\n## Keys\n")[2].partition("\n## Comments")[0].split("\n### `")[1:]
}


def blocks(text: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", text, re.DOTALL)


def test_every_key_is_documented_once_with_its_type_and_default() -> None:
    assert PAGE.count("\n### `") == len(SECTIONS)
    assert set(SECTIONS) == set(KEYS)
    for section in SECTIONS.values():
        assert "\n- Type: " in section
        assert "\n- Default: " in section


@pytest.mark.parametrize("key", KEYS)
def test_the_example_of_a_key_is_accepted_and_says_something_new(key: str) -> None:
    (example,) = blocks(SECTIONS[key])
    write("gradorder.toml", example)
    read = Configuration().origin(str(Path.cwd())).options
    field = key.replace("-", "_")
    assert getattr(read, field) != getattr(Options(), field)
    assert all(
        getattr(read, one) == getattr(Options(), one) for one in Options.__struct_fields__ if one != field
    )


def test_the_documented_defaults_are_those_of_the_code() -> None:
    usual, rules = Settings(), Configuration().rules(str(Path.cwd()))
    actual = {
        "select": sorted(usual.codes), "extend-select": [], "ignore": [], "per-file-ignores": {}, "extend-exclude": [],
        "force-exclude": rules.force, "respect-gitignore": rules.respect_gitignore, "placement": usual.placement.value,
        "strict": usual.strict, "unsafe-fixes": usual.unsafe_fixes, "black": usual.black,
        "output-format": Configuration().output_format(), "idioms": {},
    }  # fmt: skip
    for key, value in actual.items():
        assert f"\n- Default: `{json.dumps(value)}`\n" in SECTIONS[key]
    assert set(KEYS) - set(actual) == {"exclude"}
    listed = SECTIONS["exclude"].partition("The usual list is ")[2].partition("\n")[0]
    assert set(re.findall("`(.*?)`", listed)) == DEFAULT_EXCLUDES | ENVIRONMENTS


def test_the_documented_types_are_those_of_the_code() -> None:
    for key, allowed in {"placement": [one.value for one in Placement], "output-format": FORMATS}.items():
        line = SECTIONS[key].partition("- Type: ")[2].partition("\n")[0]
        assert re.findall('"(.*?)"', line) == list(allowed)
    values = {"boolean": True, "list of codes": ["GO101"], "list of patterns": ["a"]}
    for key, section in SECTIONS.items():
        kind = section.partition("- Type: ")[2].partition("\n")[0]
        if kind in values:
            write("gradorder.toml", f"{key} = {json.dumps(values[kind])}\n")
            assert Configuration().origin(str(Path.cwd())).path == "gradorder.toml"


def test_the_documented_options_exist() -> None:
    known = {
        name
        for one in ("check", "fix")
        for option in cli.app.commands[one].params
        for name in (*option.opts, *option.secondary_opts)
    }
    for section in SECTIONS.values():
        line = section.partition("- Command line: ")[2].partition("\n")[0]
        assert set(re.findall(r"--[\w-]+", line)) <= known
    assert set(re.findall(r"--[a-z][\w-]+", PAGE)) <= known


def test_the_first_examples_of_the_page_say_the_same() -> None:
    shared, own = blocks(PAGE)[:2]
    write("pyproject.toml", shared)
    write("own/gradorder.toml", own)
    first, second = (Configuration().origin(str(Path(one).resolve())) for one in (".", "own"))
    assert first.options == second.options != Options()
    assert (first.path, second.path) == ("pyproject.toml", "own/gradorder.toml")


def test_a_configuration_and_none_cannot_both_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("")
    ended = gradorder("check", "--isolated", "--config", "own.toml", cwd=tmp_path)
    assert ended.status == 2
    assert "--isolated" in ended.err
    assert "--config" in ended.err
