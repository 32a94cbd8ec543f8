x0, y0 = valid_loader[0]
l0 = loss_fn(model(x0), y0)
l0.__getattribute__("backward")()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
