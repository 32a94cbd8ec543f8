import copy
import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, act=nn.PReLU()):
        super().__init__()
        self.o = nn.Linear(4, 4)
        self.act = act

    def forward(self, x):
        return self.act(self.o(x))


class Pair:
    def __init__(self):
        self.a = Head()
        self.b = Head()
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


Pair().fit()
