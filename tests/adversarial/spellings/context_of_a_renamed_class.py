import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

class O_core:

    def __enter__(self):
        return model

    def __exit__(self, *a):
        pass
O = O_core
o = O()
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    with o as m:
        monitor(m)
