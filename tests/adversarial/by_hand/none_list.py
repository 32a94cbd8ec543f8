import torch

params = [p for p in model.parameters() if p.grad is None]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in params:
        p.grad = None
    print(len([p for p in params if p.grad is None]))
