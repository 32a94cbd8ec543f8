class Main:

    def unwrap(m):
        return m

    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        monitor(unwrap(model))
    optimizer.zero_grad()
