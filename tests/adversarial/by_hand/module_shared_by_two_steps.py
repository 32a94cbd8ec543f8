for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    loss_fn(model2(x), y).backward()
    optimizer2.step()
    for o in (optimizer, optimizer2):
        o.zero_grad()
