import torch
from torch import nn
import torch.nn.functional as F
A = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1))
B = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1))
opt_a = torch.optim.SGD(A.parameters(), lr=0.1, momentum=0.9)
opt_b = torch.optim.SGD(B.parameters(), lr=0.1, momentum=0.9)

for x, y in loader:
    loss_b = F.mse_loss(B(x), y)
    loss_b.backward()
    opt_b.step()
    opt_b.zero_grad()
    both = {B(x), y}
    with torch.no_grad():
        left = both - {y}
    loss_a = F.mse_loss(A(x), y) + left.pop().sum()
    loss_a.backward()
    opt_a.step()
    opt_a.zero_grad()
