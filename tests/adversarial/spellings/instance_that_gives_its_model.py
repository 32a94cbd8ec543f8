import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
class C:
    def __init__(self):
        self.n = model
    def __iter__(self):
        yield self.n
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(*C())
