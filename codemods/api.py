"""gradorder from Python: two pure functions for one source, and one for the files of a run.

>>> from codemods.api import check_source, fix_source, run
>>> fix_source("for x in data:\\n    f(x).backward()\\n    opt.step()\\n    opt.zero_grad()\\n").changed
True

All results are frozen and can be pickled, and so can the functions: they map over any engine that starts processes.
"""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING, AnyStr, Generic

from msgspec import Struct

from codemods.run import Summary, outcomes, summed, written
from codemods.settings import Settings
from codemods.work import examined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.findings import Finding, Outcome, Problem

__all__ = ["Checked", "Fixed", "Settings", "Summary", "check_source", "fix_source", "run"]

USUAL = Settings()


class Checked(Struct, frozen=True):
    """What was found in a source. ``problem``: why it could not be examined, and then nothing was found."""

    findings: tuple[Finding, ...]
    problem: Problem | None


class Fixed(Struct, Generic[AnyStr], frozen=True):
    """A source with its proved rewrites, the same as before where there are none. Findings speak of the lines before."""

    source: AnyStr
    changed: bool
    findings: tuple[Finding, ...]
    problem: Problem | None


def check_source(source: str | bytes, *, path: str = "<source>", settings: Settings = USUAL) -> Checked:
    """Give every training step of a source its verdict.

    ``path`` is only a name, and one that ends in ``.ipynb`` says that the source is a notebook. Never raises; a source
    that cannot be read or parsed comes with a problem.
    """
    outcome = _examined(source, path, settings)
    return Checked(outcome.findings, outcome.problem)


def fix_source(source: AnyStr, *, path: str = "<source>", settings: Settings = USUAL) -> Fixed[AnyStr]:
    """Rewrite a source, each rewrite proved to train the same before it is made.

    Bytes keep their encoding and every byte outside the rewritten lines. Promised and assumed is what the command
    promises and assumes; ``applied`` of a finding says whether it was rewritten. Never raises, as above.
    """
    outcome = _examined(source, path, settings)
    if outcome.after is None:
        return Fixed(source, False, outcome.findings, outcome.problem)
    if isinstance(source, bytes):
        return Fixed(outcome.after, True, outcome.findings, outcome.problem)
    return Fixed(outcome.after.decode(_encoding(source)), True, outcome.findings, outcome.problem)


def run(
    paths: Sequence[str],
    *,
    settings: Settings = USUAL,
    exclude: Sequence[str] = (),
    write: bool = False,
    jobs: int = 1,
) -> Summary:
    """Examine the files that paths name or hold, as the command does, and rewrite them when ``write`` is true.

    Configuration files are not read: ``settings`` hold for all files. Raises ValueError for a malformed ``exclude``, and
    nothing else: what cannot be done is among the problems of the summary.
    """
    found = outcomes(paths, settings, exclude=exclude, jobs=jobs)
    return summed(map(written, found) if write else found)


def _examined(source: str | bytes, path: str, settings: Settings) -> Outcome:
    data = source if isinstance(source, bytes) else source.encode(_encoding(source), "surrogatepass")
    return examined(path, data, settings)


def _encoding(source: str) -> str:
    """The encoding that the text itself declares, so that its bytes mean the same text again; else UTF-8."""
    head = "".join(source.splitlines(keepends=True)[:2]).encode("utf-8", "replace")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        source.encode(encoding)
    except (SyntaxError, UnicodeEncodeError, LookupError):
        return "utf-8"
    return encoding
