import torch
from torch import nn

class Net(nn.Module):

    def __init__(self):
        me: object = self
        super().__init__()
        me.body: object = nn.Linear(4, 5)
        me.heads: object = [nn.Linear(5, 1), nn.Linear(5, 1)]
        me.select(0)

    def select(self, task):
        me: object = self
        me.head: object = me.heads[task]

    def forward(self, x):
        me: object = self
        return me.head(torch.tanh(me.body(x)))
net: object = Net()
parts: object = [net.body, *net.heads]
opt: object = torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss: object = loss_fn(net(x), y)
    loss.backward()
    opt.step()
    net.zero_grad()
    net.select(i % 2)
