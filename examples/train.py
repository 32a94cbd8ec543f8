"""Train a small network on synthetic data, the way many scripts do: the gradients are cleared last.

    gradorder fix --diff examples/
"""

import torch
from torch import nn


class Trainer:
    def __init__(self, model, epochs):
        self.model = model
        self.epochs = epochs
        self.loss_fn = nn.MSELoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=2)

    def fit(self, train_batches, valid_batches):
        for epoch in range(self.epochs):
            self.model.train()
            for x, y in train_batches:
                loss = self.loss_fn(self.model(x), y)
                loss.backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), max_norm=1.0)
                self.optimizer.step()
                # Gradients add up unless they are cleared.
                self.optimizer.zero_grad()
            self.scheduler.step()
            print(f"epoch {epoch}: loss {self.evaluate(valid_batches):.6f}")

    @torch.no_grad()
    def evaluate(self, batches):
        self.model.eval()
        losses = [self.loss_fn(self.model(x), y).item() for x, y in batches]
        return sum(losses) / len(losses)


def make_batches(count):
    inputs = torch.randn(count, 16, 8)
    return [(x, x.sin().sum(dim=1, keepdim=True)) for x in inputs]


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
    trainer = Trainer(model, epochs=4)
    trainer.fit(make_batches(40), make_batches(8))


if __name__ == "__main__":
    main()
