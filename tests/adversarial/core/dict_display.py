x, y = loader[0]
loss = loss_fn(model(x), y)
t = {1: optimizer.zero_grad(), loss.backward(): 2}
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
