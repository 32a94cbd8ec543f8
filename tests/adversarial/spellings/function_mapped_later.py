import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
def f(k):
    return model
c = map(f, range(9))
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(next(c))
