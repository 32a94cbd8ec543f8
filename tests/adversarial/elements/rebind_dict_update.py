opts = {"a": optimizer}
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts["a"].step()
    opts["a"].zero_grad()
    opts.update(a=optimizer2)
