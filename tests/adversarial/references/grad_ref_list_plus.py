s = []
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    s += [model.body.weight.grad]
    optimizer.zero_grad(set_to_none=False)
    log(s)
