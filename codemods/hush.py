"""What the suppression comments of one file do: which steps they take out, and which of them take out none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.findings import CODES, MARK, Finding, Fix, Problem, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codemods.effects import Effect
    from codemods.judge import Judged
    from codemods.settings import Settings
    from codemods.suppressions import Leftover, Suppression


class Hush(Struct, eq=False):
    """The comments of a file that parses, and what they have suppressed so far.

    Making one raises :class:`codemods.syntax.Unparsable` when the comments cannot be told from strings.
    """

    path: str
    text: str
    settings: Settings
    comments: tuple[Suppression, ...] = ()
    used: set[tuple[Suppression, str]] = field(default_factory=set)
    suppressed: list[Judged] = field(default_factory=list)
    outside: list[Judged] = field(default_factory=list)
    has_marks: bool = False

    def __post_init__(self) -> None:
        """Read the comments."""
        self.has_marks = MARK in self.text.lower()
        if self.has_marks:
            from codemods.suppressions import suppressions  # noqa: PLC0415 - most files have no such comment

            self.comments = suppressions(self.text)

    @property
    def whole_file(self) -> bool:
        """Whether everything in the file is to be left alone."""
        return any(one.whole_file and one.codes is None for one in self.comments)

    def kept(self, steps: Sequence[Judged]) -> list[Judged]:
        """The steps of which no comment speaks. The others stay as they are, for the proof of these as well.

        A comment without codes speaks of every verdict but canonical; GO101 in one also speaks of a step that would be
        a hazard to rewrite. Left out as well are the steps that the settings do not ask for.
        """
        self.outside = [one for one in steps if not self._asked_for(one)]
        steps = [one for one in steps if one not in self.outside]
        hushed: set[int] = set()
        for comment in self.comments:
            for index in _spoken_of(comment, steps):
                verdict = steps[index].verdict
                word = "" if comment.codes is None else CODES.get(verdict, "-")
                if verdict is not Verdict.CANONICAL and (not word or word in (comment.codes or ())):
                    self.used.add((comment, word))
                    hushed.add(index)
        self.suppressed = [one for index, one in enumerate(steps) if index in hushed]
        return [one for index, one in enumerate(steps) if index not in hushed]

    def holds(self, zero: Effect) -> bool:
        """Whether a step that is left alone rests on this call."""
        left = (*self.suppressed, *self.outside)
        return any(one.origin == zero.origin for step in left for one in step.zeros)

    def _asked_for(self, step: Judged) -> bool:
        first, last = _lines_of(step)
        only = self.settings.only
        return only is None or any(start <= last and first <= end for start, end in only)

    def again(self) -> Hush:
        """For the steps as they are once some of them are rewritten: what is used then is used."""
        return replace(self, suppressed=[], outside=[])

    @property
    def removable(self) -> bool:
        """Whether some comment is to be removed."""
        return self.settings.remove_unused and bool(self._unused())

    def without_unused(self, change: Callable[[str], Sequence[str]]) -> list[str]:
        """What ``change`` makes of the text, piece by piece, without the comments that are to be removed.

        ``change`` may move statements with their comments.
        """
        if not self.removable:
            return list(change(self.text))
        from codemods.suppressions import marked, stripped  # noqa: PLC0415

        text, mark = marked(self.text, self._unused())
        return [stripped(one, mark) for one in change(text)]

    def findings(self) -> list[Finding]:
        """GO900 for each comment that suppresses nothing."""
        return [self._finding(one) for one in self._unused()]

    def warnings(self) -> tuple[Problem, ...]:
        """What looks like a suppression and is none."""
        if not self.has_marks:
            return ()
        from codemods.suppressions import complaints  # noqa: PLC0415

        return tuple(Problem(self.path, one.line, one.message) for one in complaints(self.text))

    def _unused(self) -> list[Leftover]:
        if not self.comments:
            return []
        from codemods.suppressions import UNUSED, leftovers  # noqa: PLC0415

        if UNUSED not in self.settings.codes:
            return []
        return leftovers(self.comments, self.used, self.settings.codes)

    def _finding(self, one: Leftover) -> Finding:
        comment, removed = one.suppression, self.settings.remove_unused
        what = f"{', '.join(one.unused)} of `{comment.text}`" if one.kept else f"`{comment.text}`"
        return Finding(
            path=self.path,
            line=comment.line,
            end_line=comment.line,
            function="<module>",
            verdict=Verdict.UNUSED_SUPPRESSION,
            optimizers=(),
            reason=f"{what} suppresses nothing",
            fix=Fix.SAFE if removed else None,
            applied=removed,
        )


def _lines_of(step: Judged) -> tuple[int, int]:
    return min([step.start.line, *(zero.span.line for zero in step.zeros)]), step.end_line


def _spoken_of(comment: Suppression, steps: Sequence[Judged]) -> list[int]:
    """The steps that a comment speaks of: those on whose lines it stands, else all in the innermost loop, function or cell.

    A step's lines go from its first backward, or a zero_grad before that, to its last call.
    """
    if comment.whole_file:
        return list(range(len(steps)))
    on = []
    for index, one in enumerate(steps):
        if comment.covers(*_lines_of(one)):
            on.append(index)
    if on:
        return on
    around = [
        (one.region.span.end_line - one.region.span.line, index)
        for index, one in enumerate(steps)
        if (one.region.loop or one.region.cell or one.function.name != "<module>")
        and comment.covers(one.region.span.line, one.region.span.end_line)
    ]
    return [index for size, index in around if size == min(around)[0]]
