import torch
from torch import nn
class Net(nn.Module):
    one = None
    def __new__(cls):
        if cls.one is None:
            cls.one = super().__new__(cls)
        return cls.one
    def __init__(self):
        if "l" not in self.__dict__.get("_modules", {}):
            super().__init__()
            self.l = nn.Linear(4, 1)
    def forward(self, x):
        return self.l(x)
a = Net()
b = Net()
opt_a = torch.optim.SGD(a.parameters(), lr=0.1)
opt_b = torch.optim.SGD(b.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(a(x) + b(x), y)
    loss.backward()
    opt_a.step()
    opt_a.zero_grad()
    opt_b.step()
    opt_b.zero_grad()
