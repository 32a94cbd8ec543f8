class Guard:
    def __enter__(self): return self
    def __exit__(self, *a):
        log(model.body.weight.grad)
g = Guard()
with g:
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
optimizer.zero_grad()
