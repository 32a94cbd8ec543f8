import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

class O:

    def __init__(self, l):
        self.l = l
c = []
o = O((lambda v: v)(c))
o.l.append((lambda v: v)(model))
for i, (x, y) in enumerate((lambda v: v)(loader)):
    loss = loss_fn((lambda v: v)(model((lambda v: v)(x))), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor((lambda v: v)(c[0]))
