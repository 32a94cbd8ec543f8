import torch
x0, y0 = valid_loader[0]
loss_fn(model(x0), y0).backward()
optimizer.zero_grad(set_to_none=False)
model.body.bias.grad.data = torch.ones(5)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
