import types
import torch
optimizer = torch.optim.SGD(types.SimpleNamespace(v=[{'params': list(types.SimpleNamespace(v=model.parameters()).v)}, {'params': list(types.SimpleNamespace(v=model2.parameters()).v)}]).v, lr=0.1)
spare = []
for i, (x, y) in enumerate(types.SimpleNamespace(v=loader).v):
    loss = loss_fn(types.SimpleNamespace(v=model(types.SimpleNamespace(v=x).v)).v, y) + loss_fn(types.SimpleNamespace(v=model2(types.SimpleNamespace(v=x).v)).v, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for n, group in enumerate(types.SimpleNamespace(v=optimizer.param_groups).v):
        if n:
            group['params'], spare = (spare, group['params'])
