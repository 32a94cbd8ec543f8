import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    params = list(model.parameters())[i % 2 :]
    chosen = [p for p in params]
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in chosen:
        p.grad = None
