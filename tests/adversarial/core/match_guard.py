x, y = loader[0]
loss = loss_fn(model(x), y)
loss.backward()
match 2:
    case 1 if optimizer.zero_grad() is None:
        pass
    case _:
        pass
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
