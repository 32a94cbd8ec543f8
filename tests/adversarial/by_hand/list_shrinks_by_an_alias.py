import torch

params = list(model.parameters())
optimizer = torch.optim.SGD(params, lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in params:
        p.grad = None
    if i == 2:
        again = params
        del again[:2]
