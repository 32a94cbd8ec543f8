import torch, functools, itertools, contextlib, lib
from torch.utils.data import DataLoader

class O_core:

    def __matmul__(self, k):
        return model
O = O_core
o = O()
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(o @ 1)
