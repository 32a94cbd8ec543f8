import types
c = types.SimpleNamespace()
d = vars(c)
d["m"] = model
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c.m)
