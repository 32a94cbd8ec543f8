import torch
from torch import nn


class G(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)

    def forward(self, z):
        return torch.tanh(self.l(z))


class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 1)

    def forward(self, x):
        h = self.l(x)
        return h


class Trainer:
    def __init__(self):
        self.g = G()
        self.d = D()
        self.opt_g = torch.optim.SGD(self.g.parameters(), lr=0.1, momentum=0.9)
        self.opt_d = torch.optim.SGD(self.d.parameters(), lr=0.1, momentum=0.9)

    def freeze(self):
        self.d.requires_grad_(False)

    def both(self, other, x, y):
        self.freeze()
        other.generate(x, y)
        self.thaw()

    def thaw(self):
        self.d.requires_grad_(True)

    def generate(self, x, y):
        loss_g = criterion(self.d(self.g(x)), y)
        loss_g.backward()
        self.opt_g.step()
        self.opt_g.zero_grad()

    def learn(self, x, y):
        loss_d = criterion(self.d(x), y) + criterion(self.d(self.g(x).detach()), y)
        loss_d.backward()
        self.opt_d.step()
        self.opt_d.zero_grad()


criterion = nn.MSELoss()
one = Trainer()
two = Trainer()
for x, y in loader:
    one.both(two, x, y)
    two.learn(x, y)
