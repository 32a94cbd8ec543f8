class D:
    def __iter__(self):
        for b in loader:
            log(model.body.weight.grad)
            yield b
d = D()
for x, y in d:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
log(1)
optimizer.zero_grad()
