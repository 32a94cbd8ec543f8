import functools, lib
c = []
put = functools.partial(list.append, c)
put(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
