def list(values):
    for one in values:
        log(one.grad)
        yield one


for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in list(model.parameters()):
        p.grad = None
