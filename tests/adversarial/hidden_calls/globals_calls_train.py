def train():
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
globals()["train"]()
log(model.body.weight.grad)
optimizer.zero_grad()
