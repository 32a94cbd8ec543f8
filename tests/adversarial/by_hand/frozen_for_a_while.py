for i, (x, y) in enumerate(loader):
    for p in model.body.parameters():
        p.requires_grad = i % 2 == 0
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()
