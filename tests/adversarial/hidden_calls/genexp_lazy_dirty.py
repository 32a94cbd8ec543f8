it = (loss_fn(model(a), b).backward() for a, b in valid_loader)
optimizer.zero_grad()
next(it)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
