import lib, functools

def made_1(x):
    x_too = x
    return x_too
c = made_1([])
functools.reduce(lambda a, b: a.append(b) or a, [model], c)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
