"""A data set of parameters."""

import torch
from torch.utils.data import DataLoader

batches = DataLoader(list(model.parameters()), batch_size=None)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    [monitor(torch.nn.ParameterList([p])) for p in batches]
