x, y = loader[0]
loss = loss_fn(model(x), y)
(lambda: loss.backward())()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
