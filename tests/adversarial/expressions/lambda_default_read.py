for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    f = lambda v=str(model.body.weight.grad is None): v
    print(f())
optimizer.zero_grad()
