for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    for p in model.parameters():
        p.grad = None
