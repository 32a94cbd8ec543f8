def get():
    return model.body.weight.grad
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    g = get()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    print(g.sum().item())
