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


def set_requires_grad(nets, flag=False):
    if not isinstance(nets, list):
        nets = [nets]
    for net in nets:
        if net is not None:
            for p in net.parameters():
                p.requires_grad = not flag


g = G()
d = D()
opt_g = torch.optim.SGD(g.parameters(), lr=0.1, momentum=0.9)
opt_d = torch.optim.SGD(d.parameters(), lr=0.1, momentum=0.9)
criterion = nn.MSELoss()
for x, y in loader:
    loss_d = criterion(d(x), y) + criterion(d(g(x).detach()), y)
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    opt_g.zero_grad()
    set_requires_grad(d, False)
    loss_g = criterion(d(g(x)), y)
    loss_g.backward()
    opt_g.step()
    set_requires_grad(d, True)
