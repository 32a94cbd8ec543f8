import torch

w = torch.zeros(4, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=0.05, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss_fn(x @ w + b, y).backward()
    optimizer.step()
    w.grad = None
    if i % 2:
        b.grad = None
