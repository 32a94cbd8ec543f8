def look():
    log(model.body.weight.grad)
def noop():
    pass
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    (look if epochs else noop)()
optimizer.zero_grad()
