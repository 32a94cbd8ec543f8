"""Changes to bytes: carried out, proved afresh, and only then handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.document import UnparsableCell, cut_alike, document
from codemods.document.pieces import pieced
from codemods.files.load import Unreadable
from codemods.findings import BrokenPromise, CannotRewrite
from codemods.lower import lower
from codemods.magics import NotRestored
from codemods.proof.align import NotTheSameProgram, pair, same_but_for_zeros
from codemods.proof.lockstep import Allowed, prove
from codemods.proof.walk import TRANSITIONS, Meter
from codemods.proof.witness import Same, SameIf
from codemods.syntax import Unparsable, parse
from codemods.timings import stage, timed
from codemods.trees import alike
from codemods.versions import moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.document import Document
    from codemods.hush import Hush
    from codemods.moves import Change
    from codemods.rounds import Worked
    from codemods.settings import Settings


@timed("proof")
def rewritten(path: str, source: Document, worked: Worked, settings: Settings, hush: Hush) -> bytes:
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
    if not alike(moved(source.text, changes, settled.cuts), trees[1]):
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
