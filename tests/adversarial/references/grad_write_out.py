import torch
x0, y0 = valid_loader[0]
loss_fn(model(x0), y0).backward()
optimizer.zero_grad(set_to_none=False)
torch.add(model.body.bias.grad, 1.0, out=model.body.bias.grad)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
