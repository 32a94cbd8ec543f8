import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        for self.body in [nn.Linear(4, 5)]:
            pass
        for self.head in [nn.Linear(5, 1)]:
            pass

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))

def swap(net, head):
    for net.head in [head]:
        pass
for net in [Net()]:
    pass
for heads in [[nn.Linear(5, 1), nn.Linear(5, 1)]]:
    pass
for parts in [[net.body, *heads]]:
    pass
for opt in [torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9)]:
    pass
for i, (x, y) in enumerate(loader):
    for loss in [F.mse_loss(net(x), y)]:
        pass
    loss.backward()
    opt.step()
    net.zero_grad()
    swap(net, heads[i % 2])
