"""One file from bytes to outcome: what is reported, what is written, and that nothing ever gets out as an exception."""

from __future__ import annotations

import ast
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import codemods.judge
import codemods.rewrite
import codemods.rounds
from codemods.engine import examine
from codemods.files.load import load
from codemods.findings import CODES, Fix, Outcome, Verdict
from codemods.proof.align import same_but_for_zeros
from codemods.settings import Placement, Settings
from tests.fixture_format import load_fixtures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.moves import Move

LAST = """\
for x in loader:
    loss = criterion(model(x))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
FIRST = """\
for x in loader:
    optimizer.zero_grad()
    loss = criterion(model(x))
    loss.backward()
    optimizer.step()
"""
DEFAULT = Settings()


def examined(text: str, options: Settings = DEFAULT) -> Outcome:
    outcome = examine("train.py", dedent(text).encode(), options)
    assert outcome.problem is None
    assert outcome.parsed
    return outcome


# What is written


def test_a_proved_move_is_written_and_reported() -> None:
    outcome = examined(LAST)
    assert outcome.after == FIRST.encode()
    (found,) = outcome.findings
    assert (found.path, found.line, found.end_line, found.function) == ("train.py", 3, 5, "<module>")
    assert (found.verdict, found.code, found.fix, found.applied) == (
        Verdict.ZERO_LAST,
        "GO101",
        Fix.SAFE,
        True,
    )
    assert (found.optimizers, found.assumes, found.witness) == (("optimizer",), (), ())


def test_what_is_canonical_is_left_alone() -> None:
    outcome = examined(FIRST)
    assert outcome.after is None
    assert [(one.verdict, one.fix, one.applied) for one in outcome.findings] == [
        (Verdict.CANONICAL, None, False)
    ]


def test_a_finding_that_is_not_asked_for_is_reported_and_not_written() -> None:
    outcome = examined(LAST, Settings(codes=frozenset({"GO201"})))
    assert outcome.after is None
    assert [(one.fix, one.applied) for one in outcome.findings] == [(Fix.SAFE, False)]


def test_before_backward_is_another_place() -> None:
    outcome = examined(LAST, Settings(placement=Placement.BEFORE_BACKWARD))
    assert outcome.after
    lines = [line.strip() for line in outcome.after.decode().splitlines()]
    assert lines.index("optimizer.zero_grad()") + 1 == lines.index("loss.backward()")


def test_an_assumption_is_named() -> None:
    text = "def train():\n" + "".join(f"    {line}\n" for line in LAST.splitlines())
    (found,) = examined(text).findings
    assert found.assumes == ("clean-entry", "closed-world")


def test_strict_leaves_what_rests_on_assumptions_alone() -> None:
    text = "def train():\n" + "".join(f"    {line}\n" for line in LAST.splitlines())
    outcome = examined(text, Settings(strict=True))
    (found,) = outcome.findings
    assert outcome.after is None
    assert found.verdict is Verdict.HAZARD
    assert found.reason.startswith("--strict: ")


def test_strict_mends_nothing_that_rests_on_assumptions() -> None:
    text = (
        "def train(model, optimizer, loader):\n    for x in loader:\n        loss = criterion(model(x))\n"
        "        loss.backward()\n        optimizer.zero_grad()\n        optimizer.step()\n"
    )
    assert examined(text, Settings(unsafe_fixes=True)).after is not None
    outcome = examined(text, Settings(strict=True, unsafe_fixes=True))
    (found,) = outcome.findings
    assert (outcome.after, found.fix) == (None, None)
    assert found.reason.endswith("there is no fix, since --strict: the proof assumes closed-world")


LEFTOVERS = "criterion(model(x)).backward()\n" + LAST


def test_a_repair_is_offered_and_not_written() -> None:
    outcome = examined(LEFTOVERS)
    (found,) = outcome.findings
    assert outcome.after is None
    assert (found.verdict, found.fix, found.applied) == (Verdict.HAZARD, Fix.UNSAFE, False)
    assert [one.line for one in found.witness][-1] == 5


def test_a_repair_is_written_when_unsafe_fixes_are_wanted() -> None:
    outcome = examined(LEFTOVERS, Settings(unsafe_fixes=True))
    (found,) = outcome.findings
    assert outcome.after == ("criterion(model(x)).backward()\n" + FIRST).encode()
    assert (found.fix, found.applied) == (Fix.UNSAFE, True)
    assert found.reason.endswith("each step will then use the gradients of its own iteration alone")


def test_unsafe_fixes_never_leave_anything_stale() -> None:
    assert examined(LAST + "print(model.weight.grad)\n", Settings(unsafe_fixes=True)).after is None


def test_a_second_run_finds_nothing_that_became_possible_by_the_first() -> None:
    warmed_up = """\
print("warming up")
x = loader[0]
loss = criterion(model(x))
loss.backward()
optimizer.step()
optimizer.zero_grad()
loss.backward()

"""
    options = Settings(unsafe_fixes=True)
    outcome = examined(warmed_up + LAST, options)
    assert outcome.after
    assert [(one.fix, one.applied) for one in outcome.findings] == [(Fix.UNSAFE, True)] * 2
    assert outcome.findings[0].reason.endswith(
        ", but for the other unsafe fixes of this file: together they change the training"
    )
    assert examined(outcome.after.decode(), options).after is None


# Steps that see no gradient, or those of all steps before

NEVER = """\
for x in loader:
    loss = criterion(model(x))
    loss.backward()
    optimizer.step()
"""
BETWEEN = """\
for x in loader:
    loss = criterion(model(x))
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
"""
UNSAFE = Settings(unsafe_fixes=True)


@pytest.mark.parametrize(
    ("text", "code", "effect"),
    [
        (NEVER, "GO202", "each step will then use the gradients of its own iteration alone"),
        (BETWEEN, "GO201", "each step will then use the gradients of its own iteration"),
    ],
)
def test_a_repair_is_offered_with_its_effect_and_made_when_wanted(text: str, code: str, effect: str) -> None:
    (offered,) = examined(text).findings
    assert (offered.code, offered.fix, offered.applied) == (code, Fix.UNSAFE, False)
    assert "changes the training" in offered.reason
    assert offered.reason.endswith(effect)
    assert examined(text).after is None
    outcome = examined(text, UNSAFE)
    assert outcome.after == FIRST.encode()
    assert [(one.code, one.fix, one.applied) for one in outcome.findings] == [(code, Fix.UNSAFE, True)]


def test_a_repair_that_is_not_asked_for_is_not_made() -> None:
    assert (
        examined(NEVER + BETWEEN, replace(UNSAFE, codes=frozenset({"GO202"}))).after
        == (FIRST + BETWEEN).encode()
    )
    assert (
        examined(NEVER + BETWEEN, replace(UNSAFE, codes=frozenset({"GO201"}))).after
        == (NEVER + FIRST).encode()
    )
    assert examined(NEVER + BETWEEN, replace(UNSAFE, codes=frozenset({"GO101"}))).after is None


IMPORTS = "import torch, lib\n"
NOT_MENDED = {
    "the optimizer comes from elsewhere": "optimizer = lib.build(model)\n" + NEVER,
    "the optimizer is wrapped": "optimizer = Accumulating(torch.optim.SGD(model.parameters(), 1), 4)\n"
    + NEVER,
    "the optimizer is handed in from elsewhere": """
        def train(model, optimizer):
            for x in loader:
                loss = criterion(model(x))
                loss.backward()
                optimizer.step()
        train(model, lib.build(model))
    """,
    "the class of the optimizer is the file's": """
        class Clearing(torch.optim.SGD):
            def step(self):
                super().step()
                self.zero_grad()
        optimizer = Clearing(model.parameters())
        for x in loader:
            loss = criterion(model(x))
            loss.backward()
            optimizer.step()
    """,
    "a callback may clear": NEVER + "    callbacks.on_step_end()\n",
    "a framework runs the backward": NEVER.replace("loss.backward()", "fabric.backward(loss)"),
    "the receiver is bound too late": NEVER.replace(
        "    optimizer.step", "    optimizer = opts[0]\n    optimizer.step"
    ),
    "the receivers are many": NEVER.replace(
        "    optimizer.step()", "    for one in opts:\n        one.step()"
    ),
    "the step stands in a function": "def advance():\n    optimizer.step()\n"
    + NEVER.replace("optimizer.step()", "advance()"),
    "backwards add up": NEVER.replace("    optimizer.step()", "    if x:\n        optimizer.step()"),
    "there is no loop": "loss.backward()\noptimizer.step()\n",
    "something may clear": NEVER + "    lib.clear(model)\n",
    "others accumulate over the same parameters": """
        for i, x in enumerate(loader):
            loss = criterion(model(x))
            loss.backward()
            first.zero_grad()
            first.step()
            if i % 2:
                second.step()
                second.zero_grad()
    """,
}


@pytest.mark.parametrize("text", NOT_MENDED.values(), ids=NOT_MENDED)
def test_what_is_not_certain_is_not_mended(text: str) -> None:
    outcome = examined(IMPORTS + dedent(text), UNSAFE)
    assert outcome.after is None
    assert not [one for one in outcome.findings if one.fix]


def test_optimizers_of_torch_are_known_by_their_origin() -> None:
    text = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=1)\n"
    assert examined(text + NEVER, UNSAFE).after == (text + FIRST).encode()


WRITTEN = {
    "quotes": ('opts["g"].step()', 'opts["g"].zero_grad()'),
    "attributes": ("self.opts.g.step()", "self.opts.g.zero_grad()"),
    "a scaler": ("scaler.step(opt_g)", "opt_g.zero_grad()"),
    "a scaler and quotes": ("scaler.step(opts['g'])", "opts['g'].zero_grad()"),
}


@pytest.mark.parametrize(("step", "zero"), WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["    ", "\t", "  "])
def test_what_is_put_in_is_spelled_as_the_step(step: str, zero: str, end: str, indent: str) -> None:
    text = NEVER.replace("optimizer.step()", step).replace("    ", indent).replace("\n", end)
    after = FIRST.replace("optimizer.step()", step).replace("optimizer.zero_grad()", zero)
    outcome = examine("train.py", text.encode(), UNSAFE)
    assert outcome.after == after.replace("    ", indent).replace("\n", end).encode()


# A zero behind the forward pass

MIDDLE = """\
for x in loader:
    loss = criterion(model(x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
EARLIER = Settings(codes=frozenset({"GO102"}))
BOTH = Settings(codes=frozenset({"GO101", "GO102"}))


def test_a_zero_behind_the_forward_is_canonical_unless_asked_for() -> None:
    assert [one.verdict for one in examined(MIDDLE).findings] == [Verdict.CANONICAL]
    outcome = examined(MIDDLE, EARLIER)
    assert outcome.after == FIRST.encode()
    assert [(one.verdict, one.code, one.fix, one.applied) for one in outcome.findings] == [
        (Verdict.ZERO_AFTER_FORWARD, "GO102", Fix.SAFE, True)
    ]


def test_who_wants_zeros_before_the_backward_gets_none_moved_up() -> None:
    outcome = examined(MIDDLE, replace(EARLIER, placement=Placement.BEFORE_BACKWARD))
    assert outcome.after is None
    assert [one.verdict for one in outcome.findings] == [Verdict.CANONICAL]


def test_late_zeros_and_zeros_behind_the_forward_move_together() -> None:
    outcome = examined(LAST + MIDDLE, BOTH)
    assert outcome.after == (FIRST + FIRST).encode()
    assert [one.code for one in outcome.findings] == ["GO101", "GO102"]


def test_a_zero_behind_the_forward_does_not_need_a_late_one_that_nobody_asked_for() -> None:
    outcome = examined(LAST + MIDDLE, EARLIER)
    assert outcome.after == (LAST + FIRST).encode()


NOT_BEHIND = {
    "the model runs below it": MIDDLE.replace("criterion(model(x))", "model.embed(x)").replace(
        "    loss.backward", "    loss = criterion(model(loss))\n    loss.backward"
    ),
    "only data is prepared above it": """
        for x, y in loader:
            x = x.to(device)
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
    """,
    "the forward runs within the backward": """
        for x, y in loader:
            y = augment(y)
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
    """,
    "what is evaluated above it is not what is trained": """
        for x, y in loader:
            score = model(y)
            optimizer.zero_grad()
            loss = criterion(x)
            loss.backward()
            optimizer.step()
    """,
    "its own argument is computed above it": MIDDLE.replace("zero_grad()", "zero_grad(loss is None)"),
    "it has been cleared at the top": MIDDLE.replace(
        "    loss =", "    optimizer.zero_grad()\n    loss =", 1
    ),
    "the optimizer is chosen above it": MIDDLE.replace(
        "    optimizer.zero", "    optimizer = choose(loss)\n    optimizer.zero"
    ),
}


@pytest.mark.parametrize("text", NOT_BEHIND.values(), ids=NOT_BEHIND)
def test_a_zero_that_is_not_behind_the_forward_stays(text: str) -> None:
    outcome = examined(text, BOTH)
    assert outcome.after is None
    assert not [one.code for one in outcome.findings if one.code]


# What is said of a move that is refused


REFUSED = {
    "stale": (
        LAST + "print(model.weight.grad)\n",
        Verdict.HAZARD,
        "gradients of optimizer that line 5 clears would still be there on line 6",
    ),
    "residual": (
        LEFTOVERS,
        Verdict.HAZARD,
        "gradients from before reach optimizer when optimizer steps on line 5",
    ),
    "conditional": (
        """
        suspended = accelerator.accumulate(model)
        def update(loss):
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        with suspended:
            update(criterion(model(x)))
        """,
        Verdict.ACCUMULATION,
        "an accumulation context that was entered before decides whether zero_grad() for optimizer does anything",
    ),
    "flavour": (
        LAST.replace("zero_grad()", "zero_grad(set_to_none=False)")
        + LAST.replace("zero_grad()", "zero_grad(set_to_none=True)"),
        Verdict.HAZARD,
        "gradients of optimizer would be zeros instead of None, or None instead of zeros, when optimizer steps on",
    ),
    "no plan": (
        LAST.replace("    optimizer.zero_grad()", "    print(optimizer.zero_grad())"),
        Verdict.HAZARD,
        "zero_grad() on line 5 comes after optimizer.step(), but zero_grad() is part of a larger expression",
    ),
}


@pytest.mark.parametrize(("text", "verdict", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_says_why(text: str, verdict: Verdict, reason: str) -> None:
    outcome = examined(text)
    assert outcome.after is None
    assert verdict in [one.verdict for one in outcome.findings]
    assert [one.reason for one in outcome.findings if one.reason.startswith(reason)]
    assert not any(one.applied for one in outcome.findings)


def test_optimizers_of_one_step_may_part() -> None:
    text = """
        for x in loader:
            loss = criterion(model(x))
            loss.backward()
            first.step()
            second.step()
            first.zero_grad()
            print(second.zero_grad())
    """
    outcome = examined(text)
    assert [(one.optimizers, one.verdict, one.applied) for one in outcome.findings] == [
        (("first",), Verdict.ZERO_LAST, True),
        (("second",), Verdict.HAZARD, False),
    ]
    assert outcome.after


# What cannot be done


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"zero_grad\nx.backward(\nx.step()\n", 2, "cannot parse this file: '(' was never closed"),
        (b"zero_grad backward step\0", 1, "binary file"),
        (b"# coding: nonsense\nzero_grad backward step\n", None, "nonsense"),
        (b"zero_grad backward step \xff\n", None, "utf-8"),
    ],
)
def test_a_file_that_cannot_be_done_is_a_problem_with_a_message(
    data: bytes, line: int | None, message: str
) -> None:
    outcome = examine("old.py", data, DEFAULT)
    assert outcome.problem
    assert message in outcome.problem.message
    assert line in (None, outcome.problem.line)
    assert outcome.findings == ()
    assert outcome.after is None


def test_a_file_that_is_not_about_training_is_not_parsed() -> None:
    assert examine("a.py", b"this is (no python", DEFAULT) == Outcome("a.py", b"this is (no python")


def test_a_function_that_is_too_large_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemods.lower.blocks.LIMIT", 4)
    outcome = examine("a.py", LAST.encode(), DEFAULT)
    assert outcome.problem
    assert outcome.problem.message == "a function is too large to be followed"


def test_an_expression_that_is_nested_too_deeply_is_a_problem() -> None:
    limit = sys.getrecursionlimit()
    deep = LAST + "x = " + "-" * 40_000 + "1\n"
    outcome = examine("a.py", deep.encode(), DEFAULT)
    assert outcome.problem
    assert "nested too deeply" in outcome.problem.message
    assert sys.getrecursionlimit() == limit


def test_a_crash_is_a_problem_and_leaves_the_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(codemods.judge, "judge", crash)
    outcome = examine("a.py", LAST.encode(), DEFAULT)
    assert outcome.problem
    assert "please report it: KeyError('surprise')" in outcome.problem.message
    assert outcome.after is None


# The bytes about to be written are proved, whatever the rewrite does


def misbehaving(monkeypatch: pytest.MonkeyPatch, result: str) -> Outcome:
    def rewrite(_: str, __: Sequence[Move]) -> str:
        return result

    monkeypatch.setattr(codemods.rewrite, "rewrite", rewrite)
    return examine("train.py", LAST.encode(), DEFAULT)


BROKEN = {
    "a call is lost": FIRST.replace("    optimizer.zero_grad()\n", ""),
    "a call stands in the wrong place": LAST.replace("    optimizer.zero_grad()\n", "").replace(
        "    optimizer.step()\n", "    optimizer.zero_grad()\n    optimizer.step()\n"
    ),
    "another statement moves": FIRST.replace("    loss.backward()\n", "") + "    loss.backward()\n",
    "a name changes": FIRST.replace("criterion", "other"),
    "a constant changes": FIRST + "x = 2\n",
    "a statement is lost": FIRST.replace("    optimizer.step()\n", ""),
    "the text is no Python": FIRST + "(",
    "the text cannot be encoded": FIRST + "# \ud800\n",
}


@pytest.mark.parametrize("result", BROKEN.values(), ids=BROKEN)
def test_a_rewrite_that_is_not_what_was_proved_is_never_written(
    monkeypatch: pytest.MonkeyPatch, result: str
) -> None:
    outcome = misbehaving(monkeypatch, result)
    assert outcome.problem
    assert "because of a bug in gradorder" in outcome.problem.message
    assert outcome.after is None
    assert outcome.findings == ()


def test_a_rewrite_that_does_what_was_proved_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert misbehaving(monkeypatch, FIRST + "# a comment\n").after == (FIRST + "# a comment\n").encode()


# Whatever the bytes


def holds_up(data: bytes, options: Settings = DEFAULT) -> Outcome:
    """The outcome of any bytes at all, with what must be true of every outcome."""
    outcome = examine("any.py", data, options)
    assert outcome.before == data
    if outcome.problem is not None:
        assert "please report it" not in outcome.problem.message
        assert outcome.findings == ()
        assert outcome.after is None
    if outcome.after is not None:
        assert any(one.applied for one in outcome.findings)
        assert outcome.after != data
        texts = [load("any.py", one).text for one in (data, outcome.after)]
        assert same_but_for_zeros(ast.parse(texts[0]), ast.parse(texts[1]))
        again = examine("any.py", outcome.after, options)
        assert again.after is None
        assert again.problem is None
    else:
        assert not any(one.applied for one in outcome.findings)
    return outcome


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    holds_up(data)
    holds_up(LAST.encode() + data)
    holds_up(b"# " + data + b"\n" + LAST.encode())


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    holds_up((LAST + text).encode("utf-8", "surrogatepass"))
    holds_up(f"x = {text!r}\n{LAST}".encode("utf-8", "surrogatepass"))


PAGES = [page.before for page in load_fixtures()]


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A fixture with a few lines lost, doubled, swapped, indented or taken from another fixture."""
    lines = draw(st.sampled_from(PAGES)).splitlines()
    others = draw(st.sampled_from(PAGES)).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        here = draw(st.integers(0, len(lines) - 1))
        there = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("lose", "double", "swap", "indent", "dedent", "take"))):
            case "lose" if len(lines) > 1:
                del lines[here]
            case "double":
                lines.insert(there, lines[here])
            case "swap":
                lines[here], lines[there] = lines[there], lines[here]
            case "indent":
                lines[here] = "    " + lines[here]
            case "dedent":
                lines[here] = lines[here].removeprefix("    ")
            case "take":
                lines.insert(here, others[there % len(others)])
    return "\n".join(lines) + "\n"


@settings(max_examples=200, deadline=None)
@given(mutants(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(Placement))
def test_no_mutant_of_a_fixture_makes_it_stumble(
    text: str, unsafe: bool, strict: bool, every: bool, placement: Placement
) -> None:
    options = Settings(unsafe, strict, placement, codes=frozenset(CODES.values()) if every else DEFAULT.codes)
    holds_up(text.encode(), options)


def test_a_rewrite_is_told_of_although_another_call_stays_behind() -> None:
    text = (
        "opt0 = optimizer\nopt1 = opt_g\ndef train_step(x, y):\n"
        "    loss = ((model(x) - y) ** 2).sum()\n    loss.backward()\n    print([p.grad for p in model.parameters()])\n"
        "    opt0.step()\n    opt1.step()\n    opt_g.step()\n    opt_g.zero_grad(False)\n    model.zero_grad()\n"
        "    generator.zero_grad()\n    opt_g.zero_grad()\n"
    )
    outcome = examine("train.py", text.encode(), DEFAULT)
    assert outcome.after is not None
    told = [one for one in outcome.findings if one.applied]
    assert [one.assumes for one in told] == [("clean-entry", "closed-world")]


def test_a_list_that_is_made_of_its_own_items_is_followed_to_an_end() -> None:
    source = b"""items = [items[0]]
model.extra = items[0]
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
"""

    assert examine("train.py", source, Settings()).problem is None
