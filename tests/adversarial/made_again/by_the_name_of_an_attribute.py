# drive: t = Trainer(model, model2, optimizer); t.fit(); t.swap(); t.fit()
import torch


class Trainer:
    def __init__(self, model, other, optimizer):
        self.model, self.other = model, other
        self.optimizer = optimizer

    def swap(self):
        vars(self)["optimizer"] = torch.optim.SGD(self.other.parameters(), lr=0.1, momentum=0.9)

    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.model(x), y) + loss_fn(self.other(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
