def get():
    return model.body.weight.grad
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    g = get()
    optimizer.zero_grad(set_to_none=False)
    log(g)
