import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
spare = torch.optim.SGD(model2.parameters(), lr=0.1, momentum=0.9).param_groups
for i, (x, y) in enumerate(loader):
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
    if i % 2:
        optimizer.param_groups, spare = spare, optimizer.param_groups
