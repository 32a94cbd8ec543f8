import torch
optimizer = torch.optim.SGD([{"params": list(model.parameters())}, {"params": list(model2.parameters())}], lr=0.1)
d = {"a": optimizer.param_groups}
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if i == 1:
        spare = d["a"].pop()
    if i == 3:
        d["a"].append(spare)
