import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
import types
c = []
o = types.SimpleNamespace(l=c)
o.l.append(model)
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
