# drive: fit()
import torch
from lib import remember


class Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one = torch.nn.Linear(4, 1)
        self.other = torch.nn.Linear(4, 1)

    def forward(self, x, both=False):
        return self.one(x) + self.other(x) if both else self.one(x)


net = Two()
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def step(x, y):
    loss = loss_fn(net(x, both=True), y)
    loss.backward()
    opt.step()
    opt.zero_grad(set_to_none=False)


def fit():
    for x, y in loader:
        loss = loss_fn(net(x), y)
        loss.backward()
        opt.step()
        opt.zero_grad()


for x, y in loader:
    step(x, y)
remember(net)
