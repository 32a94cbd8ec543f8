import lib
it = zip(lib.batches(model), loader)
for _, (x, y) in it:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
