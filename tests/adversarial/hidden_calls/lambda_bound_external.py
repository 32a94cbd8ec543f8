look = lambda: monitor(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    look()
optimizer.zero_grad()
