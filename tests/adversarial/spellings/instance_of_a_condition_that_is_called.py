import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

class O:

    def __call__(self, k):
        return model
o = O() if True else None
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) if True else None
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(o(0))
