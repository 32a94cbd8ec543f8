import torch
from torch import nn
trunk = nn.Linear(4, 5)
a = nn.Sequential(trunk, nn.Linear(5, 1))
b = nn.Sequential(trunk, nn.Linear(5, 1))
opt_a = torch.optim.SGD(a.parameters(), lr=0.1)
opt_b = torch.optim.SGD(b.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(a(x) + b(x), y)
    loss.backward()
    opt_a.step()
    opt_a.zero_grad()
    opt_b.step()
    opt_b.zero_grad()
