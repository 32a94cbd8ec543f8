import torch
optimizer = dict(a=torch.optim.SGD([{'params': list(model.parameters())}, {'params': list(model2.parameters())}], lr=0.1))['a']
spare = dict(a=[])['a']
for i, (x, y) in enumerate(loader):
    loss = dict(a=loss_fn(model(x), y) + loss_fn(model2(x), y))['a']
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    groups = dict(a=(lambda: optimizer.param_groups)())['a']
    if i == 1:
        spare = dict(a=groups.pop())['a']
    if i == 3:
        groups.append(spare)
