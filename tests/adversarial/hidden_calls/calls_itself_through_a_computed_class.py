# drive: Trainer(model).fit(1)
import torch


def same(x):
    return x


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def fit(self, depth):
        for x, y in loader:
            loss = loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            if depth:
                type(same(self)).fit(same(self), depth - 1)
            self.optimizer.zero_grad()
