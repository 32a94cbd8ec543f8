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
        self.head = made_2(nn.Linear(5, 1))

        def made_3(x):
            return x
        self.aux = made_3(nn.Linear(5, 1))

        def made_4(x):
            return x
        self.more = made_4(nn.ModuleList([nn.Linear(5, 1)]))

        def made_5(x):
            return x
        self.d = made_5(nn.ModuleDict({'a': nn.Linear(5, 1)}))

    def forward(self, x):

        def made_6(x):
            return x
        h = made_6(torch.tanh(self.body(x)))

        def made_7(x):
            return x
        out = made_7(self.head(h))
        if getattr(self, 'aux', None) is not None:

            def made_8(x):
                return x
            out = made_8(out + self.aux(h))
        for m in self.more:

            def made_9(x):
                return x
            out = made_9(out + m(h))
        for m in self.d.values():

            def made_10(x):
                return x
            out = made_10(out + m(h))
        return out

def drop(n):

    def made_11(x):
        return x
    n.aux = made_11(None)

def made_12(x):
    return x
net = made_12(Net())

def made_13(x):
    return x
opt = made_13(torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9))
for i, (x, y) in enumerate(loader):

    def made_14(x):
        return x
    loss = made_14(F.mse_loss(net(x), y))
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 1:
        drop(net)
