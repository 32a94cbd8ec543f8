from __future__ import annotations

import inspect
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.files.discover import Found, Missing, discover
from codemods.files.walk import DEFAULT_EXCLUDES
from tests.files import folder_of_nobody, unprivileged


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty and outside any repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()


def ignore(folder: str, *lines: str) -> None:
    Path(folder, ".gitignore").write_text("\n".join(lines) + "\n")


def found(*paths: str, exclude: tuple[str, ...] = (), respect_gitignore: bool = True) -> list[str]:
    shown = []
    for item in discover(paths, exclude=exclude, respect_gitignore=respect_gitignore):
        assert isinstance(item, Found), item
        shown.append(item.path)
    return shown


def test_a_folder_is_walked_for_python_files_and_notebooks_only() -> None:
    make("a.py", "pkg/b.py", "pkg/sub/c.py", "pkg/d.pyi", "pkg/e.txt", "pkg/f.pyc", "pkg/py", "pkg/g.ipynb")
    assert found(".") == ["a.py", "pkg/b.py", "pkg/g.ipynb", "pkg/sub/c.py"]


def test_an_empty_folder_and_one_without_python_files_give_nothing() -> None:
    make("pkg/a.txt")
    Path("empty").mkdir()
    assert found("empty", "pkg") == []
    assert list(discover([])) == []


def test_a_file_that_is_named_is_taken_whatever_its_suffix_and_whatever_ignores_it() -> None:
    make(".git/HEAD", "script", "types.pyi", "build/a.py", "venv/b.py")
    ignore(".", "*")
    names = ["build/a.py", "script", "types.pyi", "venv/b.py"]
    assert found(*names, exclude=("script", "venv/")) == names


@pytest.mark.parametrize(
    ("given_path", "shown"),
    [
        (".", "pkg/a.py"),
        ("./", "pkg/a.py"),
        ("pkg", "pkg/a.py"),
        ("pkg/", "pkg/a.py"),
        ("./pkg", "pkg/a.py"),
        ("./pkg//a.py", "pkg/a.py"),
        ("pkg/../pkg", "pkg/../pkg/a.py"),
    ],
)
def test_paths_are_shown_as_they_were_given_without_a_leading_dot(given_path: str, shown: str) -> None:
    make("pkg/a.py")
    assert found(given_path) == [shown]


def test_absolute_paths_and_paths_above_the_current_folder_stay_what_they_are(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("pkg/a.py", "other/b.py")
    assert found(str(root)) == [f"{root}/other/b.py", f"{root}/pkg/a.py"]
    monkeypatch.chdir("pkg")
    assert found("..") == ["../other/b.py", "../pkg/a.py"]
    assert found("../other") == ["../other/b.py"]


def test_the_order_is_that_of_the_names_whatever_the_order_of_the_arguments() -> None:
    make("a.py", "b/z.py", "b/a/c.py", "b-c/d.py", "b.py", "é.py")
    expected = ["a.py", "b/a/c.py", "b/z.py", "b-c/d.py", "b.py", "é.py"]
    for order in itertools.permutations(["b-c", "b", "a.py", "."]):
        assert found(*order) == expected


def test_a_file_named_twice_is_found_once(root: Path) -> None:
    make("pkg/a.py", "pkg/b.py")
    assert found("pkg/a.py", "pkg", "./pkg/a.py", "pkg/../pkg/b.py") == ["pkg/a.py", "pkg/b.py"]
    assert len(found("pkg", str(root))) == 2


def test_a_path_that_does_not_exist_is_missing_and_the_rest_is_found() -> None:
    make("a.py")
    assert list(discover(["none.py", "a.py", "none/", "a.py/b.py", ""])) == [
        Missing("", "no such file or folder (an empty path)"),
        Found("a.py"),
        Missing("a.py/b.py", "not a directory"),
        Missing("none/", "no such file or folder"),
        Missing("none.py", "no such file or folder"),
    ]


def test_a_path_with_a_nul_character_is_missing() -> None:
    [item] = discover(["a\0b"])
    assert isinstance(item, Missing)
    assert "no usable path" in item.message


def test_folders_of_tools_are_not_entered_unless_they_are_named() -> None:
    for folder in DEFAULT_EXCLUDES:
        make(f"{folder}/a.py", f"pkg/{folder}/b.py")
    make("builds/c.py")
    assert found(".") == ["builds/c.py"]
    assert found("build", ".venv") == [".venv/a.py", "build/a.py"]
    assert found(".", "venv/a.py") == ["builds/c.py", "venv/a.py"]


def test_a_file_of_such_a_name_is_found() -> None:
    make("build.py", "venv.py", ".hidden.py", ".hidden/a.py")
    assert found(".") == [".hidden/a.py", ".hidden.py", "build.py", "venv.py"]


def test_a_gitignore_counts_as_git_counts_it() -> None:
    make(
        "gen/a.py", "keep/a.py", "keep/b_pb2.py", "src/gen/a.py", "src/keep_pb2.py", "src/old/x.py", "top.py"
    )
    ignore(".", "# generated", "", "gen/", "*_pb2.py  ", "!keep_pb2.py", "/top.py", "src/old/**")
    assert found(".") == ["keep/a.py", "src/keep_pb2.py"]
    assert "gen/a.py" in found(".", respect_gitignore=False)


def test_a_nested_gitignore_overrides_the_one_above_it_for_its_own_folder() -> None:
    make("a.py", "sub/a.py", "sub/b.py", "sub/deep/a.py", "sub/deep/b.py")
    ignore(".", "a.py")
    ignore("sub", "!a.py", "/b.py")
    assert found(".") == ["sub/a.py", "sub/deep/a.py", "sub/deep/b.py"]


def test_nothing_comes_back_from_an_ignored_folder() -> None:
    make("gen/keep.py", "other/keep.py")
    ignore(".", "gen/", "!gen/keep.py")
    ignore("gen", "!keep.py")
    assert found(".") == ["other/keep.py"]


def test_an_ignored_folder_is_never_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    make("data/deep/a.py", "skip/deep/b.py", "src/c.py")
    ignore(".", "data/")
    listed: list[str] = []
    scandir = os.scandir

    def spy(path: str) -> object:
        listed.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", spy)
    assert found(".", exclude=("skip",)) == ["src/c.py"]
    assert [Path(path).name for path in listed[1:]] == ["src"]


def test_a_list_of_what_is_not_ignored_works() -> None:
    make("a.py", "b.txt", "src/c.py", "src/d.py", "other/e.py")
    ignore(".", "*", "!*/", "!a.py", "!src/*.py", "/src/d.py")
    assert found(".") == ["a.py", "src/c.py"]


def test_gitignores_of_parent_folders_count_up_to_the_root_of_the_repository() -> None:
    make("repo/.git/HEAD", "repo/src/pkg/a.py", "repo/src/pkg/b.py", "repo/src/pkg/c.py")
    ignore(".", "*.py")
    ignore("repo", "a.py", "/b.py")
    ignore("repo/src", "pkg/c.py")
    assert found("repo/src/pkg") == ["repo/src/pkg/b.py"]
    assert found("repo") == ["repo/src/pkg/b.py"]


def test_without_a_repository_the_gitignores_above_the_named_folder_do_not_count() -> None:
    make("pkg/a.py")
    ignore(".", "a.py")
    assert found("pkg") == ["pkg/a.py"]
    assert found(".") == []


def test_a_repository_inside_another_starts_afresh() -> None:
    make(".git/HEAD", "a.py", "sub/.git", "sub/a.py", "sub/b.py")
    ignore(".", "a.py")
    ignore("sub", "b.py")
    assert found(".") == ["sub/a.py"]


def test_an_ignored_folder_that_is_named_is_walked_and_its_files_are_judged_each() -> None:
    make(".git/HEAD", "gen/a.py", "gen/b_pb2.py", "gen/sub/c.py")
    ignore(".", "gen/", "*_pb2.py")
    assert found("gen") == ["gen/a.py", "gen/sub/c.py"]
    assert found(".") == []
    assert found("gen", exclude=("gen", "sub")) == ["gen/a.py"]


@pytest.mark.parametrize("line", ["foo[", "[z-a].py", "a\\", "!", "/", "//", "[[a].py"])
def test_a_line_that_means_nothing_does_no_harm(line: str, recwarn: pytest.WarningsRecorder) -> None:
    make("a.py", "b.py")
    ignore(".", line, "b.py")
    assert "b.py" not in found(".")
    assert not recwarn.list


def test_a_gitignore_with_bom_crlf_and_foreign_bytes_is_understood() -> None:
    make("a.py", "b.py", "c.py")
    Path(os.fsdecode(b"\xe9.py")).touch()
    Path(".gitignore").write_bytes(b"\xef\xbb\xbfa.py\r\n\xe9.py\r\nb.py\r\n")
    assert found(".") == ["c.py"]


def test_excluded_patterns_are_relative_to_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    make("legacy/a.py", "src/legacy/b.py", "src/c.py", "src/gen/d.py")
    assert found(".", exclude=("/legacy",)) == ["src/c.py", "src/gen/d.py", "src/legacy/b.py"]
    assert found(".", exclude=("./legacy/", "src/gen")) == ["src/c.py", "src/legacy/b.py"]
    assert found("src", exclude=("legacy", "src/gen/*.py")) == ["src/c.py"]
    assert found(str(root / "src"), exclude=("src/gen/", "legacy")) == [f"{root}/src/c.py"]
    assert found(".", exclude=("*.py", "!c.py")) == ["src/c.py"]
    monkeypatch.chdir("legacy")
    assert found("../src", exclude=("/gen", "b.py")) == ["../src/c.py"]


def test_an_excluded_pattern_does_not_bring_back_what_git_ignores() -> None:
    make("a.py", "b.py")
    ignore(".", "a.py")
    assert found(".", exclude=("!a.py",)) == ["b.py"]


def test_an_excluded_pattern_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not a gitignore-style pattern: 'foo\['"):
        list(discover(["."], exclude=["foo["]))


def test_links_to_folders_are_not_followed_so_a_circle_ends() -> None:
    make("pkg/a.py", "other/b.py")
    Path("pkg/loop").symlink_to("..")
    Path("pkg/self.py").symlink_to(".")
    Path("link").symlink_to("other")
    assert found(".") == ["other/b.py", "pkg/a.py"]
    assert found("pkg") == ["pkg/a.py"]


def test_a_link_to_a_folder_that_is_named_is_walked() -> None:
    make("other/b.py")
    Path("link").symlink_to("other")
    assert found("link") == ["link/b.py"]
    assert found("link", "other") == ["link/b.py"]


def test_a_linked_file_is_found_once_under_its_own_name() -> None:
    make("z.py", "elsewhere/data.txt")
    Path("a.py").symlink_to("z.py")
    Path("b.py").symlink_to("a.py")
    Path("pkg").mkdir()
    Path("pkg/d.py").symlink_to("../elsewhere/data.txt")
    Path("pkg/c.py").symlink_to("../elsewhere/data.txt")
    assert found(".") == ["pkg/c.py", "z.py"]
    assert found("a.py", "b.py") == ["a.py"]
    assert found("a.py", ".") == ["pkg/c.py", "z.py"]


def test_hard_links_are_files_of_their_own() -> None:
    make("a.py")
    os.link("a.py", "b.py")
    assert found(".") == ["a.py", "b.py"]


def test_broken_links_and_circles_of_links_are_missing_with_a_reason() -> None:
    make("pkg/a.py")
    Path("pkg/broken.py").symlink_to("gone.py")
    Path("pkg/circle.py").symlink_to("circle.py")
    Path("pkg/broken.txt").symlink_to("gone")
    assert list(discover(["pkg", "pkg/broken.py"])) == [
        Found("pkg/a.py"),
        Missing("pkg/broken.py", "broken symbolic link"),
        Missing("pkg/circle.py", "symbolic links that lead round in a circle"),
    ]


def test_the_lock_of_an_editor_is_no_broken_link() -> None:
    make("a.py")
    Path(".#a.py").symlink_to("me@host.1234:5678")
    assert found(".") == ["a.py"]


def test_a_pipe_that_is_called_like_a_python_file_is_handed_on_to_be_refused() -> None:
    os.mkfifo("pipe.py")
    assert found(".") == found("pipe.py") == ["pipe.py"]


def test_a_folder_and_a_gitignore_that_cannot_be_read_are_missing_and_the_rest_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with folder_of_nobody() as folder:
        monkeypatch.chdir(folder)
        make("closed/a.py", "open/b.py", "hidden/c.py")
        ignore("open", "b.py")
        Path("open/.gitignore").chmod(0)
        Path("closed").chmod(0)
        Path("hidden").chmod(0o444)
        everything = unprivileged(lambda: list(discover([".", "closed", "hidden/c.py"])))
        assert everything == [
            Missing("closed", "cannot list this folder: permission denied"),
            Missing("hidden/c.py", "permission denied"),
            Missing("open/.gitignore", "permission denied"),
            Found("open/b.py"),
        ]


def test_a_tree_deeper_than_calls_may_nest_is_walked() -> None:
    folders = ["/".join(["d"] * depth) for depth in range(1, 300)]
    for folder in folders:
        Path(folder).mkdir()
    file = Path(folders[-1], "a.py")
    file.touch()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        assert found(".") == [str(file)]
    finally:
        sys.setrecursionlimit(limit)


def test_pathspec_is_imported_only_where_a_gitignore_is_met(root: Path) -> None:
    make("plain/a.py", "repo/a.py")
    ignore("repo", "b.py")
    script = (
        "import sys; from codemods.files.discover import discover; "
        "list(discover([sys.argv[1]])); print('pathspec' in sys.modules)"
    )
    checkout = Path(__file__).parents[2]
    for folder, expected in (("plain", "False\n"), ("repo", "True\n")):
        command = [sys.executable, "-c", script, str(root / folder)]
        run = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
        assert run.stdout == expected


NAMES = ["a", "b", "ab", "foo", "a b", "x.py", "b.py", "foo.py"]
LINES = """
a|b|a/|*.py|/a|/b/|a/b|a/**|**/b|**/foo/|*|*/|/*|!*/|!*.py|!a|!/a/|!b.py|foo*|f?o|[ab]|[!a]|a/*/b|a/**/b|**|/**|!x.py|!a/**
a/b/|\\!x|#a|ab/x.py|**/a/b.py|!**/foo.py|a b|a\\ b|x.py  |foo[|[z-a]|a\\|/|//|!|*.p[xy]|a/**/|**/a/**|/**/b/|a//b|!?|***
""".strip().replace("\n", "|").split("|")


@settings(max_examples=60, deadline=None)
@given(
    files=st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), min_size=1, max_size=14),
    ignores=st.lists(
        st.tuples(st.lists(st.sampled_from(NAMES), max_size=2), st.lists(st.sampled_from(LINES), max_size=5)),
        max_size=3,
    ),
    start=st.lists(st.sampled_from(NAMES), max_size=2),
)
def test_git_itself_ignores_the_same_files(
    files: list[list[str]], ignores: list[tuple[list[str], list[str]]], start: list[str]
) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git = ["git", "-c", "core.excludesFile=/dev/null", "-c", "init.defaultBranch=main"]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        subprocess.run([*git, "init", "-q"], cwd=root, check=True)
        for parts in files:
            path = root.joinpath(*parts[:-1], f"{parts[-1].removesuffix('.py')}.py")
            if not any(above.is_file() for above in path.parents) and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        for folder, lines in ignores:
            if root.joinpath(*folder).is_dir():
                root.joinpath(*folder, ".gitignore").write_text("\n".join(lines))
        command = [*git, "ls-files", "-z", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
        expected = {f"{root}/{path}" for path in listed.split("\0") if path.endswith(".py")}
        assert set(found(str(root))) == expected
        # From a folder further down the same files are found, unless that folder is itself ignored.
        inner = root.joinpath(*start)
        below = {path for path in expected if path.startswith(f"{inner}/")}
        if below and inner.is_dir():
            assert set(found(str(inner))) == below
