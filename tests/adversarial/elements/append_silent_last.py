import torch
def build(m):
    return torch.optim.SGD(m.parameters(), lr=0.1)
def make():
    return build(model2)
opts = [build(model)]
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[-1].step()
    opts[-1].zero_grad()
    if i == 3:
        opts.append(make())
