def look():
    log(model.body.weight.grad)
model.eval = look
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    model.eval()
optimizer.zero_grad()
