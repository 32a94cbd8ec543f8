"""Accelerate itself, installed, runs the pages: without accumulation both versions agree, with it the rewrite differs."""

from __future__ import annotations

import pytest

from tests.fixture_format import Fixture, load_fixtures
from tests.idioms import shown
from tests.torch_world import differences, run

STEPS = "Accelerator(gradient_accumulation_steps=4)"
ACCUMULATING = [
    page
    for page in load_fixtures()
    if page.kind == "wrong" and page.topic == "accelerate" and f"accelerator = {STEPS}" in page.before
]


def test_there_are_pages_that_accumulate() -> None:
    assert len(ACCUMULATING) >= 5


@pytest.mark.parametrize("page", ACCUMULATING, ids=lambda page: page.name)
def test_the_tempting_rewrite_of_accumulation_only_agrees_where_nothing_accumulates(page: Fixture) -> None:
    assert page.other is not None
    single = STEPS.replace("4", "1")
    assert differences(run(page.before), run(page.other)) is not None
    agreeing = run(page.before.replace(STEPS, single)), run(page.other.replace(STEPS, single))
    assert agreeing[0].error is None
    assert agreeing[0].steps
    assert differences(*agreeing) is None


def test_the_environment_overrules_what_the_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    page = next(one for one in ACCUMULATING if one.name.endswith("/accumulate.py"))
    assert page.other is not None
    single = [text.replace(STEPS, STEPS.replace("4", "1")) for text in (page.before, page.other)]
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "4")
    assert differences(run(single[0]), run(single[1])) is not None


MADE = ("from accelerate import Accelerator", "acc = Accelerator()")


@pytest.mark.parametrize(
    "call",
    [
        "prepare(model, optimizer)",
        "unwrap_model(model)",
        "save_state('folder')",
        "log({'loss': loss})",
        "wait_for_everyone()",
        "reduce(loss)",
    ],
)
def test_what_its_source_shows_to_leave_gradients_alone_does_nothing(call: str) -> None:
    assert shown(*MADE, f"acc.{call}") == []


def test_an_object_of_that_name_is_not_trusted_with_a_model() -> None:
    assert shown("accelerator.prepare(model, optimizer)") != []
    assert shown("class Accelerator(Base): pass", "acc = Accelerator()", "acc.prepare(model)") != []


def test_a_gradient_that_is_handed_over_is_read() -> None:
    assert shown(*MADE, "acc.log({'norm': weight.grad.norm()})") == ["read weight.grad"]


def test_a_function_that_touches_gradients_is_not_quiet() -> None:
    lines = ("def look(*_):", "    print(weight.grad)", *MADE, "acc.register_save_state_pre_hook(look)")
    assert [one.partition(" ")[0] for one in shown(*lines)] == ["unknown:"]
    assert [one.partition(" ")[0] for one in shown(*lines, "acc.save_state('folder')")] == ["unknown:"]


def test_unscaling_reads_and_contexts_accumulate_wherever_they_are_entered() -> None:
    assert shown(*MADE, "acc.unscale_gradients(optimizer)") == ["read acc.unscale_gradients()"]
    assert shown(*MADE, "stack.enter_context(acc.accumulate(model))")[0].startswith("accumulate")
    assert shown("coco_evaluator.accumulate()") == []
