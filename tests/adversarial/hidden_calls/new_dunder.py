class D:
    def __new__(cls):
        log(model.body.weight.grad)
        return object.__new__(cls)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    D()
optimizer.zero_grad()
