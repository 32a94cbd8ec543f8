import torch

params, rest = list(model.parameters())[:2], list(model.parameters())[2:]
first, *others = list([params, rest])
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in first:
        p.grad = None
