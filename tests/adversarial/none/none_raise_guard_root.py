# drive: one(None, *loader[0])
def one(opt, x, y):
    loss = loss_fn(model(x), y)
    if opt is None:
        raise KeyError("no optimizer")
    loss.backward()
    opt.step()
    opt.zero_grad()
