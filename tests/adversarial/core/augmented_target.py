x, y = loader[0]
loss = loss_fn(model(x), y)
class Any(dict):
    def __missing__(self, key):
        return []
t = Any()
class Empty:
    pass
def clear():
    optimizer.zero_grad()
def fill():
    loss.backward()
    return []
t[clear()] += fill()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
