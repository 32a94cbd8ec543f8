# drive: fit(2)
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def fit(depth):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    if depth:
        fit(depth - 1)
    print(model.body.weight.grad)
