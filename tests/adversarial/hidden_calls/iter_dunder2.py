class D:
    def __iter__(self):
        for b in loader:
            yield b
        log(model.body.weight.grad)
d = D()
for x, y in d:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
optimizer.zero_grad()
