import torch

params = list(model.parameters())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def shrink(values):
    values.pop()


for i, (x, y) in enumerate(loader):
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in params:
        p.grad = None
    shrink(params)
