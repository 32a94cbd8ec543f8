"""One file to examine, in this process or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.files.prefilter import worth_a_look
from codemods.findings import Outcome
from codemods.timings import stage

if TYPE_CHECKING:
    from codemods.files.neighbours import Neighbours
    from codemods.settings import Settings


class Work(Struct, frozen=True):
    """One file that may hold a training step."""

    path: str
    data: bytes
    settings: Settings


def examined(path: str, data: bytes, settings: Settings, neighbours: Neighbours | None = None) -> Outcome:
    """What :func:`codemods.engine.examine` says, without the findings that nobody asked for."""
    if not worth_a_look(path, data, settings.idioms):
        return Outcome(path, data)
    with stage("imports"):
        from codemods.engine import examine  # noqa: PLC0415 - most runs never come here

    outcome = examine(path, data, settings, neighbours)
    kept = tuple(one for one in outcome.findings if one.code is None or one.code in settings.codes)
    return replace(outcome, findings=kept)
