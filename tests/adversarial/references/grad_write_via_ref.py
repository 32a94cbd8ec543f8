g0 = None
x0, y0 = valid_loader[0]
loss_fn(model(x0), y0).backward()
optimizer.zero_grad(set_to_none=False)
g0 = model.body.bias.grad
g0[0] = 2.0
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
