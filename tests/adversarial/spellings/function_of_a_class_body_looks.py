class Main:

    def look(m):
        monitor(m)

    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        look(model)
    optimizer.zero_grad()
