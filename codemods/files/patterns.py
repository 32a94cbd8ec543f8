"""Patterns as in `.gitignore`: what they are, and what they match."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Run(Struct, frozen=True):
    """Consecutive patterns of one sign, whose order therefore does not matter: one alternation stands for all.

    The first of each pair is compared with the name of an entry, the second with its path.
    """

    ignored: bool
    of_files: tuple[re.Pattern[str], re.Pattern[str]]
    of_folders: tuple[re.Pattern[str], re.Pattern[str]]


class Patterns(Struct, frozen=True):
    """One `.gitignore`, last run first. `cut` is how much of a path leads to the folder that holds it."""

    cut: int
    runs: tuple[Run, ...]

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


def is_pattern(line: str) -> bool:
    """Whether `discover` can use a pattern, without a ValueError."""
    try:
        given((line,))
    except ValueError:
        return False
    return True


def is_excluded(path: str, root: str, patterns: Sequence[str]) -> bool:
    """Whether patterns relative to `root` match a file or a folder above it; its path is absolute and free of links.

    For a file that is not below `root`, only its name counts.
    """
    if not path.startswith(with_slash(root)):
        root = PurePath(path).parent.as_posix()
    return any(
        Patterns(len(with_slash(root)), given(patterns)).verdict(above, name, folder)
        for above, name, folder in downwards(root, path)
    )


def downwards(root: str, path: str) -> Iterator[tuple[str, str, bool]]:
    """Everything on the way from `root` (not included) to `path`: its path, its name, and whether it is a folder."""
    parts = PurePath(path).parts[len(PurePath(root).parts) :]
    above = with_slash(root)
    for index, name in enumerate(parts, 1):
        yield above + name, name, index < len(parts)
        above += f"{name}/"


@lru_cache(maxsize=256)
def _compiled(lines: tuple[str, ...]) -> tuple[Run, ...]:
    return runs_of(lines, strict=True)


def given(lines: Sequence[str]) -> tuple[Run, ...]:
    """Patterns from a person, who may write `./name` for `/name`."""
    return _compiled(tuple(f"/{line[2:]}" if line.startswith("./") else line for line in lines))


def with_slash(folder: str) -> str:
    """The folder as the start of the paths in it."""
    return folder if folder.endswith("/") else f"{folder}/"


class _Pattern(Struct, frozen=True):
    """One line. `by_name`: compared with the name alone, wherever the entry is, otherwise with the path."""

    ignored: bool
    regex: str
    by_name: bool
    folders_only: bool


def runs_of(lines: Iterable[str], *, strict: bool = False) -> tuple[Run, ...]:
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


def _run(ignored: bool, patterns: list[_Pattern]) -> Run:
    def union(by_name: bool, folder: bool) -> re.Pattern[str]:
        chosen = [p.regex for p in patterns if p.by_name == by_name and (folder or not p.folders_only)]
        return _compile("|".join(f"(?:{regex})" for regex in chosen) or r"(?!)")

    return Run(ignored, (union(True, False), union(False, False)), (union(True, True), union(False, True)))


def _compile(regex: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about "[[", which the user cannot change
        # pathspec gives one name to a group in each of its patterns: unnamed, they can stand in one alternation.
        return re.compile(re.sub(r"\(\?P<\w+>", "(?:", regex))
