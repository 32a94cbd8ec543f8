"""One source to its outcome: the whole pipeline, and the one place that catches everything."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from codemods.cells import NotRestored
from codemods.custom import in_force, is_marked
from codemods.document import Document, UnparsableCell, cut_alike, document, located, pieced, warned
from codemods.files.load import Unreadable
from codemods.files.neighbours import Neighbours, Vantage
from codemods.files.prefilter import worth_a_look
from codemods.findings import Finding, Outcome, Problem
from codemods.hush import Hush
from codemods.lower import TooLarge, lower
from codemods.proof.align import NotTheSameProgram, pair, same_but_for_zeros
from codemods.proof.lockstep import Allowed, prove
from codemods.proof.walk import TRANSITIONS, Meter
from codemods.proof.witness import Same, SameIf
from codemods.rounds import worked_out
from codemods.syntax import Unparsable, parse
from codemods.telling import as_written, resting
from codemods.timings import stage, timed
from codemods.trees import walk
from codemods.trial import moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.moves import Change
    from codemods.rounds import Worked
    from codemods.settings import Settings

DEPTH = 20_000
"""Frames of Python that walking a deeply nested expression may take."""


class CannotRewrite(Exception):
    """The rewriting library cannot parse the file, or black cannot format it: it is left alone."""


class BrokenPromise(Exception):
    """The bytes about to be written are not what the plan proved: a bug of this tool, never of the file."""


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
        vantage = None if neighbours is None or found.writes_modules else Vantage(neighbours, path)
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
    tree = parse(source.text, source.cuts)
    hush = Hush(path, source.text, settings)
    words = {node.attr for node in walk(tree) if isinstance(node, ast.Attribute)}
    if not is_marked(tree) and not all(any(part in word for word in words) for part in ("backward", "step")):
        return _outcome(path, data, source, hush, tree)
    try:
        program = lower(tree, vantage)
    except TooLarge:
        if hush.whole_file:
            return Outcome(path, data, parsed=True)
        raise
    worked = worked_out(path, source, tree, program, hush, settings)
    after = _rewritten(path, source, worked, settings, hush) if worked.changes else None
    found = resting(as_written(worked.findings, program.written), program)
    return _outcome(path, data, source, hush, tree, after, found)


@timed("proof")
def _rewritten(path: str, source: Document, worked: Worked, settings: Settings, hush: Hush) -> bytes:
    """Carry the changes out, then prove the very bytes that came of it. Raises :class:`BrokenPromise`.

    The proof starts from what the rounds before the last one make, each of which was proved on top of those before it. Where
    repairs are among the last changes, the bytes must be the program for which those were found to hold.
    """
    changes, settled = worked.changes, worked.settled
    own = pieced(source, changes)

    def changed(text: str) -> list[str]:
        return [
            _edited(path, before, piece, own[number], settings) if number in own else piece
            for number, (before, piece) in enumerate(zip(source.pieces, source.split(text), strict=True))
        ]

    try:
        after = source.encode(hush.without_unused(changed))
        again = document(path, after)
        if again is None:
            raise BrokenPromise("the rewritten file cannot be proved: it holds no Python")
        trees = parse(source.text, settled.cuts), parse(again.text, cut_alike(again.cuts, settled.cuts))
        functions = pair(settled.program, lower(trees[1], settled.program.vantage))
    except (Unreadable, Unparsable, UnparsableCell, NotRestored, NotTheSameProgram, UnicodeError) as error:
        raise BrokenPromise(f"the rewritten file cannot be proved: {error}") from error
    if ast.dump(moved(source.text, changes, settled.cuts)) != ast.dump(trees[1]):
        raise BrokenPromise("the rewritten file is not what was planned")
    if not settled.mended:
        proof = prove(
            settled.program,
            functions,
            allowed=Allowed(residual=settings.unsafe_fixes),
            meter=Meter(2 * TRANSITIONS),
        )
        if not isinstance(proof, Same | SameIf):
            raise BrokenPromise("the proof of the planned moves does not hold for the rewritten file")
    if not same_but_for_zeros(*trees):
        raise BrokenPromise("the rewritten file differs in more than its zero_grad calls")
    return after


@timed("rewrite")
def _edited(path: str, before: str, text: str, changes: Sequence[Change], settings: Settings) -> str:
    """One piece of a file with its changes carried out. Raises :class:`CannotRewrite`."""
    with stage("imports"):
        from codemods.rewrite import RewriteFailed, rewrite  # noqa: PLC0415 - libcst is slow to import

    try:
        text = rewrite(text, changes)
    except RewriteFailed as error:
        raise CannotRewrite(str(error)) from error
    if settings.black:
        from codemods.blacken import NotFormatted, blacken  # noqa: PLC0415 - only --black pays for black

        try:
            text = blacken(path, before, text)
        except NotFormatted as error:
            raise CannotRewrite(error.message) from error
    return text


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
        if again is None or ast.dump(parse(again.text, again.cuts)) != ast.dump(tree):
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
