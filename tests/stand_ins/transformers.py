"""Hugging Face transformers: a Trainer, of which the methods that pages call are shown, a model, a tokenizer, a collator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable


class Trainer:
    """Keeps a model and an optimizer."""

    def __init__(
        self,
        model: Any,
        optimizer: Any = None,
        compute_metrics: Callable[..., dict[str, float]] | None = None,
        callbacks: Any = (),
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.compute_metrics = compute_metrics
        self.callbacks = callbacks

    def training_step(self, model: Any, inputs: Any) -> torch.Tensor:
        x, y = inputs
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def train(self) -> None:
        """A batch, whose gradients are left behind."""
        nn.functional.mse_loss(self.model(torch.ones(4, 4)), torch.ones(4, 1)).backward()  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        output = self.model(torch.ones(4, 4))
        for one in self.callbacks:
            one.on_evaluate(model=self.model)
        return {"loss": 0.0} if self.compute_metrics is None else self.compute_metrics(output.numpy())

    def push_to_hub(self) -> None:
        self.model.save_pretrained("here")


class AutoModel(nn.Sequential):
    """A model of the library."""

    @classmethod
    def from_pretrained(cls, name: str) -> AutoModel:
        assert name
        return cls(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))

    @torch.no_grad()
    def generate(self, x: torch.Tensor) -> torch.Tensor:
        return self(x).round()  # type: ignore[no-any-return]

    def prepare_decoder_input_ids_from_labels(self, labels: torch.Tensor) -> torch.Tensor:
        return labels.roll(1)

    def save_pretrained(self, folder: str) -> None:
        assert folder
        self.state_dict()


class AdamW(torch.optim.AdamW):
    """The library's own, before it had torch's."""


class AutoTokenizer:
    """Numbers to text."""

    @classmethod
    def from_pretrained(cls, name: str) -> AutoTokenizer:
        assert name
        return cls()

    def batch_decode(self, rows: Any) -> list[str]:
        return [str(one) for one in rows.tolist()]


class DataCollatorForSeq2Seq:
    """Makes a batch, for which a model shifts the labels."""

    def __init__(self, tokenizer: Any, model: Any = None) -> None:
        self.tokenizer = tokenizer
        self.model = model

    def __call__(self, features: Any) -> Any:
        x, y = features
        if self.model is not None:
            self.model.prepare_decoder_input_ids_from_labels(y)
        return x, y
