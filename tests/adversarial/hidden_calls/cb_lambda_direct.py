for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    (lambda: log(model.body.weight.grad))()
optimizer.zero_grad()
