import torch
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 5)
        self.head = nn.Linear(5, 1)
        self.aux = nn.Linear(5, 1)
        self.more = nn.ModuleList([nn.Linear(5, 1)])
        self.d = nn.ModuleDict({'a': nn.Linear(5, 1)})
    def forward(self, x):
        h = torch.tanh(self.body(x))
        out = self.head(h)
        if getattr(self, 'aux', None) is not None:
            out = out + self.aux(h)
        for m in self.more:
            out = out + m(h)
        for m in self.d.values():
            out = out + m(h)
        return out

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss = F.mse_loss(net(x), y)
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 1:
        net._modules.pop("aux")
