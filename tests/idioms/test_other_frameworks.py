"""Apex, DeepSpeed, timm, PyTorch/XLA, SAM, MMEngine, the Hugging Face Trainer and AllenNLP, call by call."""

from __future__ import annotations

import pytest

from tests.idioms import shown

APEX = ("from apex import amp",)


def words(*lines: str) -> list[str]:
    """The kinds of the last line's events."""
    return [one.partition(" ")[0].rstrip(":") for one in shown(*lines)]


def test_apex_scales_inside_a_context_and_looks_at_gradients() -> None:
    lines = (*APEX, "with amp.scale_loss(loss, optimizer) as scaled:", "    scaled.backward()")
    assert words(*lines) == ["backward", "read"]
    assert words(*APEX, "amp.scale_loss(loss, optimizer)") == ["read"]
    assert words("amp.scale_loss(loss, optimizer)") == ["unknown"]


@pytest.mark.parametrize("call", ["initialize(model, optimizer)", "master_params(optimizer)", "state_dict()"])
def test_apex_leaves_gradients_alone_otherwise(call: str) -> None:
    assert shown(*APEX, f"amp.{call}") == []
    assert call == "state_dict()" or shown(f"amp.{call}") != []


def test_what_has_both_a_backward_and_a_step_is_an_engine() -> None:
    assert words("engine.backward(loss)", "engine.step()") == ["step", "unknown"]
    assert words("loss.backward()", "optimizer.step()") == ["step"]


def test_a_scaler_of_timm_runs_backward_and_step() -> None:
    made = ("from timm.utils import NativeScaler", "loss_scaler = NativeScaler()")
    assert words(*made, "loss_scaler(loss, optimizer)") == ["backward", "step"]
    assert words(*made, "loss_scaler(loss, optimizer, need_update=True)") == ["backward", "step"]
    assert words(*made, "loss_scaler(loss, optimizer, need_update=go)") == ["accumulate", "backward", "step"]
    assert words("loss_scaler(loss, optimizer)") == ["unknown", "backward", "step"]
    assert words("loss_scaler(loss, y)") != ["unknown", "backward", "step"]


def test_xla_is_known_by_its_full_name() -> None:
    made = "import torch_xla.core.xla_model as xm"
    assert words(made, "xm.optimizer_step(optimizer)") == ["read", "step"]
    assert words(made, "xm.optimizer_step(optimizer, barrier=True)") == ["read", "step"]
    assert words(made, "xm.optimizer_step(optimizer, optimizer_args={'closure': f})") == ["unknown"]
    assert words(made, "xm.mark_step()") == []
    assert words("xm.optimizer_step(optimizer)") == ["unknown"]


def test_the_half_steps_of_sam_are_steps_of_their_own_kind() -> None:
    assert words("optimizer.first_step(zero_grad=True)", "optimizer.second_step()") == ["step", "unknown"]
    assert words("wizard.first_step()") == []


def test_update_params_is_a_whole_training_step() -> None:
    assert words("optim_wrapper.update_params(loss)") == ["unknown", "backward", "step"]
    assert words("table.update_params(loss)") == []


def test_the_training_step_of_a_trainer_runs_a_backward() -> None:
    made = ("from transformers import Trainer", "class Mine(Trainer):", "    def loop(self):")
    from codemods.lower import lower
    from codemods.syntax import parse

    text = "\n".join([*made, "        self.training_step(self.model, batch)"])
    kinds = [
        type(one).__name__
        for block in lower(parse(text)).functions["Mine.loop"].blocks
        for one in block.events
    ]
    assert [one for one in kinds if one != "Mark"] == ["Unknown", "Backward"]


def test_allennlps_clip_reads() -> None:
    made = "from allennlp.training import util as training_util"
    assert words(made, "training_util.rescale_gradients(model, 1.0)") == ["read"]
    assert words("training_util.rescale_gradients(model, 1.0)") == ["unknown"]


@pytest.mark.parametrize(
    "call", ["trainer.train()", "agent.train()", "model.train(data)", "model.train(data=d)"]
)
def test_what_trains_is_no_switch_of_a_mode(call: str) -> None:
    found = words("trainer, agent, model = setup(net, optimizer)", call)
    assert found == (["unknown"] if call != "model.train(data)" else [])


@pytest.mark.parametrize(
    "call",
    [
        "model.train()",
        "self.net.eval()",
        "model.train(mode=True)",
        "ddp_model.module.eval()",
        "optimizer.train()",
    ],
)
def test_a_model_or_an_optimizer_switches_its_mode(call: str) -> None:
    assert words(call) == []
