import torch

optimizer = torch.optim.SGD([{"params": model.parameters()}, {"params": model2.parameters()}], lr=0.1)
for i, (x, y) in enumerate(loader):
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
    if i == 1:
        gone = optimizer.param_groups.pop()
    if i == 3:
        optimizer.param_groups.append(gone)
