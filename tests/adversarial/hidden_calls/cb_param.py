def look():
    log(model.body.weight.grad)
def fit(after):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        after()
fit(look)
optimizer.zero_grad()
