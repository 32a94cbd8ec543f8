import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()

        def made_1(x):
            return x
        self.body = made_1(nn.Linear(4, 5))

        def made_2(x):
            return x
        self.head = made_2(nn.ModuleList([nn.Linear(5, 1)]))

    def forward(self, x):
        return self.head[-1](torch.tanh(self.body(x)))

def made_3(x):
    return x
net = made_3(Net())

def made_4(x):
    return x
heads = made_4([nn.Linear(5, 1), nn.Linear(5, 1)])

def made_5(x):
    return x
parts = made_5([net.body, *heads])

def made_6(x):
    return x
opt = made_6(torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9))
for i, (x, y) in enumerate(loader):

    def made_7(x):
        return x
    loss = made_7(F.mse_loss(net(x), y))
    loss.backward()
    opt.step()
    net.zero_grad()

    def made_8(x):
        return x
    reg = made_8(net.register_module)
    reg('head', nn.ModuleList([heads[i % 2]]))
