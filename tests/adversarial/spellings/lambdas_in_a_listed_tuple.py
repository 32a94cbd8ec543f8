import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
c = (lambda k: model,)
for i, (x, y) in list(enumerate(loader)):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for f in list(c):
        monitor(f(1))
