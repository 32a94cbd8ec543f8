"""Mixed precision: the scaler's own calls, and what is none of its."""

from __future__ import annotations

import pytest

from tests.idioms import shown

MADE = ("import torch", "mixed = torch.amp.GradScaler()")


@pytest.mark.parametrize("name", ["scaler", "grad_scaler", "self.scaler"])
def test_what_is_called_a_scaler_is_one(name: str) -> None:
    assert shown(f"{name}.step(optimizer)") == ["step optimizer"]


@pytest.mark.parametrize(
    "constructor", ["torch.amp.GradScaler('cuda')", "torch.cuda.amp.GradScaler()", "GradScaler(enabled=fast)"]
)
def test_what_is_built_as_a_scaler_is_one(constructor: str) -> None:
    assert shown("import torch", f"mixed = {constructor}", "mixed.step(optimizer)") == ["step optimizer"]


def test_a_scaler_that_is_made_only_sometimes_is_one() -> None:
    made = "mixed = GradScaler() if fast else None"
    assert shown(made, "mixed.step(self.optimizer)") == ["step self.optimizer"]


def test_the_step_is_that_of_the_optimizer_which_is_handed_in() -> None:
    assert shown(*MADE, "mixed.step(opts['g'])") == ["step opts['g']"]


def test_unscaling_looks_at_gradients_and_changes_them() -> None:
    assert shown(*MADE, "mixed.unscale_(optimizer)") == ["read mixed.unscale_()"]


def test_a_scaled_loss_runs_the_backward() -> None:
    assert shown(*MADE, "mixed.scale(loss).backward()") == ["backward mixed.scale(loss)"]


@pytest.mark.parametrize(
    "call",
    ["update()", "get_scale()", "is_enabled()", "state_dict()", "load_state_dict(state)", "scale(loss)"],
)
def test_the_rest_does_nothing_to_gradients(call: str) -> None:
    assert shown(*MADE, f"mixed.{call}") == []


def test_an_optimizer_that_is_computed_is_no_step_that_can_be_told() -> None:
    assert "step" not in [one.partition(" ")[0] for one in shown(*MADE, "mixed.step(make())")]


def test_a_feature_scaler_of_another_library_is_none() -> None:
    made = "scaler = StandardScaler()"
    assert shown(made, "scaler.step(optimizer)") != ["step optimizer"]
    assert shown(made, "scaler.transform(x)") == []
