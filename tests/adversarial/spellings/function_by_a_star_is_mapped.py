for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    list(map(*[monitor, [model]]))
optimizer.zero_grad()
