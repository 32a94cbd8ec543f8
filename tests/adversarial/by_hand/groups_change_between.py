import torch

heads = list(model.head.parameters())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
everything = optimizer.param_groups[0]["params"]
for i, (x, y) in enumerate(loader):
    optimizer.param_groups[0]["params"] = heads if i % 2 else everything
    loss_fn(model(x), y).backward()
    optimizer.step()
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
