for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    optimizer, optimizer2 = optimizer2, optimizer
