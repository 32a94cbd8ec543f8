"""What was measured so far, kept in a file after every race: a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

from benchmarks.measure import Run
from benchmarks.tools import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.races import Race


@dataclass(slots=True)
class Raced:
    """One race as it was run. ``stages``: the seconds of gradorder in each stage."""

    title: str
    files: int
    size: float
    runs: dict[str, list[Run]]
    stages: dict[str, float]


@dataclass(slots=True)
class State:
    """All races that are done, for one version of the sources."""

    file: Path
    sources: str
    cores: int
    versions: dict[str, str]
    races: dict[str, Raced] = field(default_factory=dict)

    def keep(self, race: Race, runs: dict[str, list[Run]], stages: dict[str, float]) -> None:
        """Add a race, and write everything."""
        self.races[race.key] = Raced(race.title, race.files, race.size, runs, stages)
        content = {
            "sources": self.sources,
            "cores": self.cores,
            "versions": self.versions,
            "races": {
                key: {
                    "title": one.title,
                    "files": one.files,
                    "size": one.size,
                    "runs": {name: [astuple(run) for run in found] for name, found in one.runs.items()},
                    "stages": one.stages,
                }
                for key, one in self.races.items()
            },
        }
        temporary = self.file.with_suffix(".new")
        temporary.write_text(json.dumps(content, indent=1))
        temporary.replace(self.file)


def kept(
    file: Path, cores: int, versions: dict[str, str], *, afresh: bool, any_sources: bool = False
) -> State:
    """What is in the file, or nothing when it was measured with other sources or other tools."""
    state = State(file, sources(), cores, versions)
    if afresh or not file.exists():
        return state
    content = json.loads(file.read_text())
    same = (content["sources"], content["cores"], content["versions"]) == (state.sources, cores, versions)
    if not same and not any_sources:
        return state
    state.sources, state.cores, state.versions = content["sources"], content["cores"], content["versions"]
    state.races = {
        key: Raced(
            one["title"],
            one["files"],
            one["size"],
            {name: [Run(*run) for run in found] for name, found in one["runs"].items()},
            one["stages"],
        )
        for key, one in content["races"].items()
    }
    return state


def sources() -> str:
    """A fingerprint of what is measured."""
    whole = hashlib.sha256()
    for path in [ROOT / "cli.py", *sorted((ROOT / "codemods").rglob("*.py"))]:
        whole.update(path.read_bytes())
    return whole.hexdigest()
