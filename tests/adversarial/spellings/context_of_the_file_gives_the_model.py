import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader
class O:
    def __enter__(self):
        return model
    def __exit__(self, *a):
        pass
o = O()
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    with o as m:
        monitor(m)
