import contextlib
import torch
with contextlib.nullcontext(torch.optim.SGD([{'params': list(model.parameters())}, {'params': list(model2.parameters())}], lr=0.1)) as optimizer:
    pass
with contextlib.nullcontext([]) as spare:
    pass
for i, (x, y) in enumerate(loader):
    with contextlib.nullcontext(loss_fn(model(x), y) + loss_fn(model2(x), y)) as loss:
        pass
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    with contextlib.nullcontext(optimizer.param_groups) as groups:
        pass
    if i == 1:
        with contextlib.nullcontext(groups.pop()) as spare:
            pass
    if i == 3:
        groups.append(spare)
