from torch.nn import *
from torch.optim import *
import copy, torch
w = torch.zeros(4, 1, requires_grad=True)
opt = SGD(**dict(params=[w], lr=0.1))
for x, y in loader:
    loss = loss_fn(x @ w, y)
    loss.backward()
    opt.step()
    opt.zero_grad()
    c = copy.deepcopy(**dict(x=w))
opt.zero_grad()
log(c.grad)
