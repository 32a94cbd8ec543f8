from torch.nn import *
from torch.optim import *

import torch


class Net(Module):
    def __init__(self):
        super().__init__()
        self.body = Linear(4, 5)
        self.heads = [Linear(5, 1), Linear(5, 1)]
        self.select(0)

    def select(self, task):
        self.head = self.heads[task]

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


net = Net()
parts = [net.body, *net.heads]
opt = SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss = loss_fn(net(x), y)
    loss.backward()
    opt.step()
    net.zero_grad()
    net.select(i % 2)
