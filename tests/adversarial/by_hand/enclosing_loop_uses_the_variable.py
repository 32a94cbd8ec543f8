for p in loader:
    loss_fn(model(p[0]), p[1]).backward()
    optimizer.step()
    log(p[0])
    for p in model.parameters():
        p.grad = None
