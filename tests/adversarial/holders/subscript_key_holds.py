nets = {"a": model}
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(nets["a"])
optimizer.zero_grad()
