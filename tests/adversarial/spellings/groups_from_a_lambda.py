import torch

optimizer = torch.optim.SGD(
    [{"params": list(model.parameters())}, {"params": list(model2.parameters())}], lr=0.1
)
spare = []
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    groups = (lambda: optimizer.param_groups)()
    if i == 1:
        spare = groups.pop()
    if i == 3:
        groups.append(spare)
