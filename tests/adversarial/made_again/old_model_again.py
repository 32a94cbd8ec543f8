"""The name means the old model again, whose gradients are still there."""

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn(model(loader[0][0]), loader[0][1]).backward()
old = model
del model
model = torch.nn.Linear(4, 1)
model = old
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
