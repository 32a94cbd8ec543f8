import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        made_1 = nn.Linear(4, 5)
        self.body = made_1
        made_2 = nn.ModuleList([nn.Linear(5, 1)])
        self.head = made_2

    def forward(self, x):
        return self.head[-1](torch.tanh(self.body(x)))
made_3 = Net()
net = made_3
made_4 = [nn.Linear(5, 1), nn.Linear(5, 1)]
heads = made_4
made_5 = [net.body, *heads]
parts = made_5
made_6 = torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9)
opt = made_6
for i, (x, y) in enumerate(loader):
    made_7 = F.mse_loss(net(x), y)
    loss = made_7
    loss.backward()
    opt.step()
    net.zero_grad()
    made_8 = net.register_module
    reg = made_8
    reg('head', nn.ModuleList([heads[i % 2]]))
