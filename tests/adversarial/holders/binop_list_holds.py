def each(f, ms):
    for m in ms:
        f(m)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    each(monitor, [model] + [model2])
optimizer.zero_grad()
