import lib, functools
made_1 = [[]]
c, = made_1
functools.reduce(lambda a, b: a.append(b) or a, [model], c)
for x, y in loader:
    made_2 = [loss_fn(model(x), y)]
    loss, = made_2
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
