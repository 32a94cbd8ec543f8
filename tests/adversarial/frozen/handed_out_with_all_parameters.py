import torch
from torch import nn


class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 1)

    def forward(self, x):
        h = self.l(x)
        return h


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(4, 4)
        self.d = D()
        self.opt_g = torch.optim.SGD(self.g.parameters(), lr=0.1, momentum=0.9)
        self.opt_d = torch.optim.SGD(self.d.parameters(), lr=0.1, momentum=0.9)

    def fit(self, batches):
        for x, y in batches:
            loss_d = (self.d(x) + self.d(self.g(x).detach())).pow(2).mean()
            loss_d.backward()
            self.opt_d.step()
            self.opt_d.zero_grad()
            self.opt_g.zero_grad()
            self.d.requires_grad_(False)
            for p in self.parameters():
                p.requires_grad = True
            loss_g = self.d(self.g(x)).pow(2).mean()
            loss_g.backward()
            self.opt_g.step()


Pair().fit(loader)
