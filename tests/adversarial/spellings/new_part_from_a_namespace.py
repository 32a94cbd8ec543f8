import types
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        self.body = types.SimpleNamespace(a=nn.Linear(4, 5)).a
        self.side = types.SimpleNamespace(a=nn.Linear(4, 5)).a
        self.head = types.SimpleNamespace(a=nn.Linear(5, 1)).a

    def forward(self, x):
        h = types.SimpleNamespace(a=torch.tanh(self.body(x))).a
        if x[0, 0] > 0:
            h = types.SimpleNamespace(a=h + self.side(x)).a
        return self.head(h)

def reinit(holder):
    holder.head = types.SimpleNamespace(a=nn.Linear(5, 1)).a
net = types.SimpleNamespace(a=Net()).a
opt = types.SimpleNamespace(a=torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)).a
for i, (x, y) in enumerate(loader):
    loss = types.SimpleNamespace(a=F.mse_loss(net(x), y)).a
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 3:
        reinit(net)
