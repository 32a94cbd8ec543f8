"""Fabric and manual optimisation: what they do to gradients, and what only shares their names."""

from __future__ import annotations

import pytest

from codemods.events import Mark
from codemods.ir.show import show_event
from codemods.lower import lower
from codemods.syntax import parse
from tests.idioms import shown

MADE = ("import lightning as L", "fabric = L.Fabric()")


def in_a_step(base: str, *lines: str) -> list[str]:
    """The events of a training step with these lines, in a class with this base."""
    body = "\n".join(f"        {line}" for line in lines)
    text = f"import lightning as L\n\nclass Module({base}):\n    def training_step(self, batch, i):\n{body}\n"
    blocks = lower(parse(text)).functions["Module.training_step"].blocks
    return [show_event(one) for block in blocks for one in block.events if not isinstance(one, Mark)]


@pytest.mark.parametrize(
    "call", ["setup(model, optimizer)", "launch()", "save('f', {'m': model})", "print(1)", "all_reduce(loss)"]
)
def test_quiet_methods_of_fabric_do_nothing(call: str) -> None:
    assert shown(*MADE, f"fabric.{call}") == []


def test_fabric_computes_clips_and_suspends() -> None:
    assert shown(*MADE, "fabric.backward(loss)") == ["backward fabric"]
    assert shown(*MADE, "fabric.clip_gradients(model, opt)") == ["read fabric.clip_gradients()"]
    assert shown(*MADE, "enter(fabric.no_backward_sync(model))")[0].startswith("accumulate")


def test_fabric_may_run_what_it_was_handed() -> None:
    assert shown(*MADE, "fabric.call('on_step_end')")[0].startswith("unknown")
    assert shown(*MADE, "fabric.launch(train)")[0].startswith("unknown")
    assert shown(*MADE, "fabric.all_reduce(weight.grad)") != shown(*MADE, "fabric.all_reduce(weight)")


def test_manual_optimisation_runs_a_backward_and_steps_the_same_optimizers_each_time() -> None:
    lines = ("a, b = self.optimizers()", "self.manual_backward(loss)", "b.step()", "a.zero_grad()")
    assert in_a_step("L.LightningModule", *lines) == [
        "backward self.manual_backward",
        "step self.optimizers()[1]",
        "zero self.optimizers()[0] (default)",
    ]


def test_a_base_that_is_not_lightnings_is_not_trusted() -> None:
    lines = ("opt = self.optimizers()", "self.manual_backward(loss)")
    found = [one.partition(" ")[0] for one in in_a_step("Base", *lines)]
    assert found.count("unknown:") == 2
    assert "backward" in found


def test_toggling_and_logging_touch_no_gradient() -> None:
    lines = ("opt = self.optimizers()", "self.toggle_optimizer(opt)", "self.log('loss', loss)", "opt.step()")
    assert in_a_step("L.LightningModule", *lines) == ["step self.optimizers()"]


def test_a_scheduler_of_lightning_is_no_optimizer() -> None:
    assert in_a_step("L.LightningModule", "sch = self.lr_schedulers()", "sch.step()") == []
