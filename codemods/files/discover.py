"""Which files to look at: the ones named, and the Python files and notebooks in the folders named."""

from __future__ import annotations

import os
import stat
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from codemods.files.load import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from codemods.files.patterns import Patterns


class Rules(Struct, frozen=True):
    """What is left out from some folder on. Patterns are those of `.gitignore`, relative to `root`.

    `exclude` takes the place of DEFAULT_EXCLUDES and ENVIRONMENTS, where it is not None. `force`: what is named is left
    out too, if `exclude`, `extend_exclude` or the command line say so of it or of a folder above it.
    """

    root: str
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force: bool = False


class Found(Struct, frozen=True):
    """A file to look at, under the name to show."""

    path: str


class Missing(Struct, frozen=True):
    """A path that was asked for, or met on the way, and cannot be looked at; `message` is one line and says why."""

    path: str
    message: str


def discover(
    paths: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    respect_gitignore: bool = True,
    rules: Callable[[str], Rules] | None = None,
) -> Iterator[Found | Missing]:
    """Every file to look at once, in the order of path names, whatever the order of `paths`.

    - A file that is named is taken, whatever its suffix and whatever ignores it. What does not exist is Missing.
    - A folder that is named is walked, whatever ignores it, for `*.py` and `*.ipynb`. Not entered are folders in DEFAULT_EXCLUDES,
      environments (ENVIRONMENTS) and symbolic links to folders (so no circle of links can trap the walk); links to files are taken.
    - `.gitignore` files count as git counts them: nested ones, negation, those of parent folders up to the root of
      the repository; a repository inside another starts afresh. Without a repository, those met in the walk count.
    - `exclude` holds more patterns of that kind, relative to the current folder (for a folder outside it: to
      that folder). Neither kind applies to what is named.
    - A folder or `.gitignore` that cannot be read, and a broken link called like one of those, are Missing; the walk goes on.

    One file under several names (links, a folder and a file in it) is found once, under the shortest name that
    is no link itself. Hard links are different files: each is written on its own. Paths are shown as they were given,
    without a leading `./`, joined with `/`.

    `rules` says more of a folder, by its path free of links; it is asked for what is named, and again in each folder
    that holds one of CONFIGURATIONS. Without it, `respect_gitignore` decides everywhere.

    Assumes that the current folder stays the same. Raises ValueError for a pattern in `exclude` that means nothing,
    and what `rules` raises.
    """
    excluded = None
    if exclude:
        from codemods.files.patterns import Patterns, given  # noqa: PLC0415 - most runs have no patterns

        excluded = Patterns(0, given(exclude))
    if rules is None:
        same = Rules(real_path("."), respect_gitignore=respect_gitignore)

        def rules(_folder: str) -> Rules:
            return same

    names: dict[str, tuple[bool, int, str]] = {}
    missing: dict[str, Missing] = {}
    for path in paths:
        for item in _expand(path, excluded, rules):
            if isinstance(item, Missing):
                missing.setdefault(item.path, item)
            else:
                name = (item.is_link, len(item.shown), item.shown)
                names[item.real] = min(names.get(item.real, name), name)
    outcome: list[Found | Missing] = [*missing.values()]
    # A walk meets what is in a folder that may be listed but not entered; if it is named too, it is known by now.
    outcome += (Found(shown) for _, _, shown in names.values() if shown not in missing)
    yield from sorted(outcome, key=_by_folder)


class File(NamedTuple):
    """`real` names the file itself: equal for every name that leads to it through links."""

    real: str
    shown: str
    is_link: bool


def _by_folder(item: Found | Missing) -> str:
    # A folder's content stands together: "a/x" before "a-b/x", although "-" sorts before "/".
    return item.path.replace("/", "\0")


def _expand(path: str, excluded: Patterns | None, rules: Callable[[str], Rules]) -> Iterator[File | Missing]:
    if not path:  # would mean the current folder, which nobody asked for
        yield Missing(path, "no such file or folder (an empty path)")
        return
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - keeps the path as it was given
        real = real_path(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        yield Missing(path, reason(error) if isinstance(error, OSError) else f"no usable path: {error}")
        return
    shown = PurePath(path).as_posix()
    said = rules(real if is_folder else real_path(os.path.dirname(path) or "."))  # noqa: PTH120
    if said.force:
        from codemods.files.walk import forced_out  # noqa: PLC0415 - only who asks for it pays for it

        if forced_out(path, real, is_folder, said, excluded):
            return
    if not is_folder:
        yield File(real, shown, os.path.islink(path))  # noqa: PTH114
        return
    from codemods.files.walk import walked  # noqa: PLC0415 - only who names a folder pays for it

    yield from walked(path, real, said, excluded, rules)


def real_path(path: str) -> str:
    """A path free of links."""
    return PurePath(os.path.realpath(path)).as_posix()
