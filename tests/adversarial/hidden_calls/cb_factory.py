def make():
    def look():
        log(model.body.weight.grad)
    return look
f = make()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    f()
optimizer.zero_grad()
