g = dict(a=globals())["a"]
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    g["optimizer"], g["optimizer2"] = (g["optimizer2"], g["optimizer"])
