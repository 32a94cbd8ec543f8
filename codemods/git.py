"""What git knows of a working tree: the lines that differ from a revision, and whether something is uncommitted."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

Lines = tuple[tuple[int, int], ...]
"""First and last lines of stretches of a file, 1-based."""

_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class NoGit(Exception):
    """git is not there, or it refused; the message is its own, in one line."""


class Changed(Struct, frozen=True):
    """What differs from a revision in one repository: lines by real path, None for a file that is new."""

    lines: Mapping[str, Lines | None]

    def of(self, path: str) -> Lines | None:
        """The changed lines of a file: none at all for one that did not change, None for all of them."""
        return self.lines.get(os.path.realpath(path), ())


def changed_since(revision: str) -> Changed:
    """The lines of the working tree that differ from ``revision``, with the files that git does not know yet.

    Raises :class:`NoGit` outside a repository and for a revision that there is not.
    """
    if revision.startswith("-"):
        raise NoGit(f"{revision} is no revision")
    top = Path(os.fsdecode(_git("rev-parse", "--show-toplevel").rstrip(b"\n")))
    _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", of=revision)
    options = (
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-renames",
        "--src-prefix=a/",
        "--dst-prefix=b/",
    )
    names = _git("diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", revision, "--", at=top)
    found: dict[str, Lines | None] = {}
    for name in filter(None, names.split(b"\0")):
        text = _git("diff", *options, revision, "--", os.fsdecode(name), at=top)
        # The lines of a notebook's file are not those of its cells.
        lines = None if name.lower().endswith(b".ipynb") else _stretches(text)
        found[os.path.realpath(top / os.fsdecode(name))] = lines
    new = _git("ls-files", "--others", "--exclude-standard", "-z", at=top)
    for name in filter(None, new.split(b"\0")):
        found[os.path.realpath(top / os.fsdecode(name))] = None
    return Changed(found)


def uncommitted(folder: str) -> bool:
    """Whether files below a folder that git tracks have changes that are not committed; False outside a repository."""
    try:
        return bool(_git("status", "--porcelain", "--untracked-files=no", "--", ".", at=Path(folder)))
    except NoGit:
        return False


def _stretches(diff: bytes) -> Lines:
    found = []
    for line in diff.split(b"\n"):
        match = _HUNK.match(line)
        if match:
            first, count = int(match[1]), int(match[2] or 1)
            # Lines that only went away touch what now stands around their place.
            found.append((first, first + count - 1) if count else (first, first + 1))
    return tuple(found)


def _git(*arguments: str, at: Path | None = None, of: str = "") -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=at, capture_output=True, check=False)
    except OSError as error:
        raise NoGit(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NoGit(words[0].removeprefix("fatal: ") if words else f"git knows no revision {of!r}")
    return done.stdout
