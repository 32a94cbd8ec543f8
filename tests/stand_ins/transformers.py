"""Hugging Face transformers: a Trainer, of which the methods that pages call are shown, a model, a tokenizer, a collator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class TrainingArguments:
    """How a Trainer trains: after how many batches it steps."""

    def __init__(
        self, output_dir: str, learning_rate: float = 0.1, gradient_accumulation_steps: int = 1
    ) -> None:
        self.output_dir = output_dir
        self.learning_rate = learning_rate
        self.gradient_accumulation_steps = gradient_accumulation_steps


class Trainer:
    """Keeps a model, and trains it with an optimizer of its own."""

    def __init__(
        self,
        model: Any,
        args: Any = None,
        data_collator: Callable[..., Any] | None = None,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        optimizer: Any = None,
        compute_metrics: Callable[..., dict[str, float]] | None = None,
        callbacks: Any = (),
    ) -> None:
        self.model = model
        self.args = args or TrainingArguments("here")
        self.data_collator = data_collator
        self.train_dataset = train_dataset or [(torch.ones(4, 4) * row, torch.ones(4, 1)) for row in range(3)]
        self.eval_dataset = eval_dataset or self.train_dataset
        self.optimizer = optimizer
        self.compute_metrics = compute_metrics
        self.callbacks = list(callbacks)
        self.tell("on_init_end")

    def tell(self, what: str) -> None:
        for one in self.callbacks:
            getattr(one, what, lambda model: None)(model=self.model)

    def add_callback(self, one: Any) -> None:
        self.callbacks.append(one)

    def batches(self, dataset: Any) -> Iterator[Any]:
        for number in range(len(dataset)):
            yield dataset[number] if self.data_collator is None else self.data_collator(dataset[number])

    def training_step(self, model: Any, inputs: Any) -> torch.Tensor:
        x, y = inputs
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def train(self) -> None:
        """Three batches. As in transformers 4.20, what is too little for a step is left behind."""
        optimizer = torch.optim.SGD(self.model.parameters(), lr=self.args.learning_rate)
        self.model.zero_grad()
        self.tell("on_train_begin")
        for number, batch in enumerate(self.batches(self.train_dataset)):
            self.training_step(self.model, batch)
            if (number + 1) % self.args.gradient_accumulation_steps == 0:
                optimizer.step()
                self.model.zero_grad()

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        output = torch.cat([self.model(x) for x, _ in self.batches(self.eval_dataset)])
        self.tell("on_evaluate")
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


class TFAutoModel:
    """A model of the library for TensorFlow: no module of torch."""

    @classmethod
    def from_pretrained(cls, name: str) -> TFAutoModel:
        assert name
        return cls()

    def compile(self, loss: Any = None) -> None:
        self.loss = loss

    def fit(self, rows: Any, callbacks: Any = ()) -> None:
        assert rows
        for one in callbacks:
            one.on_epoch_end(0)


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
