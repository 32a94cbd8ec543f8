import functools, lib
c = None or []
put = None or functools.partial(list.append, c)
put(model)
for x, y in loader:
    loss = None or loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
