import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
import enum
class C(enum.Enum):
    N = model
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(C.N.value)
