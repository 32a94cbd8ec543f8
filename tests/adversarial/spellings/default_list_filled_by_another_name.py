import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

def f_core(l=[]):
    return l
f = f_core
f().append(model)
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(f()[0])
