import random
class Snoop:
    def look(self, m):
        return str([p.__getattribute__("grad") is None for p in m.parameters()])
def f(random):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(random.look(model))
    optimizer.zero_grad()
f(Snoop())
