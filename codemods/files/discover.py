"""Which files to look at: the ones named, and the Python files and notebooks in the folders named."""

from __future__ import annotations

import os
import re
import stat
import warnings
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from codemods.files.load import Unreadable, read, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUFFIXES = (".py", ".ipynb")

# Folders of these names are not entered in a walk: nobody's own sources are in them.
DEFAULT_EXCLUDES = frozenset(
    ".git .hg .svn .tox .nox .venv venv .eggs __pycache__ .mypy_cache .ruff_cache .pytest_cache node_modules "
    "build dist site-packages .ipynb_checkpoints __pypackages__".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look at, under the name to show."""

    path: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A path that was asked for, or met on the way, and cannot be looked at; `message` is one line and says why."""

    path: str
    message: str


def discover(
    paths: Sequence[str], *, exclude: Sequence[str] = (), respect_gitignore: bool = True
) -> Iterator[Found | Missing]:
    """Every file to look at once, in the order of path names, whatever the order of `paths`.

    - A file that is named is taken, whatever its suffix and whatever ignores it. What does not exist is Missing.
    - A folder that is named is walked, whatever ignores it, for `*.py` and `*.ipynb`. Not entered are folders in DEFAULT_EXCLUDES
      and symbolic links to folders (so no circle of links can trap the walk); links to files are taken.
    - `.gitignore` files count as git counts them: nested ones, negation, those of parent folders up to the root of
      the repository; a repository inside another starts afresh. Without a repository, those met in the walk count.
    - `exclude` holds more patterns of that kind, relative to the current folder (for a folder outside it: to
      that folder). Neither kind applies to what is named.
    - A folder or `.gitignore` that cannot be read, and a broken link called like one of those, are Missing; the walk goes on.

    One file under several names (links, a folder and a file in it) is found once, under the shortest name that
    is no link itself. Hard links are different files: each is written on its own. Paths are shown as they were given,
    without a leading `./`, joined with `/`.

    Assumes that the current folder stays the same. Raises ValueError for a pattern in `exclude` that means nothing.
    """
    lines = [f"/{line[2:]}" if line.startswith("./") else line for line in exclude]
    excluded = _Patterns(0, _runs(lines, strict=True)) if lines else None
    names: dict[str, tuple[bool, int, str]] = {}
    missing: dict[str, Missing] = {}
    for path in paths:
        for item in _expand(path, excluded, respect_gitignore):
            if isinstance(item, Missing):
                missing.setdefault(item.path, item)
            else:
                name = (item.is_link, len(item.shown), item.shown)
                names[item.real] = min(names.get(item.real, name), name)
    outcome: list[Found | Missing] = [*missing.values()]
    # A walk meets what is in a folder that may be listed but not entered; if it is named too, it is known by now.
    outcome += (Found(shown) for _, _, shown in names.values() if shown not in missing)
    yield from sorted(outcome, key=_by_folder)


@dataclass(frozen=True, slots=True)
class _File:
    """`real` names the file itself: equal for every name that leads to it through links."""

    real: str
    shown: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive patterns of one sign, whose order therefore does not matter: one alternation stands for all.

    The first of each pair is compared with the name of an entry, the second with its path.
    """

    ignored: bool
    of_files: tuple[re.Pattern[str], re.Pattern[str]]
    of_folders: tuple[re.Pattern[str], re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class _Patterns:
    """One `.gitignore`, last run first. `cut` is how much of a path leads to the folder that holds it."""

    cut: int
    runs: tuple[_Run, ...]

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """Whether the entry is ignored, None if no pattern matches it.

        Only the entry itself is compared, never the folders above it: a walk from the top has left out everything
        in an ignored folder already, and a folder that was named is walked even so.
        """
        for run in self.runs:
            by_name, by_path = run.of_folders if folder else run.of_files
            if by_name.fullmatch(name) or by_path.fullmatch(path[self.cut :]):
                return run.ignored
        return None


def _by_folder(item: Found | Missing) -> str:
    # A folder's content stands together: "a/x" before "a-b/x", although "-" sorts before "/".
    return item.path.replace("/", "\0")


def _expand(path: str, excluded: _Patterns | None, respect_gitignore: bool) -> Iterator[_File | Missing]:
    if not path:  # would mean the current folder, which nobody asked for
        yield Missing(path, "no such file or folder (an empty path)")
        return
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - keeps the path as it was given
        real = _real(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        yield Missing(path, reason(error) if isinstance(error, OSError) else f"no usable path: {error}")
        return
    shown = PurePath(path).as_posix()
    if not is_folder:
        yield _File(real, shown, os.path.islink(path))  # noqa: PTH114
        return
    prefix = "" if shown == "." else _with_slash(shown)
    rules: tuple[_Patterns, ...] = ()
    if respect_gitignore:
        for item in _rules_above(real):
            if isinstance(item, Missing):
                yield item
            else:
                rules = (item, *rules)
    lead = "" if excluded is None else _from_current_folder(path, real)
    yield from _walk(_Folder(prefix, _with_slash(real), lead, rules), excluded, respect_gitignore)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to walk: three prefixes of the paths in it, empty or with a slash at the end, and what ignores them.

    `shown` is for people, `real` is free of links, `lead` is relative to what `exclude` is relative to. `rules` are
    the `.gitignore` files above, deepest first.
    """

    shown: str
    real: str
    lead: str
    rules: tuple[_Patterns, ...]


def _walk(top: _Folder, excluded: _Patterns | None, respect_gitignore: bool) -> Iterator[_File | Missing]:
    stack = [top]
    while stack:
        here = stack.pop()
        try:
            folders, sources, special = _list(here.real)
        except OSError as error:
            shown = here.shown.rstrip("/") or here.shown or "."
            yield Missing(shown, f"cannot list this folder: {reason(error)}")
            continue
        rules = () if ".git" in special else here.rules
        if ".gitignore" in special and respect_gitignore:
            match _gitignore(here.real, here.shown):
                case Missing() as unreadable:
                    yield unreadable
                case patterns:
                    rules = (patterns, *rules)
        stack.extend(
            _Folder(f"{here.shown}{name}/", f"{here.real}{name}/", f"{here.lead}{name}/", rules)
            for name in folders
            if not _left_out(here, rules, excluded, name, folder=True)
        )
        for entry in sources:
            if not _left_out(here, rules, excluded, entry.name, folder=False):
                yield from _source(here, entry)


def _list(folder: str) -> tuple[list[str], list[os.DirEntry[str]], set[str]]:
    """The folders to enter, the files to take, and which of `.git` and `.gitignore` are there."""
    folders: list[str] = []
    sources: list[os.DirEntry[str]] = []
    special: set[str] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name == ".git":  # a file in a submodule or a second work tree
                special.add(name)
            elif entry.is_dir(follow_symlinks=False):
                if name not in DEFAULT_EXCLUDES:
                    folders.append(name)
            elif name.endswith(SUFFIXES):
                sources.append(entry)
            elif name == ".gitignore":
                special.add(name)
    return folders, sources, special


def _left_out(
    here: _Folder, rules: tuple[_Patterns, ...], excluded: _Patterns | None, name: str, *, folder: bool
) -> bool:
    if excluded is not None and excluded.verdict(here.lead + name, name, folder):
        return True
    for patterns in rules:
        verdict = patterns.verdict(here.real + name, name, folder)
        if verdict is not None:
            return verdict
    return False


def _source(here: _Folder, entry: os.DirEntry[str]) -> Iterator[_File | Missing]:
    shown = here.shown + entry.name
    if not entry.is_symlink():
        yield _File(here.real + entry.name, shown, False)
        return
    try:
        if not entry.is_dir() and entry.stat():
            yield _File(_real(here.real + entry.name), shown, True)
    except OSError as error:
        if not entry.name.startswith(".#"):  # Emacs marks a file that it edits by such a broken link
            yield Missing(shown, reason(error))


def _with_slash(folder: str) -> str:
    return folder if folder.endswith("/") else f"{folder}/"


def _from_current_folder(path: str, real: str) -> str:
    current = Path.cwd().as_posix()
    absolute = PurePath(os.path.abspath(path)).as_posix()  # noqa: PTH100 - links in it stay
    for candidate in (_with_slash(absolute), _with_slash(real)):
        if candidate.startswith(_with_slash(current)):
            return candidate.removeprefix(_with_slash(current))
    return ""


def _real(path: str) -> str:
    return PurePath(os.path.realpath(path)).as_posix()


def _rules_above(real: str) -> Iterator[_Patterns | Missing]:
    """The `.gitignore` files of the folders above `real` up to the root of its repository, outermost first."""
    folders = [folder.as_posix() for folder in (PurePath(real), *PurePath(real).parents)]
    root = next((i for i, folder in enumerate(folders) if os.path.lexists(f"{folder}/.git")), 0)
    for outer in reversed(folders[1 : root + 1]):
        if Path(outer, ".gitignore").is_file():
            yield _gitignore(_with_slash(outer), _with_slash(outer))


def _gitignore(folder: str, shown: str) -> _Patterns | Missing:
    try:
        text = os.fsdecode(read(Path(folder, ".gitignore")))
    except Unreadable as error:
        return Missing(f"{shown}.gitignore", error.message)
    lines = text.removeprefix("\ufeff").split("\n")
    return _Patterns(len(folder), _runs(line.removesuffix("\r") for line in lines))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line. `by_name`: compared with the name alone, wherever the entry is, otherwise with the path."""

    ignored: bool
    regex: str
    by_name: bool
    folders_only: bool


def _runs(lines: Iterable[str], *, strict: bool = False) -> tuple[_Run, ...]:
    """The patterns in `lines`, last run first. One that means nothing is passed over, or a ValueError if strict."""
    patterns = []
    for line in lines:
        # A trailing space belongs to the pattern only behind a backslash.
        body = line
        while body.endswith(" ") and not body.endswith("\\ "):
            body = body[:-1]
        if not body or body.startswith("#"):
            continue
        pattern = _pattern(body)
        if pattern is not None:
            patterns.append(pattern)
        elif strict:
            raise ValueError(f"not a gitignore-style pattern: {line!r}")
    runs = [_run(ignored, list(group)) for ignored, group in groupby(patterns, attrgetter("ignored"))]
    return tuple(reversed(runs))


def _pattern(line: str) -> _Pattern | None:
    # pathspec translates the glob. Only it is asked, and not its matching, which also finds what is *below* a
    # match: for folders that are re-included further up, that is not what git does.
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 - most trees need none

    body = line.removeprefix("!")
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    while body.startswith("**/"):
        body, anchored = body[3:], False
    if body == "**":
        body, anchored = "*", False
    elif body.endswith("/**"):
        body += "/*"
    by_name = not anchored and "/" not in body
    try:
        regex, _ = GitIgnoreSpecPattern.pattern_to_regex(f"/{body}" if anchored or by_name else f"/**/{body}")
        if not body or regex is None:
            return None
        _compile(regex)
    except (ValueError, re.error):
        return None
    return _Pattern(not line.startswith("!"), regex, by_name, folders_only)


def _run(ignored: bool, patterns: list[_Pattern]) -> _Run:
    def union(by_name: bool, folder: bool) -> re.Pattern[str]:
        chosen = [p.regex for p in patterns if p.by_name == by_name and (folder or not p.folders_only)]
        return _compile("|".join(f"(?:{regex})" for regex in chosen) or r"(?!)")

    return _Run(ignored, (union(True, False), union(False, False)), (union(True, True), union(False, True)))


def _compile(regex: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about "[[", which the user cannot change
        # pathspec gives one name to a group in each of its patterns: unnamed, they can stand in one alternation.
        return re.compile(re.sub(r"\(\?P<\w+>", "(?:", regex))
