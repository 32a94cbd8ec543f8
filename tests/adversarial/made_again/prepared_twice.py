"""Trained between two wrappings."""

from accelerate import Accelerator

import torch

accelerator = Accelerator()
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model, optimizer = accelerator.prepare(model, optimizer)
accelerator.backward(loss_fn(model(loader[0][0]), loader[0][1]))
model = accelerator.prepare(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
