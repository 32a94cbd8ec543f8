import torch

optimizer = torch.optim.SGD([{"params": list(model.parameters())}, {"params": list(model2.parameters())}], lr=0.1)
spare = []
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for n, group in enumerate(optimizer.param_groups):
        if n:
            group['params'], spare = spare, group['params']
