import copy
import torch
from torch import nn


class Pair:
    def __init__(self):
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self.opt_a = torch.optim.SGD(self.a.parameters(), lr=0.1)
        self.opt_b = torch.optim.SGD(self.b.parameters(), lr=0.1)

    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.b(self.a(x)), y)
            loss.backward()
            self.opt_a.step()
            self.opt_a.zero_grad()
            self.opt_b.step()
            self.opt_b.zero_grad()


pair = Pair()
pair.opt_a = torch.optim.SGD(pair.b.parameters(), lr=0.1)
pair.fit()
