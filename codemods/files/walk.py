"""The walk through a folder that was named: what is taken, and what is left out on the way."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.files.discover import File, Missing, real_path
from codemods.files.load import Unreadable, read, reason
from codemods.files.patterns import Patterns, downwards, given, runs_of, with_slash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.files.discover import Rules

SUFFIXES = (".py", ".ipynb")

# Folders of these names are not entered in a walk: nobody's own sources are in them.
DEFAULT_EXCLUDES = frozenset(
    ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv .pytest_cache .pytype "
    ".ruff_cache .svn .tox .venv .vscode __pycache__ __pypackages__ _build buck-out build dist node_modules "
    "site-packages venv".split()
)
# Nor are folders that hold one of these: virtual and conda environments, whatever they are called.
ENVIRONMENTS = frozenset({"pyvenv.cfg", "conda-meta"})
CONFIGURATIONS = frozenset({".gradorder.toml", "gradorder.toml", "pyproject.toml"})
SPEAKING = CONFIGURATIONS | ENVIRONMENTS | {".gitignore"}


class _Ruled(Struct, frozen=True):
    """Rules at work: their patterns, and whether the usual folders are left out."""

    patterns: Patterns | None
    usual: bool
    respect_gitignore: bool

    @classmethod
    def of(cls, rules: Rules, top: str) -> _Ruled:
        """The rules in a walk that starts at `top`, to which patterns are relative if it is not below their root."""
        lines = (*(rules.exclude or ()), *rules.extend_exclude)
        root = with_slash(rules.root)
        cut = len(root if with_slash(top).startswith(root) else with_slash(top))
        patterns = Patterns(cut, given(lines)) if lines else None
        return cls(patterns, rules.exclude is None, rules.respect_gitignore)

    def leaves_out(self, path: str, name: str, folder: bool) -> bool:
        """Whether an entry is left out, by its path free of links."""
        if self.usual and folder and name in DEFAULT_EXCLUDES:
            return True
        return self.patterns is not None and self.patterns.verdict(path, name, folder) is True


def walked(
    path: str, real: str, said: Rules, excluded: Patterns | None, rules: Callable[[str], Rules]
) -> Iterator[File | Missing]:
    """What there is to look at in a folder that is named `path` and, free of links, `real`; `said` are its own rules."""
    shown = PurePath(path).as_posix()
    prefix = "" if shown == "." else with_slash(shown)
    ignored: tuple[Patterns, ...] = ()
    if said.respect_gitignore:
        for item in _rules_above(real):
            if isinstance(item, Missing):
                yield item
            else:
                ignored = (item, *ignored)
    lead = "" if excluded is None else _from_current_folder(path, real)
    top = _Folder(prefix, with_slash(real), lead, ignored, _Ruled.of(said, real))
    yield from _walk(top, excluded, rules)


def forced_out(path: str, real: str, is_folder: bool, said: Rules, excluded: Patterns | None) -> bool:
    """Whether what is named is left out all the same, by itself or by a folder above it."""
    inside = with_slash(real).startswith(with_slash(said.root))
    root = said.root if inside else PurePath(real).parent.as_posix()
    ruled = _Ruled.of(said, root)
    for above, name, folder in downwards(root, real):
        if ruled.leaves_out(above, name, folder or is_folder):
            return True
    if excluded is None:
        return False
    lead = _from_current_folder(path, real).rstrip("/")
    return any(
        excluded.verdict(above[1:], name, folder or is_folder)
        for above, name, folder in downwards("/", f"/{lead}")
    )


class _Folder(Struct, frozen=True):
    """A folder to walk: three prefixes of the paths in it, empty or with a slash at the end, and what ignores them.

    `shown` is for people, `real` is free of links, `lead` is relative to what `exclude` is relative to. `rules` are
    the `.gitignore` files above, deepest first; `ruled` is what the configuration says.
    """

    shown: str
    real: str
    lead: str
    rules: tuple[Patterns, ...]
    ruled: _Ruled


def _walk(
    top: _Folder, excluded: Patterns | None, configured: Callable[[str], Rules]
) -> Iterator[File | Missing]:
    stack = [top]
    while stack:
        here = stack.pop()
        try:
            folders, sources, special = _list(here.real)
        except OSError as error:
            shown = here.shown.rstrip("/") or here.shown or "."
            yield Missing(shown, f"cannot list this folder: {reason(error)}")
            continue
        ruled = here.ruled
        if ruled.usual and here is not top and special & ENVIRONMENTS:
            continue
        if special & CONFIGURATIONS and here is not top:
            ruled = _Ruled.of(configured(here.real.rstrip("/")), top.real)
        rules = () if ".git" in special else here.rules
        if ".gitignore" in special and ruled.respect_gitignore:
            match _gitignore(here.real, here.shown):
                case Missing() as unreadable:
                    yield unreadable
                case patterns:
                    rules = (patterns, *rules)
        stack.extend(
            _Folder(f"{here.shown}{name}/", f"{here.real}{name}/", f"{here.lead}{name}/", rules, ruled)
            for name in folders
            if not _left_out(here, rules, ruled, excluded, name, folder=True)
        )
        for entry in sources:
            if not _left_out(here, rules, ruled, excluded, entry.name, folder=False):
                yield from _source(here, entry)


def _list(folder: str) -> tuple[list[str], list[os.DirEntry[str]], set[str]]:
    """The folders, the files to take, and which names are there that say something about the folder."""
    folders: list[str] = []
    sources: list[os.DirEntry[str]] = []
    special: set[str] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name == ".git":  # a file in a submodule or a second work tree
                special.add(name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(name)
                if name in ENVIRONMENTS:
                    special.add(name)
            elif name.endswith(SUFFIXES):
                sources.append(entry)
            elif name in SPEAKING:
                special.add(name)
    return folders, sources, special


def _left_out(
    here: _Folder,
    rules: tuple[Patterns, ...],
    ruled: _Ruled,
    excluded: Patterns | None,
    name: str,
    *,
    folder: bool,
) -> bool:
    if ruled.leaves_out(here.real + name, name, folder):
        return True
    if excluded is not None and excluded.verdict(here.lead + name, name, folder):
        return True
    for patterns in rules:
        verdict = patterns.verdict(here.real + name, name, folder)
        if verdict is not None:
            return verdict
    return False


def _source(here: _Folder, entry: os.DirEntry[str]) -> Iterator[File | Missing]:
    shown = here.shown + entry.name
    if not entry.is_symlink():
        yield File(here.real + entry.name, shown, False)
        return
    try:
        if not entry.is_dir() and entry.stat():
            yield File(real_path(here.real + entry.name), shown, True)
    except OSError as error:
        if not entry.name.startswith(".#"):  # Emacs marks a file that it edits by such a broken link
            yield Missing(shown, reason(error))


def _from_current_folder(path: str, real: str) -> str:
    current = Path.cwd().as_posix()
    absolute = PurePath(os.path.abspath(path)).as_posix()  # noqa: PTH100 - links in it stay
    for candidate in (with_slash(absolute), with_slash(real)):
        if candidate.startswith(with_slash(current)):
            return candidate.removeprefix(with_slash(current))
    return ""


def _rules_above(real: str) -> Iterator[Patterns | Missing]:
    """The `.gitignore` files of the folders above `real` up to the root of its repository, outermost first."""
    folders = [folder.as_posix() for folder in (PurePath(real), *PurePath(real).parents)]
    root = next((i for i, folder in enumerate(folders) if os.path.lexists(f"{folder}/.git")), 0)
    for outer in reversed(folders[1 : root + 1]):
        if Path(outer, ".gitignore").is_file():
            yield _gitignore(with_slash(outer), with_slash(outer))


def _gitignore(folder: str, shown: str) -> Patterns | Missing:
    try:
        text = os.fsdecode(read(Path(folder, ".gitignore")))
    except Unreadable as error:
        return Missing(f"{shown}.gitignore", error.message)
    lines = text.removeprefix("\ufeff").split("\n")
    return Patterns(len(folder), runs_of(line.removesuffix("\r") for line in lines))
