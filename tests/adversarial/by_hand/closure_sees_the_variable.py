peek = lambda: log(p.grad)
for p in model2.parameters():
    pass
for x, y in loader:
    peek()
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
