opts = {}
for i, (x, y) in enumerate(loader):
    opts.setdefault("a", optimizer)
    loss = loss_fn(model(x), y)
    loss.backward()
    opts["a"].step()
    opts["a"].zero_grad()
