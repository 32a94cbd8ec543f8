import lib
it = lib.batches(model)
for _ in it:
    x, y = loader[0]
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
