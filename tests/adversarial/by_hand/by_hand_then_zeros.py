for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()
    if x[0, 0] > 0:
        for p in model.parameters():
            p.grad = None
