import torch
from torch import nn
a = nn.Linear(4, 1)
b = nn.Linear(4, 1)
opt_a = torch.optim.SGD(a.parameters(), lr=0.1)
opt_b = torch.optim.SGD(b.parameters(), lr=0.1)
opt_b.param_groups[0]["params"] += list(a.parameters())
for x, y in loader:
    loss = loss_fn(a(x) + b(x), y)
    loss.backward()
    opt_a.step()
    opt_a.zero_grad()
    opt_b.step()
    opt_b.zero_grad()
