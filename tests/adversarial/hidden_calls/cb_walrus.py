def look():
    log(model.body.weight.grad)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    (f := look)()
optimizer.zero_grad()
