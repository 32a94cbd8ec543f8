import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
class O:
    @classmethod
    def make(cls, m):
        cls.m = m
O.make(model)
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(O().m)
