"""The keys of ``[tool.gradorder]``: what each may hold. docs/configuration.md describes them for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.findings import CODES
from codemods.settings import FORMATS, KINDS, Idioms, Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Codes = tuple[str, ...]


class Options(Struct, frozen=True):
    """What one configuration file or the command line says; None and empty where it says nothing."""

    select: Codes | None = None
    extend_select: Codes = ()
    ignore: Codes = ()
    per_file_ignores: tuple[tuple[str, Codes], ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool | None = None
    force_exclude: bool | None = None
    placement: Placement | None = None
    strict: bool | None = None
    unsafe_fixes: bool | None = None
    black: bool | None = None
    output_format: str | None = None
    idioms: Idioms | None = None


class Wrong(ValueError):
    """A value that a key cannot hold. The message continues the name of the key."""


class WrongInside(Wrong):
    """A table that holds what it cannot hold; a line for each thing wrong, which names the key inside it."""


def options(table: Mapping[str, object]) -> tuple[Options, list[str]]:
    """The options of a table, and a line for each key that is unknown or holds what it cannot hold."""
    given: dict[str, object] = {}
    wrong: list[str] = []
    for key, value in table.items():
        reader = KEYS.get(key)
        if reader is None:
            wrong.append(f"unknown key {key}{nearest(key, KEYS)}")
            continue
        try:
            given[key.replace("-", "_")] = reader(value)
        except WrongInside as error:
            wrong += str(error).splitlines()
        except Wrong as error:
            wrong.append(f"{key} {error}")
    return Options(**given), wrong  # type: ignore[arg-type] # each reader returns what its field holds


def nearest(word: str, known: Iterable[str]) -> str:
    """``; do you mean ...?`` for a word that is close to a known one, else all known ones."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    every = sorted(known)
    near = get_close_matches(word.replace("_", "-"), every, 1, 0.6)
    return f"; do you mean {near[0]}?" if near else f"; there are {', '.join(every)}"


def expanded(selector: str) -> frozenset[str]:
    """The codes that a selector stands for: a code, the start of some, or ALL. Raises :class:`Wrong` for none."""
    known = sorted(CODES.values())
    word = selector.strip().upper()
    found = frozenset(known if word == "ALL" else (one for one in known if word and one.startswith(word)))
    if not found:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

        near = get_close_matches(word, known, 1, 0.6)
        hint = f"do you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise Wrong(f"there is no code {selector!r}; {hint}")
    return found


def _typed(value: object) -> str:
    names = {
        bool: "a boolean",
        str: "a string",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong(f"must be a list of strings, not {_typed(value)}")
    for one in value:
        if not isinstance(one, str):
            raise Wrong(f"must be a list of strings, but holds {_typed(one)}")
    return tuple(value)


def _codes(value: object) -> Codes:
    found = _strings(value)
    try:
        [expanded(one) for one in found]
    except Wrong as error:
        raise Wrong(f"names an unknown code: {error}") from None
    return found


def _by_file(value: object) -> tuple[tuple[str, Codes], ...]:
    if not isinstance(value, dict):
        raise Wrong(f"must be a table of patterns and their codes, not {_typed(value)}")
    rows = []
    for pattern, codes in value.items():
        try:
            rows.append((pattern, _codes(codes)))
        except Wrong as error:
            raise Wrong(f'of "{pattern}" {error}') from None
        _demand_pattern(pattern.removeprefix("!"))
    return tuple(rows)


def _patterns(value: object) -> tuple[str, ...]:
    found = _strings(value)
    for one in found:
        _demand_pattern(one)
    return found


def _demand_pattern(pattern: str) -> None:
    from codemods.files.patterns import is_pattern  # noqa: PLC0415 - only who has patterns pays for them

    if not is_pattern(pattern):
        raise Wrong(f"holds no gitignore-style pattern: {pattern!r}")


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {_typed(value)}")
    return value


def _idioms(value: object) -> Idioms:
    if not isinstance(value, dict):
        raise Wrong(f"must be a table of kinds and their names, not {_typed(value)}")
    wrong: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    for key, names in value.items():
        if key not in KINDS:
            wrong.append(f"unknown key idioms.{key}{nearest(key, KINDS)}")
            continue
        try:
            given[key] = _strings(names)
        except Wrong as error:
            wrong.append(f"idioms.{key} {error}")
    try:
        found = Idioms(**given)
    except ValueError as error:
        wrong += str(error).splitlines()
    if wrong:
        raise WrongInside("\n".join(wrong))
    return found


def _one_of(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed or not isinstance(value, str):
            said = f'"{value}"' if isinstance(value, str) else _typed(value)
            raise Wrong(f"must be one of {', '.join(allowed)}, not {said}")
        return value

    return read


_place = _one_of(*(one.value for one in Placement))


KEYS: dict[str, Callable[[object], object]] = {
    "select": _codes,
    "extend-select": _codes,
    "ignore": _codes,
    "per-file-ignores": _by_file,
    "exclude": _patterns,
    "extend-exclude": _patterns,
    "respect-gitignore": _switch,
    "force-exclude": _switch,
    "placement": lambda value: Placement(_place(value)),
    "strict": _switch,
    "unsafe-fixes": _switch,
    "black": _switch,
    "output-format": _one_of(*FORMATS),
    "idioms": _idioms,
}
"""Each key with the function that reads its value, or raises :class:`Wrong`."""
