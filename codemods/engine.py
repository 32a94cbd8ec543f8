"""One source to its outcome: the whole pipeline, and the one place that catches everything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from codemods.custom import in_force
from codemods.document import Document, UnparsableCell, document, located, warned
from codemods.files.load import Unreadable
from codemods.files.prefilter import worth_a_look
from codemods.findings import MARK, BrokenPromise, CannotRewrite, Finding, Outcome, Problem, TooLarge
from codemods.hush import Hush
from codemods.mentions import may_look_up
from codemods.quiet import as_written, is_quiet, of_verdict, resting
from codemods.settings import NO_IDIOMS
from codemods.settled import settled
from codemods.syntax import Unparsable, parse
from codemods.timings import stage
from codemods.trees import alike

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from codemods.files.neighbours import Neighbours, Vantage
    from codemods.settings import Settings

DEPTH = 20_000
"""Frames of Python that walking a deeply nested expression may take."""


def examine(path: str, data: bytes, settings: Settings, neighbours: Neighbours | None = None) -> Outcome:
    """Judge one file and work out its rewrite; nothing is written. Never raises.

    ``neighbours``: the other files of the run, whose functions are followed where this file calls them.
    """
    if not worth_a_look(path, data, settings.idioms):
        return Outcome(path, data)
    with in_force(settings.idioms):
        return _guarded(path, data, settings, neighbours)


def _guarded(path: str, data: bytes, settings: Settings, neighbours: Neighbours | None) -> Outcome:
    """The outcome of a file, whatever happens."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEPTH))
    try:
        found = document(path, data)
        if found is None:
            return Outcome(path, data)
        vantage = None if neighbours is None or found.writes_modules else neighbours.seen_from(path)
        return _examine(path, data, found, settings, vantage)
    except Unreadable as error:
        problem = Problem(path, error.line, error.message)
    except Unparsable as error:
        problem = Problem(path, error.line, error.message)
    except UnparsableCell as error:
        problem = Problem(path, error.place.line, error.message, error.place.cell)
    except (RecursionError, MemoryError):
        problem = Problem(path, None, "expressions are nested too deeply to be followed")
    except TooLarge:
        problem = Problem(path, None, "a function is too large to be followed")
    except CannotRewrite as error:
        problem = Problem(path, None, f"left alone: {error}")
    except BrokenPromise as error:
        problem = Problem(path, None, f"left alone because of a bug in gradorder, please report it: {error}")
    except Exception as error:
        problem = Problem(path, None, f"left alone because gradorder crashed, please report it: {error!r}")
    finally:
        sys.setrecursionlimit(limit)
    return Outcome(path, data, problem=problem)


def _examine(
    path: str, data: bytes, source: Document, settings: Settings, vantage: Vantage | None
) -> Outcome:
    if not (may_look_up(source.text) or settings.idioms != NO_IDIOMS or MARK in source.text.lower()):
        return Outcome(path, data)
    tree = parse(source.text, source.cuts)
    hush = Hush(path, source.text, settings)
    if not hush.has_marks and source.cuts is None and at_once(settings):
        found = settled(path, tree, source.text, vantage)
        if found is not None:
            return _outcome(path, data, source, hush, tree, None, found)
    with stage("imports"):
        from codemods.judge import judge  # noqa: PLC0415 - most training code is in order at first sight
        from codemods.lower import lower  # noqa: PLC0415
        from codemods.lower.stepping import may_train  # noqa: PLC0415

    if not may_train(tree, source.text, vantage):
        return _outcome(path, data, source, hush, tree)
    try:
        program = lower(tree, vantage)
    except TooLarge:
        if hush.whole_file:
            return Outcome(path, data, parsed=True)
        raise
    steps = judge(program)
    after = None
    if is_quiet(steps, settings):
        findings = [of_verdict(path, one) for one in hush.kept(steps)]
    else:
        with stage("imports"):
            from codemods.rounds import worked_out  # noqa: PLC0415 - most files have nothing to change

        worked = worked_out(path, source, tree, program, steps, hush, settings)
        findings = list(worked.findings)
        if worked.changes:
            with stage("imports"):
                from codemods.carrying import rewritten  # noqa: PLC0415

            after = rewritten(path, source, worked, settings, hush)
    found = resting(as_written(findings, program.written), program)
    return _outcome(path, data, source, hush, tree, after, found)


def at_once(settings: Settings) -> bool:
    """Whether the settings ask of a canonical step no more than that it is one."""
    return settings.idioms == NO_IDIOMS and settings.only is None and "GO102" not in settings.codes


def _outcome(
    path: str,
    data: bytes,
    source: Document,
    hush: Hush,
    tree: ast.Module,
    after: bytes | None = None,
    found: Sequence[Finding] = (),
) -> Outcome:
    """The outcome of a file, with what its suppression comments have to do with it."""
    if after is None and hush.removable:
        after = source.encode(hush.without_unused(source.split))
        again = document(path, after)
        if again is None or not alike(parse(again.text, again.cuts), tree):
            raise BrokenPromise("removing a comment changes more than a comment")
    findings = sorted([*found, *hush.findings()], key=lambda one: one.line)
    return Outcome(
        path,
        data,
        after,
        tuple(located(one, source) for one in findings),
        None,
        True,
        len(hush.suppressed),
        tuple(warned(one, source) for one in hush.warnings()),
    )
