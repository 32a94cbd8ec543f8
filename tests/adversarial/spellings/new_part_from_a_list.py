import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super().__init__()
        made_1 = [nn.Linear(4, 5)]
        self.body, = made_1
        made_2 = [nn.Linear(5, 1)]
        self.head, = made_2

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))

def swap(net, head):
    made_3 = [head]
    net.head, = made_3
made_4 = [Net()]
net, = made_4
made_5 = [[nn.Linear(5, 1), nn.Linear(5, 1)]]
heads, = made_5
made_6 = [[net.body, *heads]]
parts, = made_6
made_7 = [torch.optim.SGD([p for part in parts for p in part.parameters()], lr=0.1, momentum=0.9)]
opt, = made_7
for i, (x, y) in enumerate(loader):
    made_8 = [F.mse_loss(net(x), y)]
    loss, = made_8
    loss.backward()
    opt.step()
    net.zero_grad()
    swap(net, heads[i % 2])
