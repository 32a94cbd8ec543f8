import copy
import torch
from torch import nn


class Pair:
    def __init__(self):
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 1)
        self.opt_a = torch.optim.SGD(self.a.parameters(), lr=0.1)
        self.opt_b = torch.optim.SGD(self.b.parameters(), lr=0.1)


first = Pair()
second = first
for x, y in loader:
    loss = loss_fn(first.b(first.a(x)), y)
    loss.backward()
    first.opt_a.step()
    first.opt_a.zero_grad()
    second.opt_a.step()
    first.opt_b.step()
    first.opt_b.zero_grad()
