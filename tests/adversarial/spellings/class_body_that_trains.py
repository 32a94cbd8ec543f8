import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

class Main:
    c = []

    def put(l):
        l.append(model)
    put(c)
    for i, (x, y) in enumerate(loader):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        monitor(c[0])
