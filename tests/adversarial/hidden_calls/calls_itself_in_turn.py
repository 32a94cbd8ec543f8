# drive: even(1)
import torch


def even(depth):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        odd(depth)
        optimizer.step()
        optimizer.zero_grad()


def odd(depth):
    if depth:
        even(depth - 1)
