import functools, lib
c = [0]
(lambda: c)()[0] = model
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
