# drive: work(1)
import torch
from accelerate import notebook_launcher as start


def work(depth):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        if depth:
            start(work, (depth - 1,), num_processes=1)
        optimizer.step()
        optimizer.zero_grad()
