for it in [(loss_fn(model(a), b).backward() for a, b in valid_loader)]:
    pass
optimizer.zero_grad()
next(it)
for x, y in loader:
    for loss in [loss_fn(model(x), y)]:
        pass
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
