# drive: one(None, *loader[0])
def one(opt, x, y):
    loss = loss_fn(model(x), y)
    assert opt is not None
    loss.backward()
    opt.step()
    opt.zero_grad()
