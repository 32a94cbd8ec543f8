import torch

w = torch.zeros(4, 1, requires_grad=True)
v = torch.ones(4, 1, requires_grad=True)
optimizer = torch.optim.SGD([w, v], lr=0.05, momentum=0.9)
for x, y in loader:
    loss_fn(x @ (w + 2 * v), y).backward()
    optimizer.step()
    w.grad = None
    w, v = v, w
    v.grad = None
