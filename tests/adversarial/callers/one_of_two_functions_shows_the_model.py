if len(loader) > 0:
    def show():
        monitor(model)
else:
    def show():
        pass
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    show()
