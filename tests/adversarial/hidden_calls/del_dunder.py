class D:
    def __del__(self):
        log(model.body.weight.grad)
for x, y in loader:
    d = D()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    del d
optimizer.zero_grad()
