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
        self.side = made_2(nn.Linear(4, 5))

        def made_3(x):
            return x
        self.head = made_3(nn.Linear(5, 1))

    def forward(self, x):

        def made_4(x):
            return x
        h = made_4(torch.tanh(self.body(x)))
        if x[0, 0] > 0:

            def made_5(x):
                return x
            h = made_5(h + self.side(x))
        return self.head(h)

def made_6(x):
    return x
net = made_6(Net())

def made_7(x):
    return x
opt = made_7(torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9))
for i, (x, y) in enumerate(loader):

    def made_8(x):
        return x
    loss = made_8(F.mse_loss(net(x), y))
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 3:
        for m in net.modules():
            if isinstance(m, nn.Linear):

                def made_9(x):
                    return x
                m.weight = made_9(nn.Parameter(m.weight * 0.9))
