class D:
    def __add__(self, o):
        log(model.body.weight.grad)
        return o
d = D()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    d + 1
optimizer.zero_grad()
