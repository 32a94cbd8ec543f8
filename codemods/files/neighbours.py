"""The other files of a run: which of them an import statement of one file means.

Python looks modules up along ``sys.path``, which is not known here. A name that is imported absolutely is looked for in
the folder of the importing file and in those around it, up to the project's root (and in a ``src`` folder of each). One
single file must answer to it, and it must be part of the run: of two that could be meant, neither is taken, nor a file
with the name of a module of Python's own library. A relative import means one file only.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.files.load import Unreadable, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.settings import Idioms

ROOTS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg")
"""What stands in the uppermost folder of a project."""


class Neighbours(Struct, eq=False):
    """The files of one run, by the names under which the run shows them.

    Files are read when they are asked for. One that the run itself rewrites is remembered as it was, so that no result
    depends on the order of the files. ``kept``: a folder for what is remembered, where the run has several processes.
    ``idioms``: the names of the user's own that some files of the run are read with.
    """

    paths: Sequence[str]
    kept: Path | None = None
    idioms: tuple[Idioms, ...] = ()
    _shown: dict[Path, str] = field(default_factory=dict)
    _before: dict[str, bytes] = field(default_factory=dict)
    _folders: set[Path] = field(default_factory=set)
    _located: dict[tuple[str, int, str], str | None] = field(default_factory=dict)
    _tops: dict[tuple[str, str], list[Path]] = field(default_factory=dict)
    _own: tuple[str, Path] = ("", Path())

    def _index(self) -> None:
        """Index the paths, once somebody asks: most runs hold no file that could."""
        if not self._shown:
            folders: dict[str, Path] = {}
            for shown in self.paths:
                if shown.endswith(".py"):
                    around, name = os.path.split(shown)
                    if around not in folders:
                        folders[around] = Path(around).resolve()
                    path = folders[around] / name
                    self._shown[path.resolve() if path.is_symlink() else path] = shown
            self._folders = {one.parent for one in self._shown}

    def remember(self, path: str, data: bytes) -> None:
        """The bytes that a file had before this run rewrote it, for every process of the run."""
        self._before[path] = data
        if self.kept is not None:
            _copy_of(self.kept, path).write_bytes(data)

    def data(self, path: str) -> bytes | None:
        """The bytes of a file of the run, as they were before it; None when it cannot be read."""
        if path in self._before:
            return self._before[path]
        try:
            data = read(Path(path))
        except Unreadable:
            return None
        # Looked for after the reading: a file is remembered before it is written.
        if self.kept is not None and (copy := _copy_of(self.kept, path)).exists():
            return copy.read_bytes()
        return data

    def seen_from(self, path: str) -> Vantage:
        """The others, seen from one of the files."""
        return Vantage(self, path)

    def locate(self, importer: str, level: int, module: str) -> str | None:
        """The file of the run that ``from <level dots><module> import ...`` in ``importer`` means, None when unclear."""
        if len(self.paths) < 2:
            return None
        asked = (importer, level, module)
        if asked not in self._located:
            self._located[asked] = self._locate(importer, level, module)
        return self._located[asked]

    def _locate(self, importer: str, level: int, module: str) -> str | None:
        self._index()
        parts = [one for one in module.split(".") if one]
        if not level and (not parts or parts[0] in sys.stdlib_module_names):
            return None
        own = self._resolved(importer)
        if level:
            folder = own.parents[level - 1] if level <= len(own.parents) else own.parent
            candidates = _candidates(folder, parts)
        else:
            bases = self._bases(own.parent, parts[0])
            candidates = [found for base in bases for found in _candidates(base, parts)]
        found = set(candidates)
        return self._shown.get(found.pop()) if len(found) == 1 and own not in found else None

    def _resolved(self, importer: str) -> Path:
        if self._own[0] != importer:
            self._own = (importer, Path(importer).resolve())
        return self._own[1]

    def _bases(self, folder: Path, name: str) -> list[Path]:
        """The folders with a folder or a module of that name, seen from one: most imports are of libraries, and found nowhere."""
        asked = (str(folder), name)
        if asked not in self._tops:
            bases = [each for one in self._around(folder) for each in (one, one / "src")]
            self._tops[asked] = [
                one for one in bases if (one / name).is_dir() or (one / f"{name}.py").is_file()
            ]
        return self._tops[asked]

    def _around(self, folder: Path) -> list[Path]:
        """A folder and those around it up to the project's root; without one, up to the last that holds files of the run."""
        found: list[Path] = []
        for one in (folder, *folder.parents):
            found.append(one)
            if _is_root(one):
                return found
        held = [index for index, one in enumerate(found) if one in self._folders]
        return found[: held[-1] + 1] if held else [folder]


def _copy_of(folder: Path, path: str) -> Path:
    import hashlib  # noqa: PLC0415 - only a run of several processes pays for it

    return folder / hashlib.sha256(os.fsencode(path)).hexdigest()


class Vantage(Struct, frozen=True, eq=False):
    """One file of a run, from which others are seen."""

    neighbours: Neighbours
    path: str

    def locate(self, level: int, module: str) -> str | None:
        """As :meth:`Neighbours.locate`, from this file."""
        return self.neighbours.locate(self.path, level, module)

    def from_file(self, path: str) -> Vantage:
        """The same run, seen from another of its files."""
        return Vantage(self.neighbours, path)


def _candidates(base: Path, parts: list[str]) -> list[Path]:
    """The files below a folder that could be the module: itself, or a package's ``__init__``."""
    stem = base.joinpath(*parts)
    names = [stem / "__init__.py"]
    if parts:
        names.append(stem.with_name(stem.name + ".py"))
    return [one.resolve() for one in names if one.is_file()]


@lru_cache(maxsize=512)
def _is_root(folder: Path) -> bool:
    return any((folder / one).exists() for one in ROOTS)
