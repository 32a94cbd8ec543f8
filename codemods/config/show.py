"""What holds for which files, as ``--show-settings`` prints it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from codemods.settings import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.config.nearest import Configuration
    from codemods.settings import Idioms, Settings


def shown(configuration: Configuration, paths: Sequence[str]) -> str:
    """The settings of the files, those with the same ones together, as TOML."""
    groups: dict[tuple[str, Settings], list[str]] = {}
    for path in paths:
        source = configuration.origin_of(path).path or "no configuration file"
        groups.setdefault((source, configuration.settings(path)), []).append(path)
    return "\n".join(_group(configuration, source, own, files) for (source, own), files in groups.items())


def _group(configuration: Configuration, source: str, own: Settings, files: Sequence[str]) -> str:
    rules = configuration.rules_of(files[0])
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    values = {
        "select": sorted(own.codes),
        "placement": own.placement.value,
        "strict": own.strict,
        "unsafe-fixes": own.unsafe_fixes,
        "black": own.black,
        "output-format": configuration.output_format(),
        **({} if rules.exclude is None else {"exclude": rules.exclude}),
        "extend-exclude": rules.extend_exclude,
        "respect-gitignore": rules.respect_gitignore,
        "force-exclude": rules.force,
    }
    lines = [
        f"# {files[0]}{more}: {source}",
        *(f"{key} = {json.dumps(value)}" for key, value in values.items()),
        f"idioms = {_table(own.idioms)}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _table(idioms: Idioms) -> str:
    """An inline table of TOML."""
    given = {kind: names for kind in KINDS if (names := getattr(idioms, kind))}
    inside = ", ".join(f"{kind} = {json.dumps(names, ensure_ascii=False)}" for kind, names in given.items())
    return f"{{ {inside} }}" if given else "{}"
