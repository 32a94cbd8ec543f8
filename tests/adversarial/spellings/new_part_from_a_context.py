import contextlib
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        with contextlib.nullcontext(nn.Linear(4, 5)) as self.body:
            pass
        with contextlib.nullcontext(nn.Linear(4, 5)) as self.side:
            pass
        with contextlib.nullcontext(nn.Linear(5, 1)) as self.head:
            pass

    def forward(self, x):
        with contextlib.nullcontext(torch.tanh(self.body(x))) as h:
            pass
        if x[0, 0] > 0:
            with contextlib.nullcontext(h + self.side(x)) as h:
                pass
        return self.head(h)

def reinit(holder):
    with contextlib.nullcontext(nn.Linear(5, 1)) as holder.head:
        pass
with contextlib.nullcontext(Net()) as net:
    pass
with contextlib.nullcontext(torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)) as opt:
    pass
for i, (x, y) in enumerate(loader):
    with contextlib.nullcontext(F.mse_loss(net(x), y)) as loss:
        pass
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 3:
        reinit(net)
