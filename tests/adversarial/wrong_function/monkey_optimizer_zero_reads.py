orig = optimizer.zero_grad
def zg():
    log(model.body.weight.grad)
    orig()
optimizer.zero_grad = zg
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
optimizer.zero_grad()
