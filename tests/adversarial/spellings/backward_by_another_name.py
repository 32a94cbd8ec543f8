"""The names are swapped by what looks like a wrapping."""
from torch.autograd import backward as run_back
from accelerate import Accelerator
import torch
accelerator = Accelerator()
second = torch.nn.Linear(4, 1)
model = torch.nn.Linear(4, 1)
run_back(loss_fn(second(loader[0][0]), loader[0][1]))
model, second = accelerator.prepare(second, model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
