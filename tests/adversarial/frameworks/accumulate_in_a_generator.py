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

def batches():
    for x, y in loader:
        with accelerator.accumulate(None):
            yield x, y
net, opt = accelerator.prepare(model, optimizer)
for x, y in batches():
    loss = F.mse_loss(net(x), y)
    accelerator.backward(loss)
    opt.step()
    opt.zero_grad()
