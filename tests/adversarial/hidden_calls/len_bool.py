class D:
    def __bool__(self):
        log(model.body.weight.grad)
        return True
d = D()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if d:
        pass
optimizer.zero_grad()
