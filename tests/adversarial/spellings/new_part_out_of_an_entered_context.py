import contextlib
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(contextlib.nullcontext(4).__enter__(), 5)
        self.head = nn.Linear(contextlib.nullcontext(5).__enter__(), 1)

    def forward(self, x):
        return self.head(contextlib.nullcontext(torch.tanh(contextlib.nullcontext(self.body(contextlib.nullcontext(x).__enter__())).__enter__())).__enter__())
net = Net()
heads = [nn.Linear(contextlib.nullcontext(5).__enter__(), 1), nn.Linear(contextlib.nullcontext(5).__enter__(), 1)]
parts = [net.body, *heads]
opt = torch.optim.SGD(contextlib.nullcontext([p for part in parts for p in part.parameters()]).__enter__(), lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(contextlib.nullcontext(loader).__enter__()):
    loss = F.mse_loss(contextlib.nullcontext(net(contextlib.nullcontext(x).__enter__())).__enter__(), y)
    loss.backward()
    opt.step()
    net.zero_grad()
    net.head = sorted(contextlib.nullcontext(heads).__enter__(), key=id)[i % 2]
