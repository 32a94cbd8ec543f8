import torch
made_1 = [torch.optim.SGD([{'params': list(model.parameters())}, {'params': list(model2.parameters())}], lr=0.1)]
optimizer, = made_1
made_2 = [{'a': optimizer.param_groups}]
d, = made_2
for i, (x, y) in enumerate(loader):
    made_3 = [loss_fn(model(x), y) + loss_fn(model2(x), y)]
    loss, = made_3
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if i == 1:
        made_4 = [d['a'].pop()]
        spare, = made_4
    if i == 3:
        d['a'].append(spare)
