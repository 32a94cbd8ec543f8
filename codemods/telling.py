"""What there is to say of the training steps of a file: findings, from verdicts, plans, trials and repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.events import Read, Step, Unknown
from codemods.findings import Finding, Fix, Stop, Verdict
from codemods.proof.witness import Differs, Kind, Unsure
from codemods.quiet import finding, of_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.events import Event
    from codemods.judge import Judged
    from codemods.mending import Mended
    from codemods.plan import Planned
    from codemods.repairs import Repair
    from codemods.settings import Settings
    from codemods.trial import Refusal, Trial

SHARED = "a comment says to ignore another step that this zero_grad clears for"


def rows(
    path: str, judged: Judged, plans: Sequence[Planned], trial: Trial, settings: Settings
) -> list[Finding]:
    """The findings of one training step: one, or two when only some of its optimizers' calls can move.

    Every move that is made is told of, with what its proof assumes.
    """
    if judged.verdict is Verdict.ZERO_AFTER_FORWARD:
        return [_behind_forward(path, judged, plans, trial)]
    if judged.verdict is not Verdict.ZERO_LAST:
        return [of_verdict(path, judged)]
    good = [one for one in plans if one.move in trial.accepted]
    bad = [one for one in plans if one not in good]
    rows = []
    if good:
        # A module's call clears for all optimizers of the step; the others that stay behind it are no step's own.
        own = _own_receivers(judged, good)
        bad = bad if own else []
        names = own if bad else judged.names
        rows.append(
            finding(
                path,
                judged,
                names,
                Verdict.ZERO_LAST,
                judged.reason,
                fix=Fix.SAFE,
                assumes=_assumptions(good, trial),
                applied="GO101" in settings.codes,
            )
        )
    if bad:
        names = [one for one in judged.names if not rows or one not in rows[0].optimizers]
        rows.append(_refused(path, judged, names, bad[0], trial, settings))
    return rows


def repaired(path: str, one: Repair, mended: Mended, settings: Settings) -> Finding:
    """The finding of a step without gradient, or of one whose gradients are never cleared."""
    judged = one.judged
    if one not in mended.repairs:
        refusal = mended.refusal(one)
        if isinstance(refusal, Differs) and refusal.kind is Kind.CONDITIONAL:
            return finding(path, judged, judged.names, Verdict.ACCUMULATION, explain(refusal))
        reason = (
            f"{judged.reason}; there is no fix, since {one.reason if refusal is None else explain(refusal)}"
        )
        return finding(path, judged, judged.names, judged.verdict, reason)
    reason = f"{judged.reason}; {one.effect}"
    return finding(
        path, judged, judged.names, judged.verdict, reason, fix=Fix.UNSAFE, applied=settings.unsafe_fixes
    )


def _behind_forward(path: str, judged: Judged, plans: Sequence[Planned], trial: Trial) -> Finding:
    """The finding of a step whose order is canonical, with a ``zero_grad`` behind the forward pass."""
    good = [one for one in plans if one.move in trial.accepted]
    if not good:
        refusals = [trial.refused[one.move] for one in plans if one.move in trial.refused]
        return _hazard(path, judged, judged.names, refusals[0] if refusals else Unsure(SHARED))
    names = _own_receivers(judged, good) or judged.names
    assumes = _assumptions(good, trial)
    return finding(
        path, judged, names, judged.verdict, judged.reason, fix=Fix.SAFE, applied=True, assumes=assumes
    )


def _assumptions(plans: Sequence[Planned], trial: Trial) -> tuple[str, ...]:
    return tuple(sorted({word for one in plans if one.move for word in trial.assumes.get(one.move, ())}))


def _own_receivers(judged: Judged, plans: Sequence[Planned]) -> list[str]:
    moved = {one.zero.receiver for one in plans}
    return [name for name, one in zip(judged.names, judged.receivers, strict=True) if one in moved]


def _refused(
    path: str, judged: Judged, names: Sequence[str], planned: Planned, trial: Trial, settings: Settings
) -> Finding:
    refusal = trial.refused.get(planned.move) if planned.move is not None else None
    if refusal is None:
        return finding(path, judged, names, Verdict.HAZARD, f"{judged.reason}, but {planned.reason}")
    if isinstance(refusal, Differs) and refusal.kind is Kind.CONDITIONAL:
        return finding(path, judged, names, Verdict.ACCUMULATION, explain(refusal))
    if planned.move not in trial.repairs:
        return _hazard(path, judged, names, refusal)
    applied = settings.unsafe_fixes and "GO101" in settings.codes
    return _hazard(path, judged, names, refusal, fix=Fix.UNSAFE, applied=applied)


def _hazard(
    path: str,
    judged: Judged,
    names: Sequence[str],
    refusal: Refusal,
    *,
    fix: Fix | None = None,
    applied: bool = False,
) -> Finding:
    witness = tuple(Stop(one.line, one.text) for one in refusal.path) if isinstance(refusal, Differs) else ()
    reason = explain(refusal) if fix is None else _effect(refusal)
    too_large = isinstance(refusal, Unsure) and refusal.too_large
    verdict = Verdict.UNSUPPORTED if too_large else Verdict.HAZARD
    return finding(path, judged, names, verdict, reason, fix=fix, applied=applied, witness=witness)


def _effect(refusal: Refusal) -> str:
    """What an unsafe fix does to the training, which a refusal speaks against."""
    if isinstance(refusal, Differs) and refusal.kind is Kind.RESIDUAL:
        return (
            f"gradients from before reach {refusal.receiver.text} {_consumer(refusal.consumer)}; zero_grad moved up changes"
            " the training: each step will then use the gradients of its own iteration alone"
        )
    return (
        f"{explain(refusal)}, but for the other unsafe fixes of this file: together they change the training"
    )


def explain(refusal: Refusal) -> str:
    """A refusal in one sentence that a person can act on."""
    if not isinstance(refusal, Differs):
        return refusal.reason
    name = refusal.receiver.text
    where = _consumer(refusal.consumer)
    if refusal.kind is Kind.STALE:
        return f"gradients of {name} that line {refusal.site.line} clears would still be there {where}"
    if refusal.kind is Kind.RESIDUAL:
        return f"gradients from before reach {name} {where}; with zero_grad first they would not"
    if refusal.kind is Kind.LOST:
        return f"gradients of {name} would already be cleared {where}"
    if refusal.kind is Kind.FLAVOUR:
        return f"gradients of {name} would be zeros instead of None, or None instead of zeros, {where}"
    if refusal.kind is Kind.RAISES:
        return f"line {refusal.site.line} raises where a gradient of {name} is None, as before the first backward"
    return f"an accumulation context that was entered before decides whether zero_grad() for {name} does anything"


def _consumer(event: Event) -> str:
    """Who would see the difference, and where."""
    place = f"on line {event.span.line}" + (f" of {event.span.file}" if event.span.file else "")
    match event:
        case Step(written=written, receiver=receiver):
            return f"when {written or receiver.text} steps {place}"
        case Unknown(reason=reason):
            return f"{place}, where {reason}"
        case Read(text=text):
            return f"{place}, where {text} looks at gradients"
        case _:
            return place
