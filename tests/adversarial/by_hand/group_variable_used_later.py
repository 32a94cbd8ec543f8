for x, y in loader:
    if x.shape[0] == 2:
        log(len(group["params"]))
    loss_fn(model(x), y).backward()
    optimizer.step()
    for group in (optimizer if x.shape[0] == 4 else optimizer2).param_groups:
        for p in group["params"]:
            p.grad = None
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
