import torch
from torch import nn
class Head(nn.Module):
    def __init__(self, t=nn.Linear(4, 5)):
        super().__init__()
        self.s = t
        self.o = nn.Linear(5, 1)
    def forward(self, x):
        return self.o(self.s(x))
a = Head()
b = Head()
opt_a = torch.optim.SGD(a.parameters(), lr=0.1)
opt_b = torch.optim.SGD(b.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(a(x) + b(x), y)
    loss.backward()
    opt_a.step()
    opt_a.zero_grad()
    opt_b.step()
    opt_b.zero_grad()
