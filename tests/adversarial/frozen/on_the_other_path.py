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


g = G()
d = D()
opt_g = torch.optim.SGD(g.parameters(), lr=0.1, momentum=0.9)
opt_d = torch.optim.SGD(d.parameters(), lr=0.1, momentum=0.9)
criterion = nn.MSELoss()
for index, (x, y) in enumerate(loader):
    loss_d = criterion(d(x), y) + criterion(d(g(x).detach()), y)
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    opt_g.zero_grad()
    if index % 2:
        pass
    else:
        d.requires_grad_(False)
    loss_g = criterion(d(g(x)), y)
    loss_g.backward()
    opt_g.step()
    d.requires_grad_(True)
