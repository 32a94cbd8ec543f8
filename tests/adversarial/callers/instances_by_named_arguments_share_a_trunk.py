# drive: t0.fit(); t2.fit()
import torch
from torch import nn
TRUNK = torch.nn.Linear(4, 1)
class Head(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = TRUNK
        self.a = torch.nn.Parameter(torch.ones(1))
    def forward(self, x):
        return self.trunk(x) * self.a
model = Head()
generator = Head()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)
opt_g = torch.optim.SGD([generator.a], lr=0.05, momentum=0.9, weight_decay=0.01)
class Trainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer
    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.after_step()
    def look(self):
        pass
    def after_step(self):
        pass
class Derived(Trainer):
    def after_step(self):
        pass
    def fit(self):
        super().fit()
        pass
t0 = Trainer(**{"model": generator, "optimizer": opt_g})
t2 = Trainer(**{"model": model, "optimizer": optimizer})
