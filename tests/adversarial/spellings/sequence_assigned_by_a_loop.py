import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        for self.body in [nn.Linear(4, 5)]:
            pass
        for self.side in [nn.Linear(4, 5)]:
            pass
        for self.head in [nn.Linear(5, 1)]:
            pass

    def forward(self, x):
        for h in [torch.tanh(self.body(x))]:
            pass
        if x[0, 0] > 0:
            for h in [h + self.side(x)]:
                pass
        return self.head(h)
for net in [nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 1))]:
    pass
for opt in [torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)]:
    pass
for i, (x, y) in enumerate(loader):
    for loss in [F.mse_loss(net(x), y)]:
        pass
    loss.backward()
    opt.step()
    net.zero_grad()
    if i == 3:
        net[2] = nn.Linear(5, 1)
