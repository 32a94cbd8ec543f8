import torch
from torch import nn
import torch.nn.functional as F


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


class Fakes(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return g(torch.ones(4) * index)


batches = torch.utils.data.DataLoader(Fakes(), batch_size=2)
for x, y in loader:
    loss_g = criterion(d(g(x)), y)
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    loss_d = criterion(d(next(iter(batches))), torch.ones(2, 1))
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
