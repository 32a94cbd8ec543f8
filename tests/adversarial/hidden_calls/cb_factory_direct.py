def make():
    def look():
        log(model.body.weight.grad)
    return look
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    make()()
optimizer.zero_grad()
