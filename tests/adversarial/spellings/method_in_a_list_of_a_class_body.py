import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
class C:
    go = [optimizer.step]
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(i)
    if i == 1:
        C().go[0]()
