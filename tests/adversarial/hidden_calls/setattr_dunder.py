class D:
    def __setattr__(self, k, v):
        log(model.body.weight.grad)
d = D()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    d.a = 1
optimizer.zero_grad()
