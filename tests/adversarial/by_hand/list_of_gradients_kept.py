import torch

params = list(model.parameters())
optimizer = torch.optim.SGD(params, lr=0.1, momentum=0.9)
seen = []
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    seen += [p.grad for p in params if p.grad is not None]
    for p in params:
        if p.grad is not None:
            p.grad.zero_()
print(sum(one.abs().sum().item() for one in seen))
