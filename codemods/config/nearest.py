"""Which configuration file speaks of which file, and what it comes to together with the command line.

The nearest file wins, as a whole: configuration files are not merged with each other. In one folder, `.gradorder.toml` comes
before `gradorder.toml`, and that before a `pyproject.toml` with a table `[tool.gradorder]`; without that table a
`pyproject.toml` counts for nothing.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.config.keys import Options, expanded, options
from codemods.files.discover import Rules
from codemods.files.load import Unreadable, read
from codemods.findings import DEFAULT_CODES
from codemods.settings import NO_IDIOMS, BadConfiguration, Placement, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN = (".gradorder.toml", "gradorder.toml")
SHARED = "pyproject.toml"


class Origin(Struct, frozen=True):
    """The options that hold somewhere, the folder that their patterns are relative to, and the file they are from."""

    root: str
    options: Options
    path: str | None = None


class Configuration(Struct):
    """What holds for each file: the command line (``given``) first, then the nearest configuration file.

    ``file`` is the one file to use for everything (patterns in it are relative to the current folder), ``isolated``
    uses none. Raises :class:`BadConfiguration` where a file is wrong.
    """

    given: Options = field(default_factory=Options)
    file: str | None = None
    isolated: bool = False
    _origins: dict[str, Origin] = field(default_factory=dict)
    _settings: dict[str | None, Settings] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)

    def settings(self, path: str) -> Settings:
        """The settings for a file, by the folder that it is in; links to folders are followed."""
        origin = self.origin_of(path)
        if origin.path not in self._settings:
            self._settings[origin.path] = resolved((origin.options, self.given))
        found = self._settings[origin.path]
        ignored: set[str] = set()
        for pattern, codes in origin.options.per_file_ignores:
            from codemods.files.patterns import is_excluded  # noqa: PLC0415 - most runs have no patterns

            own = self._folder(path) + "/" + PurePath(path).name
            if is_excluded(own, origin.root, (pattern.removeprefix("!"),)) != pattern.startswith("!"):
                ignored |= _all(codes)
        return replace(found, codes=found.codes - ignored) if ignored else found

    def origin_of(self, path: str) -> Origin:
        """The configuration that counts for a file."""
        return self.origin(self._folder(path))

    def rules_of(self, path: str) -> Rules:
        """The rules of the folder that a file is in."""
        return self.rules(self._folder(path))

    def _folder(self, path: str) -> str:
        """The folder that a file is in, free of links."""
        named = os.path.dirname(path) or "."  # noqa: PTH120 - keeps `..` behind a link what it is
        found = self._folders.get(named)
        if found is None:
            found = self._folders[named] = _real(named)
        return found

    def rules(self, folder: str) -> Rules:
        """What is left out of a walk, from a folder on; ``folder`` is free of links."""
        origin = self.origin(folder)
        said = origin.options
        return Rules(
            root=origin.root,
            exclude=said.exclude,
            extend_exclude=said.extend_exclude,
            respect_gitignore=_first(self.given.respect_gitignore, said.respect_gitignore, True),
            force=_first(self.given.force_exclude, said.force_exclude, False),
        )

    def output_format(self) -> str:
        """How findings are printed: a question to the configuration of the current folder."""
        here = self.origin(_real("."))
        return self.given.output_format or here.options.output_format or "text"

    def origin(self, folder: str) -> Origin:
        """The nearest configuration of a folder that is free of links."""
        if self.isolated or self.file is not None:
            folder = ""
        above: list[str] = []
        while folder not in self._origins:
            above.append(folder)
            own = self._own(folder)
            if own is not None:
                self._origins[folder] = own
                break
            parent = PurePath(folder).parent.as_posix()
            if parent == folder:
                self._origins[folder] = Origin(_real("."), Options())
                break
            folder = parent
        for one in above:
            self._origins[one] = self._origins[folder]
        return self._origins[folder]

    def _own(self, folder: str) -> Origin | None:
        if self.isolated:
            return Origin(_real("."), Options())
        if self.file is not None:
            table = _table(self.file)
            if table is None:
                raise BadConfiguration(f"{self.file}: there is no table [tool.gradorder]")
            return Origin(_real("."), _options(self.file, table), self.file)
        for name in (*OWN, SHARED):
            path = f"{folder.rstrip('/')}/{name}"
            if os.path.isfile(path):  # noqa: PTH113 - asked for every folder
                shown = _shown(path)
                table = _table(shown)
                if table is not None:
                    return Origin(folder, _options(shown, table), shown)
        return None


def resolved(layers: Sequence[Options]) -> Settings:
    """The settings that come of several layers, the last being the strongest.

    A ``select`` starts afresh; ``extend-select`` and ``ignore`` of its own layer and of later ones then count.
    """
    codes = DEFAULT_CODES
    named: frozenset[str] = frozenset()
    for one in layers:
        codes = codes if one.select is None else _all(one.select)
        codes = (codes | _all(one.extend_select)) - _all(one.ignore)
        named |= _all(one.select or ()) | _all(one.extend_select)

    def last(*values: bool | None) -> bool:
        return _first(*reversed(values), False)

    places = [one.placement for one in layers if one.placement is not None]
    return Settings(
        unsafe_fixes=last(*(one.unsafe_fixes for one in layers)),
        strict=last(*(one.strict for one in layers)),
        placement=places[-1] if places else Placement.TOP,
        black=last(*(one.black for one in layers)),
        codes=codes,
        remove_unused="GO900" in named & codes,
        idioms=next((one.idioms for one in reversed(layers) if one.idioms is not None), NO_IDIOMS),
    )


def _first(*values: bool | None) -> bool:
    return next(one for one in values if one is not None)


def _all(selectors: Sequence[str]) -> frozenset[str]:
    return frozenset(code for one in selectors for code in expanded(one))


def _options(path: str, table: object) -> Options:
    if not isinstance(table, dict):
        raise BadConfiguration(f"{path}: tool.gradorder must be a table")
    found, wrong = options(table)
    if wrong:
        raise BadConfiguration("\n".join(f"{path}: {one}" for one in wrong))
    return found


def _table(path: str) -> object | None:
    """The table of a configuration file, None for a ``pyproject.toml`` without one."""
    try:
        data = read(Path(path))
    except Unreadable as error:
        raise BadConfiguration(f"{path}: {error.message}") from error
    shared = PurePath(path).name == SHARED
    if shared and b"gradorder" not in data:
        return None
    document = _parsed(path, data)
    if not shared:
        return document
    tool = document.get("tool")
    return tool.get("gradorder") if isinstance(tool, dict) else None


def _parsed(path: str, data: bytes) -> Mapping[str, object]:
    from importlib import import_module  # noqa: PLC0415 - most runs read no configuration at all
    from sys import version_info  # noqa: PLC0415

    toml = import_module("tomllib" if version_info >= (3, 11) else "tomli")
    try:
        document: Mapping[str, object] = toml.loads(data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise BadConfiguration(f"{path}: not valid UTF-8") from error
    except ValueError as error:
        raise BadConfiguration(f"{path}: not valid TOML: {error}") from error
    return document


def _real(path: str) -> str:
    return PurePath(os.path.realpath(path)).as_posix()


def _shown(path: str) -> str:
    here = _real(".").rstrip("/") + "/"
    return path.removeprefix(here)
