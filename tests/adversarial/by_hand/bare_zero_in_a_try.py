for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    try:
        for p in model.parameters():
            p.grad.zero_()
    except AttributeError:
        print("a parameter without a gradient")
    optimizer.zero_grad()
