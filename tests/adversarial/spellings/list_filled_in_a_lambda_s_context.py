import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
c = []
with contextlib.nullcontext((lambda: c)()) as d:
    d.append((lambda: model)())
for i, (x, y) in enumerate((lambda: loader)()):
    loss = loss_fn((lambda: model((lambda: x)()))(), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor((lambda: c[0])())
