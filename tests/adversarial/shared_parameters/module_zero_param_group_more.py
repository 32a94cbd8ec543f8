import torch
from torch import nn
a = nn.Linear(4, 1)
b = nn.Linear(4, 1)
opt = torch.optim.SGD(a.parameters(), lr=0.1)
opt.param_groups[0]["params"] += list(b.parameters())
loss_fn(b(valid_loader[0][0]), valid_loader[0][1]).backward()
a.zero_grad()
for x, y in loader:
    loss = loss_fn(a(x) + b(x), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
