import lib
for it in [lib.batches(model)]:
    pass
for _ in it:
    x, y = loader[0]
    for loss in [loss_fn(model(x), y)]:
        pass
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
