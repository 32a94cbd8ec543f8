import torch

params = [model.head.weight]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def more():
    params.append(model.body.weight)


for i, (x, y) in enumerate(loader):
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in params:
        p.grad = None
    if i == 2:
        more()
