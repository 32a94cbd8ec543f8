import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 5)
        self.side = nn.Linear(4, 5)
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        if x[0, 0] > 0:
            h = h + self.side(x)
        return self.head(h)


class N2(Net):
    def grow(self):
        self.old = self.head
        self.head = nn.Linear(5, 1)


class T:
    def __init__(self):
        self.net = N2()
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1, momentum=0.9)

    def grow(self):
        self.net.grow()

    def fit(self):
        for x, y in loader:
            loss = F.mse_loss(self.net(x), y)
            loss.backward()
            self.opt.step()
            self.net.zero_grad()


# drive: t = T(); t.fit(); t.grow(); t.fit()
