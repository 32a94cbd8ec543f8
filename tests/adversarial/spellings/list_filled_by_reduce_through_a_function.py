import lib, functools

def made_1(x):
    return x
c = made_1([])
functools.reduce(lambda a, b: a.append(b) or a, [model], c)
for x, y in loader:

    def made_2(x):
        return x
    loss = made_2(loss_fn(model(x), y))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(c[0])
