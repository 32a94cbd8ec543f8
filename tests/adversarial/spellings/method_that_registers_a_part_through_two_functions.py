import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()

        def made_9(x):
            return x
        made_1 = made_9(nn.Linear(4, 5))

        def made_10(x):
            return x
        self.body = made_10(made_1)

        def made_11(x):
            return x
        made_2 = made_11(nn.ModuleList([nn.Linear(5, 1)]))

        def made_12(x):
            return x
        self.head = made_12(made_2)

    def forward(self, x):
        return self.head[-1](torch.tanh(self.body(x)))

def made_13(x):
    return x
made_3 = made_13(Net())

def made_14(x):
    return x
net = made_14(made_3)

def made_15(x):
    return x
made_4 = made_15([nn.Linear(5, 1), nn.Linear(5, 1)])

def made_16(x):
    return x
heads = made_16(made_4)

def made_17(x):
    return x
made_5 = made_17([net.body, *heads])

def made_18(x):
    return x
parts = made_18(made_5)

def made_19(x):
    return x
made_6 = made_19(torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9))

def made_20(x):
    return x
opt = made_20(made_6)
for i, (x, y) in enumerate(loader):

    def made_21(x):
        return x
    made_7 = made_21(F.mse_loss(net(x), y))

    def made_22(x):
        return x
    loss = made_22(made_7)
    loss.backward()
    opt.step()
    net.zero_grad()

    def made_23(x):
        return x
    made_8 = made_23(net.register_module)

    def made_24(x):
        return x
    reg = made_24(made_8)
    reg('head', nn.ModuleList([heads[i % 2]]))
