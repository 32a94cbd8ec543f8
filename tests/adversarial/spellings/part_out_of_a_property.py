import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 5)
        self.side = nn.Linear(4, 5)
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        if x[0, 0] > 0:
            h = h + self.side(x)
        return self.head(h)

    @property
    def body(self):
        return self._body

    @body.setter
    def body(self, value):
        self._body = value

    @property
    def head(self):
        return self._head

    @head.setter
    def head(self, value):
        self._head = value

    @property
    def side(self):
        return self._side

    @side.setter
    def side(self, value):
        self._side = value

class N2(Net):

    def __init__(self):
        super().__init__()
        self.heads = [nn.Linear(5, 1), nn.Linear(5, 1)]

    def select(self, i):
        self.head = self.heads[i]

    @property
    def head(self):
        return self._head

    @head.setter
    def head(self, value):
        self._head = value

    @property
    def heads(self):
        return self._heads

    @heads.setter
    def heads(self, value):
        self._heads = value
net = N2()
opt = torch.optim.SGD([*net.body.parameters(), *net.heads[0].parameters(), *net.heads[1].parameters()], lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss = F.mse_loss(net(x), y)
    loss.backward()
    opt.step()
    net.zero_grad()
    net.select(i % 2)
