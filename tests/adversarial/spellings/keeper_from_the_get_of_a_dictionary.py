import lib

it = zip(dict(v=lib.batches(model)).get("v"), loader)
for _, (x, y) in it:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
