"""The lines that a rewrite touched, in the repository's own black style; every other line keeps its bytes."""

from __future__ import annotations

import difflib
import re
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import black
import click
from black.files import find_project_root, path_is_excluded
from black.parsing import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
ENDS = re.compile(r"\r\n|\r|\n")


class NotFormatted(Exception):
    """black cannot be asked, or refuses; ``message`` is one line for a person and says why."""

    def __init__(self, message: str) -> None:
        """`message` comes without the path."""
        super().__init__(message)
        self.message = message


def blacken(path: str, before: str, after: str) -> str:
    """``after``, the lines in which it differs from ``before`` formatted as black would format them.

    The configuration is the one that black itself finds for ``path``; a file that it excludes comes back as it is.
    Raises :class:`NotFormatted`.
    """
    options = _options(path)
    if _excluded(path, options):
        return after
    if not after.endswith(("\r", "\n")):
        # Black may split the last line: its parts need an end, and the text gets none that it did not have.
        found = ENDS.search(after)
        end = found.group() if found else "\n"
        return _blackened(options, _ended(before, end), after + end).removesuffix(end)
    return _blackened(options, before, after)


def _ended(text: str, end: str) -> str:
    return text if text.endswith(("\r", "\n")) else text + end


def _blackened(options: dict[str, Any], before: str, after: str) -> str:
    lines = LINE.findall(after)
    # black counts its line ranges from the first line that is not blank.
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    blank, lines = lines[:first], lines[first:]
    ranges = [(j1 + 1, j2) for _, _, j1, j2 in _changes(LINE.findall(before)[first:], lines) if j1 < j2]
    if not ranges:
        return after
    plain = [ENDS.sub("\n", line) for line in lines]
    try:
        formatted = black.format_str("".join(plain), mode=_mode(options), lines=ranges)
    except (InvalidInput, AssertionError, RecursionError) as error:
        raise NotFormatted(f"black cannot format it: {' '.join(str(error).split())}") from error
    return "".join(blank) + _taken_over(lines, plain, LINE.findall(formatted), ranges)


def _options(path: str) -> dict[str, Any]:
    """What black's own command would work with for this file: command line defaults and pyproject.toml."""
    try:
        # Below a name that does not exist black finds the configuration of the current folder, as it does for stdin.
        context = black.main.make_context("black", ["--quiet", "--stdin-filename", path, "-"])
    except click.ClickException as error:
        raise NotFormatted(f"black's configuration: {error.format_message()}") from error
    except (OSError, ValueError) as error:
        raise NotFormatted(f"black's configuration cannot be read: {error}") from error
    wanted, running = context.params["required_version"], metadata.version("black")
    if wanted and wanted not in (running, running.split(".")[0]):
        raise NotFormatted(f"the configuration asks for black {wanted}, {running} is installed")
    return context.params


def _mode(options: dict[str, Any]) -> black.Mode:
    return black.Mode(
        target_versions=set(options["target_version"]),
        line_length=options["line_length"],
        string_normalization=not options["skip_string_normalization"],
        magic_trailing_comma=not options["skip_magic_trailing_comma"],
        skip_source_first_line=options["skip_source_first_line"],
        preview=options["preview"],
        unstable=options["unstable"],
        enabled_features=set(options["enable_unstable_feature"]),
    )


def _excluded(path: str, options: dict[str, Any]) -> bool:
    root, _ = find_project_root((path,))
    full = Path(path).resolve()
    if root is None or not full.is_relative_to(root):
        return False
    name = "/" + full.relative_to(root).as_posix()
    patterns = (options["exclude"], options["extend_exclude"], options["force_exclude"])
    return any(path_is_excluded(name, pattern) for pattern in patterns)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return ((i1, i2, j1, j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def _taken_over(
    lines: list[str], plain: list[str], formatted: list[str], ranges: list[tuple[int, int]]
) -> str:
    """``lines`` with the changes that black made in the ranges; a new line gets the line end of the line it replaces."""
    result: list[str] = []
    done = 0
    for i1, i2, j1, j2 in _changes(plain, formatted):
        result += lines[done:i1]
        if any(i1 < end and i2 >= start for start, end in ranges):
            end = ENDS.search(lines[min(i1, len(lines) - 1)])
            result += [line.replace("\n", end.group() if end else "") for line in formatted[j1:j2]]
        else:
            result += lines[i1:i2]
        done = i2
    return "".join([*result, *lines[done:]])
